#include "cmd/policy/policy_control.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "cmd/json_text.h"
#include "core/policy_export.h"
#include "net/control_client.h"
#include "store/policy_store.h"

namespace strictmx {

namespace {

constexpr Millis kPatience{125000};  // a little more than the daemon's own
constexpr Millis kShortPatience{10000};

std::string target_of(const PolicyCall& call) {
  if (call.word.empty()) return "/v1/status";
  const std::string base = "/v1/policies/" + Domain::parse(call.word).value().text();
  if (call.action == PolicyAction::forget) return base + "/forget";
  if (call.action == PolicyAction::refresh) return base + "/refresh";
  if (call.action == PolicyAction::pin) return base + "/pin";
  if (call.action == PolicyAction::unpin) return base + "/unpin";
  return base;
}

std::string body_of(const PolicyCall& call) {
  if (call.action == PolicyAction::forget) {
    return Json(Json::Object{{"force", call.force == PolicyCall::Force::yes}}).dump();
  }
  if (call.action == PolicyAction::pin && !call.until.empty()) {
    return Json(Json::Object{{"until", call.until}}).dump();
  }
  return "{}";
}

ExitCode exit_of(long status) {
  if (status == 200) return ExitCode::ok;
  if (status == 404 || status == 409) return ExitCode::no;
  return status == 400 ? ExitCode::usage : ExitCode::temporary;
}

// What the store says, which the daemon should agree with; null: nothing, or it cannot be read.
Json on_disk(const Domain& domain, const std::filesystem::path& state, Log& log) {
  const auto store = PolicyStore::open(state, StoreAccess::read_only, log);
  if (!store) return {};
  const auto policy = (*store)->find(domain);
  if (!policy) return {};
  return Json::Object{{"id", policy->id}, {"fetched_at", format_utc(policy->fetched_at)}};
}

std::string word_of(const Json& answer, std::string_view group, std::string_view key) {
  const Json* object = group.empty() ? &answer : answer.find(group);
  const Json* value = object == nullptr ? nullptr : object->find(key);
  return value == nullptr || value->string() == nullptr ? "" : escape_remote(*value->string());
}

// One sentence on what was done; status says all.
std::string sentence(const PolicyCall& call, const Json& answer) {
  const std::string domain = word_of(answer, "", "domain");
  const auto policy = [&](std::string_view group) {
    return fmt::format("mode {}, id {}", word_of(answer, group, "mode"),
                       word_of(answer, group, "id"));
  };
  if (call.action == PolicyAction::forget) {
    return fmt::format("{}: forgotten: {}\n", domain, policy(""));
  }
  if (call.action == PolicyAction::pin) {
    const std::string until = word_of(answer, "pin", "pinned_until");
    return fmt::format("{}: pinned{}: {}\n", domain, until.empty() ? "" : " until " + until,
                       policy("pin"));
  }
  if (call.action == PolicyAction::unpin) return fmt::format("{}: no longer pinned\n", domain);
  if (call.action == PolicyAction::refresh) {
    const auto* fetched = answer.find("fetched");
    const bool fresh = fetched != nullptr && fetched->dump() == "true";
    return fmt::format("{}: {}: {}, until {}\n", domain,
                       fresh ? "fetched" : "not fetched: " + word_of(answer, "", "reason"),
                       policy("policy"), word_of(answer, "policy", "expires_at"));
  }
  return format_json_text(*answer.object());
}

// Exit 1 where there was nothing to tell of, or the fetch failed.
ExitCode exit_of_answer(const PolicyCall& call, const Json& answer) {
  const auto is = [&](std::string_view key, std::string_view text) {
    const auto* value = answer.find(key);
    return value != nullptr && value->dump() == text;
  };
  if (call.action == PolicyAction::refresh && is("fetched", "false")) return ExitCode::no;
  const bool unknown = is("policy", "null") && is("pin", "null");
  return call.action == PolicyAction::status && unknown ? ExitCode::no : ExitCode::ok;
}

Result<Json> ask(const ControlRequest& request, Millis longest, long& status) {
  const auto reply = ask_control(request, longest);
  if (!reply) return std::unexpected(reply.error());
  status = reply->status;
  auto json = Json::parse(reply->body);
  if (json && json->object() != nullptr) return json;
  return fail(Errc::io, fmt::format("{}: the answer is no JSON object", request.socket));
}

}  // namespace

bool is_for_daemon(PolicyAction action) {
  return action == PolicyAction::forget || action == PolicyAction::refresh ||
         action == PolicyAction::pin || action == PolicyAction::unpin ||
         action == PolicyAction::status;
}

Result<CommandResult> run_by_daemon(const PolicyCall& call, const PolicydOptions& options,
                                    Log& log) {
  if (options.control.empty()) return refuse_call("control: no socket is configured");
  const bool reads = call.action == PolicyAction::status;
  const ControlRequest request{options.control, reads ? "GET" : "POST", target_of(call),
                               reads ? "" : body_of(call)};
  long status = 0;
  const auto answer = ask(request, kPatience, status);
  if (!answer) return std::unexpected(answer.error());
  if (status != 200) {
    return CommandResult{exit_of(status), "", "strictmx: " + word_of(*answer, "", "error") + "\n"};
  }
  Json::Object members = *answer->object();
  if (reads && !call.word.empty()) {
    const Domain domain = Domain::parse(call.word).value();
    members.emplace_back("on_disk", on_disk(domain, options.state, log));
  }
  const Json shown(std::move(members));
  CommandResult result{exit_of_answer(call, shown), "", ""};
  result.out = call.form == OutputForm::json ? shown.dump() + "\n" : sentence(call, shown);
  return result;
}

Result<DaemonState> find_daemon(const std::filesystem::path& control) {
  if (control.empty()) return DaemonState::absent;
  const auto reply = ask_control({control, "GET", "/v1/status", ""}, kShortPatience);
  if (reply) return DaemonState::answers;
  if (reply.error().code == Errc::not_found) return DaemonState::absent;
  return std::unexpected(reply.error());
}

Result<std::size_t> import_by_daemon(const std::filesystem::path& control,
                                     const std::vector<KnownPolicy>& group) {
  ControlRequest request{control, "POST", "/v1/import", ""};
  for (const auto& policy : group) request.body += format_export_line(policy) + "\n";
  long status = 0;
  const auto answer = ask(request, kPatience, status);
  if (!answer) return std::unexpected(answer.error());
  if (status != 200) return fail(Errc::io, word_of(*answer, "", "error"));
  const auto* imported = answer->find("imported");
  if (imported == nullptr || imported->integer() == nullptr) {
    return fail(Errc::io, fmt::format("{}: the answer lacks numbers", control.string()));
  }
  return static_cast<std::size_t>(*imported->integer());
}

}  // namespace strictmx
