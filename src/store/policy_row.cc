#include "store/policy_row.h"

#include <fmt/format.h>

namespace strictmx {

namespace {

class Fnv1a {
 public:
  void add(std::string_view octets) {
    add(octets.size());
    for (const char c : octets) add_octet(static_cast<unsigned char>(c));
  }

  void add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) add_octet((number >> shift) & 0xff);
  }

  std::uint64_t value() const { return value_; }

 private:
  void add_octet(std::uint64_t octet) { value_ = (value_ ^ octet) * 0x100000001b3; }

  std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace

std::int64_t checksum_of(const PolicyRow& row) {
  Fnv1a sum;
  sum.add(row.domain);
  sum.add(row.id);
  sum.add(row.body);
  sum.add(static_cast<std::uint64_t>(row.fetched_at));
  return static_cast<std::int64_t>(sum.value());
}

PolicyRow format_row(const KnownPolicy& policy) {
  PolicyRow row{policy.domain.text(), policy.id, policy.body,
                policy.fetched_at.time_since_epoch().count(), 0};
  row.checksum = checksum_of(row);
  return row;
}

Result<KnownPolicy> parse_row(const PolicyRow& row) {
  if (checksum_of(row) != row.checksum) return fail(Errc::corrupt, "the checksum is wrong");
  auto domain = Domain::parse_ascii(row.domain);
  if (!domain || domain->text() != row.domain) {
    return fail(Errc::corrupt, "the domain is no domain in lower case");
  }
  auto parsed = parse_policy(row.body);
  if (!parsed) {
    return fail(Errc::corrupt, fmt::format("the policy is invalid: {}", parsed.error().detail));
  }
  return KnownPolicy{*std::move(domain), std::string(row.id), std::string(row.body),
                     std::move(parsed->policy), WallTime{Seconds{row.fetched_at}}};
}

}  // namespace strictmx
