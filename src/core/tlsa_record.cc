#include "core/tlsa_record.h"

#include <fmt/format.h>

namespace strictmx {

namespace {

constexpr std::size_t kSha256Bytes = 32;
constexpr std::size_t kSha512Bytes = 64;

}  // namespace

bool TlsaRecord::usable() const {
  if (usage != static_cast<std::uint8_t>(TlsaUsage::dane_ta) &&
      usage != static_cast<std::uint8_t>(TlsaUsage::dane_ee)) {
    return false;  // RFC 7672 §3.1.3
  }
  if (selector > 1) return false;
  switch (matching_type) {
    case 0:
      return !data.empty();
    case 1:
      return data.size() == kSha256Bytes;
    case 2:
      return data.size() == kSha512Bytes;
    default:
      return false;  // RFC 7671 §4
  }
}

std::string TlsaRecord::text() const {
  std::string hex;
  for (const char octet : data) hex += fmt::format("{:02X}", static_cast<unsigned char>(octet));
  return fmt::format("{} {} {} {}", usage, selector, matching_type, hex);
}

}  // namespace strictmx
