#include "core/check/parts_of_dane.h"

#include <fmt/format.h>

#include "core/check/check_rules.h"
#include "core/check/rules_at_address.h"

namespace strictmx {

namespace {

constexpr std::size_t kShownRecord = 140;  // a SHA-512 digest in hex, and the numbers before it

}  // namespace

std::string tlsa_owner(const MxHostFacts& host) {
  return "_25._tcp." + quote(host.dane.base.empty() ? host.name : host.dane.base);
}

std::string shown(const TlsaRecord& record) {
  auto text = record.text();
  if (text.size() <= kShownRecord) return text;
  return text.substr(0, kShownRecord) + "...";
}

std::string tlsa_line(const MxHostFacts& host, const TlsaRecord& record) {
  return fmt::format("{}. IN TLSA {}", tlsa_owner(host), shown(record));
}

std::string tlsa_line(const MxHostFacts& host, const CertificateFacts& leaf) {
  return fmt::format("{}. IN TLSA 3 1 1 {}", tlsa_owner(host), leaf.spki_sha256);
}

void check_dane(const CheckView& view, Findings& findings) {
  check_dnssec(view, findings);
  check_tlsa_records(view, findings);
  check_tlsa_matches(view, findings);
}

}  // namespace strictmx
