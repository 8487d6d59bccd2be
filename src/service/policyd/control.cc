#include "service/policyd/control.h"

#include <fmt/format.h>

#include <sstream>

#include "base/text.h"
#include "net/one_shot.h"
#include "net/spawn.h"
#include "service/policyd/control_json.h"
#include "store/policy_list.h"

namespace strictmx {

namespace {

constexpr Seconds kPatience{120};  // more than a refresh or an import takes
constexpr std::size_t kMaxProblems = 100;

HttpResponse failed(const Error& error) { return control_refusal(500, error.detail); }

// Lives in the frame of Control::import, which waits for all policies.
struct Import {
  explicit Import(asio::any_io_executor executor) : all_done(std::move(executor)) {}
  std::int64_t imported = 0;
  std::int64_t kept = 0;
  std::size_t under_way = 0;
  std::vector<std::string> problems;
  std::int64_t refused = 0;
  std::optional<Error> failure;
  OneShot<bool> all_done;
};

Task<void> adopt(Engine& engine, KnownPolicy policy, Import& import,
                 const std::function<void(const Domain&)>& forget_answers) {
  const Domain domain = policy.domain;
  const Result<bool> adopted = co_await engine.adopt(std::move(policy));
  if (!adopted) {
    import.failure = adopted.error();
  } else if (*adopted) {
    ++import.imported;
    forget_answers(domain);
  } else {
    ++import.kept;
  }
  if (--import.under_way == 0) import.all_done.set(true);
}

}  // namespace

Control::Control(Parts parts) : parts_(std::move(parts)), started_(parts_.clock.now().mono) {}

Result<void> Control::listen(const std::filesystem::path& path) {
  const HttpOptions options{.max_body = kMaxControlBody, .idle = kPatience, .unix_mode = 0600};
  auto server = HttpServer::listen(
      parts_.io, "unix:" + path.string(),
      [this](HttpRequest request) { return respond(std::move(request)); }, parts_.log, options);
  if (!server) return std::unexpected(server.error());
  server_ = *std::move(server);
  return {};
}

void Control::stop() {
  if (server_) server_->stop();
}

Task<HttpResponse> Control::respond(HttpRequest request) {
  const bool get = request.method == "GET";
  const std::string& target = request.target;
  if (target == "/v1/status" && get) co_return status();
  if (target == "/v1/import" && !get) co_return co_await import(std::move(request.body));
  constexpr std::string_view kPolicies = "/v1/policies/";
  if (!target.starts_with(kPolicies)) co_return control_refusal(404, "there is no such path");
  const std::string_view rest = std::string_view(target).substr(kPolicies.size());
  const auto slash = rest.find('/');
  auto domain = Domain::parse_ascii(rest.substr(0, slash));
  if (!domain) co_return control_refusal(400, "domain: " + domain.error().detail);
  const bool one = slash == std::string_view::npos;
  if (one && !get) co_return control_refusal(405, "only GET");
  if (!one && get) co_return control_refusal(405, "only POST");
  const Result<void> known = co_await parts_.engine.make_known(*domain);
  if (!known) co_return failed(known.error());
  if (one) co_return show(*domain);
  std::string verb(rest.substr(slash + 1));
  co_return co_await on_domain(*std::move(domain), std::move(verb), std::move(request.body));
}

Task<HttpResponse> Control::on_domain(Domain domain, std::string verb, std::string body) {
  if (verb == "forget") co_return co_await forget(std::move(domain), std::move(body));
  if (verb == "refresh") co_return co_await refresh(std::move(domain));
  if (verb == "pin") co_return co_await pin(std::move(domain), std::move(body));
  if (verb == "unpin") co_return co_await unpin(std::move(domain));
  co_return control_refusal(404, "there is no such path");
}

HttpResponse Control::status() const {
  const Seconds running = std::chrono::floor<Seconds>(parts_.clock.now().mono - started_);
  return control_answer(
      {{"policies", static_cast<std::int64_t>(parts_.engine.policies())},
       {"pins", static_cast<std::int64_t>(parts_.engine.pins())},
       {"lookups_in_flight", static_cast<std::int64_t>(parts_.engine.in_flight())},
       {"running_seconds", std::int64_t{running.count()}}});
}

HttpResponse Control::show(const Domain& domain) {
  return control_answer(known_json(domain, parts_.engine.known(domain), parts_.clock.now()));
}

// No fault ever forgets a live enforce policy; an operator must insist (RFC 8461 §5.1).
Task<HttpResponse> Control::forget(Domain domain, std::string body) {
  const auto force = parse_force(body);
  if (!force) co_return control_refusal(400, force.error().detail);
  const Engine::Known known = parts_.engine.known(domain);
  if (known.pin) co_return control_refusal(409, domain.text() + ": is pinned; unpin it first");
  const WallTime now = parts_.clock.now().wall;
  const bool enforced = known.policy && known.policy->policy.mode == PolicyMode::enforce &&
                        known.policy->is_live(now);
  if (enforced && *force == Force::no) {
    co_return control_refusal(
        409, fmt::format("{}: its enforce policy applies until {}; --force forgets it all the same",
                         domain.text(), format_utc(known.policy->expires_at())));
  }
  const Result<bool> forgotten = co_await parts_.engine.forget(domain);
  parts_.forget_answers(domain);
  if (!forgotten) co_return failed(forgotten.error());
  if (!*forgotten) co_return control_refusal(404, domain.text() + ": no policy is known");
  parts_.log.warning("policy_forgotten", {{"domain", domain.text()},
                                          {"mode", std::string(name_of(known.policy->policy.mode))},
                                          {"expires", format_utc(known.policy->expires_at())}});
  co_return control_answer({{"domain", domain.text()},
                            {"forgotten", true},
                            {"mode", name_of(known.policy->policy.mode)},
                            {"id", known.policy->id}});
}

Task<HttpResponse> Control::refresh(Domain domain) {
  const std::optional<StsResult> result = co_await parts_.engine.refresh_now(domain);
  if (!result) co_return control_refusal(404, domain.text() + ": no policy is known");
  const bool fresh = result->source == PolicySource::fresh;
  if (fresh) parts_.forget_answers(domain);
  Json::Object answer = known_json(domain, parts_.engine.known(domain), parts_.clock.now());
  answer.emplace_back("fetched", fresh);
  answer.emplace_back("reason", result->reason);
  co_return control_answer(std::move(answer));
}

Task<HttpResponse> Control::pin(Domain domain, std::string body) {
  const auto until = parse_until(body);
  if (!until) co_return control_refusal(400, until.error().detail);
  const WallTime now = parts_.clock.now().wall;
  if (*until && **until <= now) co_return control_refusal(400, "until: that day is over");
  const Engine::Known known = parts_.engine.known(domain);
  // A pin that is there keeps its policy: what was fetched since is what it is against.
  std::optional<KnownPolicy> policy = known.policy;
  if (known.pin) policy = known.pin->policy;
  if (!policy) co_return control_refusal(404, domain.text() + ": no policy is known");
  if (policy->policy.mode != PolicyMode::enforce) {
    co_return control_refusal(
        409, fmt::format("{}: its policy's mode is {}; only enforce can be pinned", domain.text(),
                         name_of(policy->policy.mode)));
  }
  const Pin pin{*policy, now, *until};
  const Result<void> saved = co_await parts_.pins.put(pin, now);
  if (!saved) co_return failed(saved.error());
  parts_.engine.pin(pin);
  parts_.forget_answers(domain);
  const std::string end = *until ? format_utc(**until) : "never";
  parts_.log.warning("policy_pinned",
                     {{"domain", domain.text()}, {"id", pin.policy.id}, {"ends", end}});
  co_return control_answer(known_json(domain, parts_.engine.known(domain), parts_.clock.now()));
}

Task<HttpResponse> Control::unpin(Domain domain) {
  if (!parts_.engine.known(domain).pin) {
    co_return control_refusal(404, domain.text() + ": is not pinned");
  }
  const Result<void> saved = co_await parts_.pins.erase(domain, parts_.clock.now().wall);
  if (!saved) co_return failed(saved.error());
  parts_.engine.unpin(domain);
  parts_.forget_answers(domain);
  parts_.log.warning("policy_unpinned", {{"domain", domain.text()}});
  co_return control_answer(known_json(domain, parts_.engine.known(domain), parts_.clock.now()));
}

Task<HttpResponse> Control::import(std::string body) {
  Import import(parts_.io.get_executor());
  std::istringstream lines(std::move(body));
  import.under_way = 1;  // this coroutine
  const auto take = [&](KnownPolicy policy) {
    ++import.under_way;
    Task<void> task = adopt(parts_.engine, std::move(policy), import, parts_.forget_answers);
    spawn(parts_.io, std::move(task));
  };
  const auto refuse = [&](const std::string& problem) {
    if (++import.refused <= static_cast<std::int64_t>(kMaxProblems)) {
      import.problems.push_back(problem);
    }
  };
  read_policy_list(lines, "line", parts_.clock.now().wall, {take, refuse});
  if (--import.under_way > 0) co_await import.all_done.wait(MonoTime::max());
  if (import.failure) co_return failed(*import.failure);
  parts_.log.info("policies_imported", {{"imported", std::to_string(import.imported)},
                                        {"kept", std::to_string(import.kept)},
                                        {"refused", std::to_string(import.refused)}});
  co_return control_answer({{"imported", import.imported},
                            {"kept", import.kept},
                            {"refused", import.refused},
                            {"problems", Json::strings(import.problems)}});
}

}  // namespace strictmx
