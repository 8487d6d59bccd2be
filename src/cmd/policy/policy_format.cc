#include "cmd/policy/policy_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/policy_json.h"

namespace strictmx {

namespace {

Json::Object listed_json(const KnownPolicy& policy, const Pin* pin, WallTime now) {
  auto object = pin != nullptr ? pin_json(*pin, now) : policy_json(policy, now);
  object.emplace_back("pinned", pin != nullptr);
  return object;
}

// " until 2027-01-01T00:00:00Z", or nothing.
std::string pinned_until(const Pin& pin) {
  return pin.until ? " until " + format_utc(*pin.until) : "";
}

std::string time_or_dash(const std::optional<WallTime>& time) {
  return time ? format_utc(*time) : "-";
}

Json time_or_null(const std::optional<WallTime>& time) {
  return time ? Json(format_utc(*time)) : Json();
}

CommandResult print(std::string text) { return {ExitCode::ok, std::move(text), ""}; }

}  // namespace

void PolicyLister::add(const KnownPolicy& stored, const Pin* pin) {
  const KnownPolicy& policy = pin != nullptr ? pin->policy : stored;
  const bool live = pin != nullptr || policy.is_live(now_);
  if (call_.age == PolicyCall::Age::expired && live) return;
  if (call_.mode && *call_.mode != policy.policy.mode) return;
  if (call_.form == OutputForm::json) {
    json_.emplace_back(listed_json(policy, pin, now_));
    return;
  }
  const std::string life = pin != nullptr ? "pinned" + pinned_until(*pin)
                                          : fmt::format("{} {}", live ? "until" : "expired",
                                                        format_utc(policy.expires_at()));
  text_ += fmt::format("{} {} {}\n", policy.domain.text(), name_of(policy.policy.mode), life);
}

CommandResult PolicyLister::finish() {
  const bool any = !text_.empty() || !json_.empty();
  if (call_.form == OutputForm::json) {
    text_ = Json(Json::Object{{"policies", std::move(json_)}}).dump() + "\n";
  }
  return {any ? ExitCode::ok : ExitCode::no, std::move(text_), ""};
}

CommandResult format_policy(const KnownPolicy& stored, const Pin* pin, OutputForm form,
                            WallTime now) {
  const KnownPolicy& policy = pin != nullptr ? pin->policy : stored;
  if (form == OutputForm::json) {
    auto object = listed_json(policy, pin, now);
    object.emplace_back("body", policy.body);
    return print(Json(std::move(object)).dump() + "\n");
  }
  std::string text = fmt::format("domain: {}\nid: {}\nfetched: {}\n{}: {}\n", policy.domain.text(),
                                 escape_remote(policy.id), format_utc(policy.fetched_at),
                                 policy.is_live(now) ? "applies until" : "expired",
                                 format_utc(policy.expires_at()));
  if (pin != nullptr) {
    text += fmt::format("pinned: since {}{}\n", format_utc(pin->pinned_at), pinned_until(*pin));
  }
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
