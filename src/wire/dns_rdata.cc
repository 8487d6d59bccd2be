#include "wire/dns_rdata.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxRdata = 65535;
constexpr std::size_t kMaxName = 255;  // RFC 1035 §2.3.4, length octets included
constexpr std::size_t kMaxLabel = 63;  // RFC 1035 §2.3.4

std::unexpected<Error> bad(std::size_t offset, std::string_view what) {
  return fail(Errc::syntax, fmt::format("offset {}: {}", offset, what));
}

std::size_t octet_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

std::uint16_t number16(std::string_view text, std::size_t i) {
  return static_cast<std::uint16_t>(octet_at(text, i) << 8 | octet_at(text, i + 1));
}

bool may_stand_in_text(char c) { return c > ' ' && c < '\x7f' && c != '.'; }

// Reads the name that begins at `at` and ends the RDATA.
Result<std::string> parse_name(std::string_view rdata, std::size_t at) {
  const std::size_t begin = at;
  std::string text;
  for (;;) {
    if (at >= rdata.size()) return bad(at, "name is cut off");
    const std::size_t length = octet_at(rdata, at);
    if (length == 0) break;
    if (length > kMaxLabel) return bad(at, "label length over 63");
    if (rdata.size() - at - 1 < length) return bad(at, "label is cut off");
    const auto label = rdata.substr(at + 1, length);
    if (!std::all_of(label.begin(), label.end(), may_stand_in_text)) {
      return bad(at + 1, "octet in label that no host name has");
    }
    if (!text.empty()) text += '.';
    text += ascii_lower(label);
    at += 1 + length;
    if (at - begin >= kMaxName) return bad(at, "name over 255 octets");
  }
  if (at + 1 != rdata.size()) return bad(at + 1, "octets after the name");
  return text;
}

template <std::size_t N>
Result<std::array<std::uint8_t, N>> parse_octets(std::string_view rdata) {
  if (rdata.size() != N) {
    return bad(0, fmt::format("address of {} octets instead of {}", rdata.size(), N));
  }
  std::array<std::uint8_t, N> octets{};
  std::transform(rdata.begin(), rdata.end(), octets.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return octets;
}

}  // namespace

Result<std::vector<std::string>> parse_txt_strings(std::string_view rdata) {
  if (rdata.empty()) return bad(0, "no character-string");
  if (rdata.size() > kMaxRdata) return bad(kMaxRdata, "over 65535 octets");
  std::vector<std::string> strings;
  for (std::size_t at = 0; at < rdata.size();) {
    const std::size_t length = octet_at(rdata, at);
    if (rdata.size() - at - 1 < length) return bad(at, "character-string is cut off");
    strings.emplace_back(rdata.substr(at + 1, length));
    at += 1 + length;
  }
  return strings;
}

Result<std::string> parse_txt_rdata(std::string_view rdata) {
  const auto strings = parse_txt_strings(rdata);
  if (!strings) return std::unexpected(strings.error());
  return join(*strings, "");
}

Result<std::string> parse_name_rdata(std::string_view rdata) { return parse_name(rdata, 0); }

Result<MxHost> parse_mx_rdata(std::string_view rdata) {
  if (rdata.size() < 2) return bad(0, "preference is cut off");
  auto exchange = parse_name(rdata, 2);
  if (!exchange) return std::unexpected(std::move(exchange.error()));
  return MxHost{number16(rdata, 0), *std::move(exchange)};
}

Result<IpAddress> parse_a_rdata(std::string_view rdata) {
  const auto octets = parse_octets<4>(rdata);
  if (!octets) return std::unexpected(octets.error());
  return IpAddress::v4(*octets);
}

Result<IpAddress> parse_aaaa_rdata(std::string_view rdata) {
  const auto octets = parse_octets<16>(rdata);
  if (!octets) return std::unexpected(octets.error());
  return IpAddress::v6(*octets);
}

Result<TlsaRecord> parse_tlsa_rdata(std::string_view rdata) {
  constexpr std::size_t kFixedBytes = 3;
  if (rdata.size() <= kFixedBytes) {
    return fail(Errc::syntax, fmt::format("offset {}: TLSA data ends early", rdata.size()));
  }
  return TlsaRecord{static_cast<std::uint8_t>(rdata[0]), static_cast<std::uint8_t>(rdata[1]),
                    static_cast<std::uint8_t>(rdata[2]), std::string(rdata.substr(kFixedBytes))};
}

Result<KeyRecordFacts> parse_ds_rdata(std::string_view rdata) {
  constexpr std::size_t kFixedBytes = 4;
  if (rdata.size() <= kFixedBytes) return bad(rdata.size(), "DS data ends early");
  return KeyRecordFacts{.tag = number16(rdata, 0),
                        .algorithm = static_cast<std::uint8_t>(rdata[2]),
                        .digest_type = static_cast<std::uint8_t>(rdata[3])};
}

Result<KeyRecordFacts> parse_dnskey_rdata(std::string_view rdata) {
  constexpr std::size_t kFixedBytes = 4;
  if (rdata.size() <= kFixedBytes) return bad(rdata.size(), "DNSKEY data ends early");
  return KeyRecordFacts{.flags = number16(rdata, 0),
                        .algorithm = static_cast<std::uint8_t>(rdata[3])};
}

Result<unsigned> parse_nsec3param_iterations(std::string_view rdata) {
  constexpr std::size_t kFixedBytes = 5;
  if (rdata.size() < kFixedBytes) return bad(rdata.size(), "NSEC3PARAM data ends early");
  return number16(rdata, 2);
}

Result<CaaRecordFacts> parse_caa_rdata(std::string_view rdata) {
  if (rdata.size() < 2) return bad(rdata.size(), "CAA data ends early");
  const std::size_t length = octet_at(rdata, 1);
  if (length == 0 || rdata.size() - 2 < length) return bad(1, "CAA tag is cut off");
  return CaaRecordFacts{static_cast<std::uint8_t>(rdata[0]), ascii_lower(rdata.substr(2, length)),
                        std::string(rdata.substr(2 + length))};
}

std::vector<IpAddress> interleave(const std::vector<IpAddress>& v6,
                                  const std::vector<IpAddress>& v4) {
  std::vector<IpAddress> all;
  for (std::size_t i = 0; i < std::max(v6.size(), v4.size()); ++i) {
    if (i < v6.size()) all.push_back(v6[i]);
    if (i < v4.size()) all.push_back(v4[i]);
  }
  return all;
}

}  // namespace strictmx
