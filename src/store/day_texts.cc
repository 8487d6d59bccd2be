#include "store/day_texts.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxKnownBytes = 8 * 1024 * 1024;
constexpr std::size_t kEntryBytes = 80;  // of the map, beside the text

constexpr std::array<const char*, 1> kDomainColumns{"name"};
constexpr std::array<const char*, 4> kPolicyColumns{"type", "domain", "strings", "mx_hosts"};
constexpr std::array<const char*, 7> kFailureColumns{"type",
                                                     "sending_mta_ip",
                                                     "receiving_mx_hostname",
                                                     "receiving_mx_helo",
                                                     "receiving_ip",
                                                     "additional_information",
                                                     "reason_code"};

// A text that holds the separator only makes a key that is not found again.
constexpr char kSeparator = '\0';

void extend(std::string& key, std::string_view text) {
  key += text;
  key += kSeparator;
}

std::string key_of(const ReportedPolicy& policy) {
  std::string key = "p";
  extend(key, name_of(policy.type));
  extend(key, policy.domain);
  for (const auto& text : policy.strings) extend(key, text);
  key += kSeparator;
  for (const auto& text : policy.mx_hosts) extend(key, text);
  return key;
}

std::string key_of(const FailureDetails& details) {
  std::string key = "f";
  for (const std::string_view text :
       {name_of(details.type), std::string_view(details.sending_mta_ip),
        std::string_view(details.receiving_mx_hostname),
        std::string_view(details.receiving_mx_helo), std::string_view(details.receiving_ip),
        std::string_view(details.additional_information), std::string_view(details.reason_code)}) {
    extend(key, text);
  }
  return key;
}

}  // namespace

std::string join_lines(const std::vector<std::string>& lines) { return join(lines, "\n"); }

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  if (text.empty()) return lines;
  for (const auto line : split(text, '\n')) lines.emplace_back(line);
  return lines;
}

Result<DayTexts::Kind> DayTexts::prepare_kind(SqliteConnection& connection, const char* table,
                                              std::span<const char* const> columns) {
  std::string names;
  std::string marks;
  std::string tests;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    names += fmt::format("{}{}", i > 0 ? ", " : "", columns[i]);
    marks += fmt::format("{}?{}", i > 0 ? ", " : "", i + 1);
    tests += fmt::format("{}{} = ?{}", i > 0 ? " AND " : "", columns[i], i + 1);
  }
  auto find = connection.prepare(fmt::format("SELECT id FROM {} WHERE {}", table, tests).c_str());
  if (!find) return std::unexpected(find.error());
  auto add = connection.prepare(
      fmt::format("INSERT INTO {} ({}) VALUES ({}) RETURNING id", table, names, marks).c_str());
  if (!add) return std::unexpected(add.error());
  return Kind{*std::move(find), *std::move(add)};
}

Result<DayTexts> DayTexts::prepare(SqliteConnection& connection) {
  auto generation = connection.prepare("SELECT value FROM state WHERE name = 'generation'");
  if (!generation) return std::unexpected(generation.error());
  auto domains = prepare_kind(connection, "domains", kDomainColumns);
  if (!domains) return std::unexpected(domains.error());
  auto policies = prepare_kind(connection, "policies", kPolicyColumns);
  if (!policies) return std::unexpected(policies.error());
  auto failures = prepare_kind(connection, "failures", kFailureColumns);
  if (!failures) return std::unexpected(failures.error());
  return DayTexts(*std::move(generation), *std::move(domains), *std::move(policies),
                  *std::move(failures));
}

Result<void> DayTexts::check_generation() {
  generation_.reset();
  const auto row = generation_.step();
  if (!row) return std::unexpected(row.error());
  const std::int64_t now = *row ? generation_.number(0) : 0;
  generation_.reset();
  if (now != seen_generation_) forget();
  seen_generation_ = now;
  return {};
}

void DayTexts::forget() {
  known_.clear();
  known_bytes_ = 0;
}

std::optional<std::int64_t> DayTexts::recall(const std::string& key) const {
  const auto found = known_.find(key);
  if (found == known_.end()) return std::nullopt;
  return found->second;
}

Result<std::optional<std::int64_t>> DayTexts::look_up(Kind& kind,
                                                      std::span<const std::string_view> texts,
                                                      const std::string& key, Missing missing) {
  std::optional<std::int64_t> id;
  for (auto* statement : {&kind.find, &kind.add}) {
    if (statement == &kind.add && missing == Missing::leave) break;
    statement->reset();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      statement->bind_text(static_cast<int>(i) + 1, texts[i]);
    }
    const auto row = statement->step();
    if (!row) return std::unexpected(row.error());
    if (*row) id = statement->number(0);
    statement->reset();
    if (id) break;
  }
  if (!id) return id;
  if (known_bytes_ >= kMaxKnownBytes) forget();
  known_.emplace(key, *id);
  known_bytes_ += key.size() + kEntryBytes;
  return id;
}

Result<std::optional<std::int64_t>> DayTexts::domain_id(const Domain& domain, Missing missing) {
  const std::string key = "d" + domain.text();
  if (const auto id = recall(key)) return id;
  const std::array<std::string_view, 1> texts{domain.text()};
  return look_up(domains_, texts, key, missing);
}

Result<std::optional<std::int64_t>> DayTexts::policy_id(const ReportedPolicy& policy,
                                                        Missing missing) {
  const std::string key = key_of(policy);
  if (const auto id = recall(key)) return id;
  ReportedPolicy good = policy;
  bound(good);
  const std::string strings = join_lines(good.strings);
  const std::string mx_hosts = join_lines(good.mx_hosts);
  const std::array<std::string_view, 4> texts{name_of(good.type), good.domain, strings, mx_hosts};
  return look_up(policies_, texts, key, missing);
}

Result<std::optional<std::int64_t>> DayTexts::failure_id(const FailureDetails& details,
                                                         Missing missing) {
  const std::string key = key_of(details);
  if (const auto id = recall(key)) return id;
  FailureDetails good = details;
  bound(good);
  const std::array<std::string_view, 7> texts{
      name_of(good.type),     good.sending_mta_ip, good.receiving_mx_hostname,
      good.receiving_mx_helo, good.receiving_ip,   good.additional_information,
      good.reason_code};
  return look_up(failures_, texts, key, missing);
}

}  // namespace strictmx
