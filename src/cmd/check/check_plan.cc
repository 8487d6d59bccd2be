#include "cmd/check/check_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "cmd/config/config_file.h"
#include "cmd/config/read_file.h"
#include "core/sts_policy.h"

namespace strictmx {
namespace {

constexpr std::size_t kMaxPolicyFile = kMaxPolicyBytes + 1;
constexpr std::int64_t kMaxPreference = 65535;

std::unexpected<Error> wrong(std::string_view key, std::string_view what) {
  return fail(Errc::usage, fmt::format("{}: {}", key, what));
}

Result<void> know_all(const Json& table, std::string_view where,
                      std::initializer_list<std::string_view> known) {
  if (table.object() == nullptr) return wrong(where, "must be a table");
  for (const auto& [key, value] : *table.object()) {
    if (std::ranges::find(known, key) == known.end())
      return wrong(where.empty() ? key : fmt::format("{}.{}", where, key), "is not known");
  }
  return {};
}

Result<std::vector<std::vector<std::string>>> read_records(const Json& list, std::string_view key) {
  if (list.array() == nullptr) return wrong(key, "must be a list of strings");
  std::vector<std::vector<std::string>> records;
  for (const auto& entry : *list.array()) {
    if (entry.string() == nullptr) return wrong(key, "must be a list of strings");
    records.push_back({*entry.string()});
  }
  return records;
}

// A record that is there, as far as anybody can tell before it is.
DnsMeta planned_meta(DnsStatus status) {
  DnsMeta meta;
  meta.status = status;
  meta.ttl = Seconds(3600);
  return meta;
}

Result<void> read_txt(const Json& section, std::string_view key, std::string owner, TxtFacts& txt) {
  auto records = read_records(*section.find("txt"), key);
  if (!records) return std::unexpected(records.error());
  txt.name = std::move(owner);
  txt.records = std::move(*records);
  txt.meta = planned_meta(txt.records.empty() ? DnsStatus::no_data : DnsStatus::found);
  return {};
}

Result<std::string> read_policy(const Json& section, const std::filesystem::path& folder) {
  const auto* const body = section.find("policy");
  if (body != nullptr) {
    if (body->string() == nullptr) return wrong("mta-sts.policy", "must be a string");
    return *body->string();
  }
  const auto* const file = section.find("policy_file");
  if (file->string() == nullptr) return wrong("mta-sts.policy_file", "must be a string");
  return read_file(folder / *file->string(), kMaxPolicyFile);
}

Result<void> read_sts(const Json& section, const std::filesystem::path& folder, CheckFacts& facts) {
  if (auto known = know_all(section, "mta-sts", {"txt", "policy", "policy_file"}); !known)
    return known;
  if (section.find("txt") != nullptr) {
    const auto owner = "_mta-sts." + facts.domain.text();
    if (auto read = read_txt(section, "mta-sts.txt", owner, facts.sts_txt); !read) return read;
    facts.planned_sts_txt = true;
  }
  if (section.find("policy") == nullptr && section.find("policy_file") == nullptr) return {};
  auto body = read_policy(section, folder);
  if (!body) return std::unexpected(body.error());
  facts.policy_host.dns.name = "mta-sts." + facts.domain.text();
  facts.policy_host.outcome = {FetchStatus::ok, std::move(*body), ""};
  facts.policy_host.fetched = true;
  facts.planned_policy = true;
  return {};
}

Result<void> read_reporting(const Json& section, CheckFacts& facts) {
  if (auto known = know_all(section, "tls-rpt", {"txt"}); !known) return known;
  if (section.find("txt") == nullptr) return {};
  facts.planned_rpt_txt = true;
  return read_txt(section, "tls-rpt.txt", "_smtp._tls." + facts.domain.text(), facts.rpt_txt);
}

Result<MxHost> read_mx(const Json& entry) {
  if (auto known = know_all(entry, "mx", {"host", "preference"}); !known)
    return std::unexpected(known.error());
  const auto* const host = entry.find("host");
  if (host == nullptr || host->string() == nullptr) return wrong("mx.host", "must be a string");
  auto name = ascii_lower(*host->string());
  if (name.ends_with('.')) name.pop_back();
  MxHost mx{10, std::move(name)};
  const auto* const preference = entry.find("preference");
  if (preference == nullptr) return mx;
  const auto* const number = preference->integer();
  if (number == nullptr || *number < 0 || *number > kMaxPreference)
    return wrong("mx.preference", "must be a number from 0 to 65535");
  mx.preference = static_cast<std::uint16_t>(*number);
  return mx;
}

Result<void> read_mx_list(const Json& list, CheckFacts& facts) {
  if (list.array() == nullptr) return wrong("mx", "must be a list of tables");
  for (const auto& entry : *list.array()) {
    auto mx = read_mx(entry);
    if (!mx) return std::unexpected(mx.error());
    facts.mx.hosts.push_back(std::move(*mx));
  }
  std::ranges::sort(facts.mx.hosts, {},
                    [](const MxHost& mx) { return std::pair(mx.preference, mx.exchange); });
  facts.mx.meta = planned_meta(facts.mx.hosts.empty() ? DnsStatus::no_data : DnsStatus::found);
  facts.planned_mx = true;
  return {};
}

}  // namespace

Result<CheckFacts> parse_check_plan(const Json& table, const std::filesystem::path& folder) {
  if (auto known = know_all(table, "", {"domain", "mta-sts", "tls-rpt", "mx"}); !known)
    return std::unexpected(known.error());
  const auto* const name = table.find("domain");
  if (name == nullptr || name->string() == nullptr) return wrong("domain", "must be a string");
  auto domain = Domain::parse(*name->string());
  if (!domain) return wrong("domain", domain.error().detail);
  CheckFacts facts(std::move(*domain));
  Result<void> done;
  if (const auto* const section = table.find("mta-sts"); section != nullptr)
    done = read_sts(*section, folder, facts);
  if (const auto* const section = table.find("tls-rpt"); done && section != nullptr)
    done = read_reporting(*section, facts);
  if (const auto* const list = table.find("mx"); done && list != nullptr)
    done = read_mx_list(*list, facts);
  if (!done) return std::unexpected(done.error());
  return facts;
}

Result<CheckFacts> read_check_plan(const std::filesystem::path& file) {
  const auto table = read_toml(file);
  if (!table) return std::unexpected(table.error());
  auto plan = parse_check_plan(*table, file.parent_path());
  if (!plan)
    return fail(plan.error().code, fmt::format("{}: {}", file.string(), plan.error().detail));
  return plan;
}

}  // namespace strictmx
