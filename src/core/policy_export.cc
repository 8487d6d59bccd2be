#include "core/policy_export.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace strictmx {

namespace {

Json mx_json(const StsPolicy& policy) {
  Json::Array patterns;
  for (const auto& pattern : policy.mx) patterns.emplace_back(pattern.text());
  return patterns;
}

Result<std::string> read_text(const Json& object, std::string_view key) {
  const auto* member = object.find(key);
  if (member == nullptr) return fail(Errc::syntax, fmt::format("{}: is missing", key));
  if (member->string() == nullptr) return fail(Errc::syntax, fmt::format("{}: is no string", key));
  return *member->string();
}

Result<WallTime> read_fetched_at(const Json& object, WallTime now) {
  constexpr Seconds kClockDifference{86400};
  const auto text = read_text(object, "fetched_at");
  if (!text) return std::unexpected(text.error());
  const auto time = parse_utc(*text);
  if (!time) {
    return fail(Errc::syntax, "fetched_at: is not of the form 2026-11-24T06:00:00Z");
  }
  if (*time > now + kClockDifference) {
    return fail(Errc::out_of_range, "fetched_at: lies in the future");
  }
  return *time;
}

// What is said beside the body for people must not deceive them.
Result<void> compare(const Json& object, const StsPolicy& policy) {
  const std::pair<std::string_view, Json> said[] = {
      {"mode", name_of(policy.mode)},
      {"mx", mx_json(policy)},
      {"max_age", std::int64_t{policy.max_age.count()}}};
  for (const auto& [key, value] : said) {
    const auto* member = object.find(key);
    if (member != nullptr && member->dump() != value.dump()) {
      return fail(Errc::syntax, fmt::format("{}: is not what the body says", key));
    }
  }
  return {};
}

}  // namespace

std::string format_export_line(const KnownPolicy& policy) {
  return Json(Json::Object{{"domain", policy.domain.text()},
                           {"id", policy.id},
                           {"mode", name_of(policy.policy.mode)},
                           {"mx", mx_json(policy.policy)},
                           {"max_age", std::int64_t{policy.policy.max_age.count()}},
                           {"fetched_at", format_utc(policy.fetched_at)},
                           {"body", policy.body}})
      .dump();
}

Result<KnownPolicy> parse_export_line(std::string_view line, WallTime now) {
  if (line.size() > kMaxExportLine) {
    return fail(Errc::too_large, fmt::format("more than {} octets", kMaxExportLine));
  }
  const auto object = Json::parse(line);
  if (!object) return std::unexpected(object.error());
  if (object->object() == nullptr) return fail(Errc::syntax, "is no JSON object");
  const auto name = read_text(*object, "domain");
  if (!name) return std::unexpected(name.error());
  auto domain = Domain::parse_ascii(*name);
  if (!domain) return fail(domain.error().code, "domain: " + domain.error().detail);
  auto id = read_text(*object, "id");
  if (!id) return std::unexpected(id.error());
  constexpr std::size_t kMaxId = 32;
  if (id->empty() || id->size() > kMaxId || !std::ranges::all_of(*id, is_alnum)) {
    return fail(Errc::syntax, "id: is not 1 to 32 letters and digits (RFC 8461 §3.1)");
  }
  const auto fetched_at = read_fetched_at(*object, now);
  if (!fetched_at) return std::unexpected(fetched_at.error());
  auto body = read_text(*object, "body");
  if (!body) return std::unexpected(body.error());
  auto parsed = parse_policy(*body);
  if (!parsed) return fail(parsed.error().code, "body: " + parsed.error().detail);
  if (auto same = compare(*object, parsed->policy); !same) return std::unexpected(same.error());
  return KnownPolicy{*std::move(domain), *std::move(id), *std::move(body),
                     std::move(parsed->policy), *fetched_at};
}

}  // namespace strictmx
