#include "core/pin.h"

#include <fmt/format.h>

#include "base/json.h"
#include "core/policy_export.h"

namespace strictmx {

namespace {

constexpr WallTime kAnyTime{Seconds{253'402'300'799}};  // the end of year 9999

Result<WallTime> read_time(const Json& value, std::string_view key) {
  const auto time = value.string() == nullptr ? std::nullopt : parse_utc(*value.string());
  if (time) return *time;
  return fail(Errc::syntax, fmt::format("{}: is not of the form 2026-11-24T06:00:00Z", key));
}

}  // namespace

KnownPolicy Pin::applying(WallTime now) const {
  KnownPolicy applied = policy;
  applied.fetched_at = now;
  return applied;
}

std::string format_pin_line(const Pin& pin) {
  auto members = *Json::parse(format_export_line(pin.policy)).value().object();
  members.emplace_back("pinned_at", format_utc(pin.pinned_at));
  members.emplace_back("pinned_until", pin.until ? Json(format_utc(*pin.until)) : Json());
  return Json(std::move(members)).dump();
}

Result<Pin> parse_pin_line(std::string_view line) {
  auto policy = parse_export_line(line, kAnyTime);
  if (!policy) return std::unexpected(policy.error());
  if (policy->policy.mode != PolicyMode::enforce) {
    return fail(Errc::out_of_range, "mode: only enforce can be pinned");
  }
  const auto object = Json::parse(line);
  if (!object) return std::unexpected(object.error());
  const auto* since = object->find("pinned_at");
  if (since == nullptr) return fail(Errc::syntax, "pinned_at: is missing");
  const auto pinned_at = read_time(*since, "pinned_at");
  if (!pinned_at) return std::unexpected(pinned_at.error());
  Pin pin{*std::move(policy), *pinned_at, std::nullopt};
  const auto* end = object->find("pinned_until");
  if (end == nullptr || end->dump() == "null") return pin;
  const auto until = read_time(*end, "pinned_until");
  if (!until) return std::unexpected(until.error());
  pin.until = *until;
  return pin;
}

}  // namespace strictmx
