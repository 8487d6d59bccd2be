#include "cmd/policy_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace strictmx {

namespace {

std::vector<std::string> pattern_texts(const StsPolicy& policy) {
  std::vector<std::string> texts;
  for (const auto& pattern : policy.mx) texts.push_back(pattern.text());
  return texts;
}

Json::Object policy_json(const KnownPolicy& policy, WallTime now) {
  return {{"domain", policy.domain.text()},
          {"id", policy.id},
          {"mode", name_of(policy.policy.mode)},
          {"max_age", std::int64_t{policy.policy.max_age.count()}},
          {"mx", Json::strings(pattern_texts(policy.policy))},
          {"fetched_at", format_utc(policy.fetched_at)},
          {"expires_at", format_utc(policy.expires_at())},
          {"expired", !policy.is_live(now)}};
}

std::string time_or_dash(const std::optional<WallTime>& time) {
  return time ? format_utc(*time) : "-";
}

Json time_or_null(const std::optional<WallTime>& time) {
  return time ? Json(format_utc(*time)) : Json();
}

CommandResult print(std::string text) { return {ExitCode::ok, std::move(text), ""}; }

}  // namespace

void PolicyLister::add(const KnownPolicy& policy) {
  const bool live = policy.is_live(now_);
  if (call_.age == PolicyCall::Age::expired && live) return;
  if (call_.mode && *call_.mode != policy.policy.mode) return;
  if (call_.form == OutputForm::json) {
    json_.emplace_back(policy_json(policy, now_));
    return;
  }
  text_ += fmt::format("{} {} {} {}\n", policy.domain.text(), name_of(policy.policy.mode),
                       live ? "until" : "expired", format_utc(policy.expires_at()));
}

CommandResult PolicyLister::finish() {
  const bool any = !text_.empty() || !json_.empty();
  if (call_.form == OutputForm::json) {
    text_ = Json(Json::Object{{"policies", std::move(json_)}}).dump() + "\n";
  }
  return {any ? ExitCode::ok : ExitCode::no, std::move(text_), ""};
}

CommandResult format_policy(const KnownPolicy& policy, OutputForm form, WallTime now) {
  if (form == OutputForm::json) {
    auto object = policy_json(policy, now);
    object.emplace_back("body", policy.body);
    return print(Json(std::move(object)).dump() + "\n");
  }
  std::string text = fmt::format("domain: {}\nid: {}\nfetched: {}\n{}: {}\n", policy.domain.text(),
                                 escape_remote(policy.id), format_utc(policy.fetched_at),
                                 policy.is_live(now) ? "applies until" : "expired",
                                 format_utc(policy.expires_at()));
  text += "body:\n";
  for (auto line : split(policy.body, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) text += fmt::format("  {}\n", escape_remote(line, kMaxPolicyBytes));
  }
  return print(std::move(text));
}

void PolicyCounts::add(const KnownPolicy& policy) {
  ++total_;
  oldest_ = oldest_ ? std::min(*oldest_, policy.fetched_at) : policy.fetched_at;
  newest_ = newest_ ? std::max(*newest_, policy.fetched_at) : policy.fetched_at;
  if (!policy.is_live(now_)) {
    ++expired_;
    return;
  }
  switch (policy.policy.mode) {
    case PolicyMode::enforce:
      ++enforce_;
      break;
    case PolicyMode::testing:
      ++testing_;
      break;
    case PolicyMode::none:
      ++none_;
      break;
  }
}

CommandResult PolicyCounts::format(OutputForm form, std::size_t unreadable) const {
  const auto damaged = static_cast<std::int64_t>(unreadable);
  if (form == OutputForm::json) {
    return print(Json(Json::Object{{"policies", total_},
                                   {"enforce", enforce_},
                                   {"testing", testing_},
                                   {"none", none_},
                                   {"expired", expired_},
                                   {"unreadable", damaged},
                                   {"oldest_fetch", time_or_null(oldest_)},
                                   {"newest_fetch", time_or_null(newest_)}})
                     .dump() +
                 "\n");
  }
  return print(
      fmt::format("policies: {}\nenforce: {}\ntesting: {}\nnone: {}\nexpired: {}\nunreadable: {}\n"
                  "oldest fetch: {}\nnewest fetch: {}\n",
                  total_, enforce_, testing_, none_, expired_, damaged, time_or_dash(oldest_),
                  time_or_dash(newest_)));
}

}  // namespace strictmx
