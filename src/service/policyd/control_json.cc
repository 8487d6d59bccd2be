#include "service/policyd/control_json.h"

#include <fmt/format.h>

#include "base/text.h"
#include "core/end_of_day.h"
#include "core/policy_json.h"

namespace strictmx {

namespace {

constexpr const char* kType = "application/json";

Json time_or_null(const std::optional<WallTime>& time) {
  return time ? Json(format_utc(*time)) : Json();
}

std::int64_t seconds_between(MonoTime from, MonoTime to) {
  return std::chrono::ceil<Seconds>(to - from).count();
}

std::string_view name_of_rule(OverrideRule rule) {
  switch (rule) {
    case OverrideRule::none:
      return "none";
    case OverrideRule::enforce:
      return "enforce";
    case OverrideRule::dane_only:
      return "dane-only";
  }
  return "none";
}

Json pin_or_null(const std::optional<Pin>& pin, WallTime now) {
  if (!pin) return {};
  return pin_json(*pin, now);
}

Json override_json(const std::optional<Override>& entry) {
  if (!entry) return {};
  return Json::Object{{"rule", name_of_rule(entry->rule)},
                      {"until", time_or_null(entry->until)},
                      {"reason", entry->reason}};
}

Json backoff_json(const std::optional<FetchBackoff>& backoff, MonoTime now) {
  if (!backoff || backoff->until <= now) return {};
  return Json::Object{{"id", backoff->id},
                      {"seconds_left", seconds_between(now, backoff->until)},
                      {"reason", backoff->reason}};
}

// A JSON object; nothing stands for an empty one.
Result<Json> parse_body(std::string_view body) {
  if (body.empty()) return Json(Json::Object{});
  auto json = Json::parse(body);
  if (json && json->object() == nullptr) return fail(Errc::syntax, "the body is no JSON object");
  return json;
}

}  // namespace

HttpResponse control_answer(Json::Object members) {
  return {200, kType, Json(std::move(members)).dump() + "\n"};
}

HttpResponse control_refusal(unsigned status, std::string why) {
  return {status, kType, Json(Json::Object{{"error", std::move(why)}}).dump() + "\n"};
}

Json::Object known_json(const Domain& domain, const Engine::Known& known, Now now) {
  const auto& plan = known.plan;
  return {{"domain", domain.text()},
          {"policy", known.policy ? Json(policy_json(*known.policy, now.wall)) : Json()},
          {"pin", pin_or_null(known.pin, now.wall)},
          {"override", override_json(known.override)},
          {"last_used", plan ? Json(format_utc(plan->used_at)) : Json()},
          {"next_refresh", plan ? time_or_null(plan->refresh_at) : Json()},
          {"failed_refreshes", plan ? std::int64_t{plan->failures} : std::int64_t{0}},
          {"backoff", backoff_json(known.backoff, now.mono)},
          {"dns_failing_seconds", known.dns_failing_since
                                      ? Json(seconds_between(*known.dns_failing_since, now.mono))
                                      : Json()}};
}

Result<Force> parse_force(std::string_view body) {
  const auto json = parse_body(body);
  if (!json) return std::unexpected(json.error());
  const auto* force = json->find("force");
  if (force == nullptr || force->dump() == "false") return Force::no;
  if (force->dump() == "true") return Force::yes;
  return fail(Errc::syntax, "force: is neither true nor false");
}

Result<std::optional<WallTime>> parse_until(std::string_view body) {
  const auto json = parse_body(body);
  if (!json) return std::unexpected(json.error());
  const auto* until = json->find("until");
  if (until == nullptr || until->dump() == "null") return std::optional<WallTime>();
  const auto day = until->string() == nullptr ? std::nullopt : parse_end_of_day(*until->string());
  if (day) return std::optional(*day);
  return fail(Errc::out_of_range, fmt::format("until: {}: not a day like 2026-12-31",
                                              escape_remote(until->dump(), 64)));
}

}  // namespace strictmx
