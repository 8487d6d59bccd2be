// core/dane.h: what DNS says about DANE for one MX host (RFC 7672 §2.2). Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/dns_answer.h"
#include "core/tlsa_record.h"

namespace strictmx {

// The most preferred MX hosts are looked at; no MTA tries that many for one message.
constexpr std::size_t kMaxDaneHosts = 32;

enum class DaneState : std::uint8_t {
  none,         // insecure or proven absent: DANE does not apply (RFC 7672 §2.2)
  usable,       // secure with a usable record: authenticated TLS or no delivery
  unusable,     // secure, none usable: TLS without authentication
  failed,       // a look-up failed or is forged: the host must not be used (RFC 7672 §2.1.2)
  unreachable,  // no address: nobody can deliver there
};
std::string_view name_of(DaneState state);

struct TlsaAnswer {
  DnsMeta meta;
  std::vector<TlsaRecord> records;
};

struct CnameAnswer {
  DnsMeta meta;  // of the first alias alone
};

struct DaneHost {
  std::string host;  // name in the MX record
  DaneState state = DaneState::none;
  std::string base;                 // TLSA base domain, for usable and unusable
  std::vector<TlsaRecord> records;  // all of the RRset, unusable ones included
  Seconds ttl{0};                   // smallest of all answers that led here
  std::string reason;               // one line, our words
};

// For a secure TLSA RRset. RFC 7672 §2.2.
DaneState classify_tlsa(const std::vector<TlsaRecord>& records);

}  // namespace strictmx
