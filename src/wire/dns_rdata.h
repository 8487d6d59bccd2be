// wire/dns_rdata.h: RDATA octets of the few record types we ask for, as values. Pure.
// Source: RFC 1035 §3.3 (TXT, MX, A, NS), RFC 3596 §2.2 (AAAA), RFC 6698 §2.1 (TLSA), RFC 4034 §2.1
// (DNSKEY), §5.1 (DS), RFC 5155 §4.2 (NSEC3PARAM), RFC 8659 §4.1 (CAA). Names are
// uncompressed, as a resolver library hands them out; a compression pointer is malformed. Limits:
// RDATA of 65535 octets, a name of 255. Errors: Errc::syntax ("offset N: ..."). Not here: sorting
// and counting of records (net/dns_client), meaning (core).
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "core/check/dns_facts.h"
#include "core/dns_answer.h"
#include "core/ip_address.h"
#include "core/tlsa_record.h"

namespace strictmx {

// The character-strings joined without spaces (RFC 8461 §3.1). At least one, perhaps empty.
Result<std::string> parse_txt_rdata(std::string_view rdata);

// The same before they are joined.
Result<std::vector<std::string>> parse_txt_strings(std::string_view rdata);

// The name of an NS record, in lower case without final dot.
Result<std::string> parse_name_rdata(std::string_view rdata);

// The exchange in lower case without final dot, "" for the root (RFC 7505 §3). Refused: labels
// with dots, blanks, or octets outside of printable ASCII, which no text form could keep apart.
Result<MxHost> parse_mx_rdata(std::string_view rdata);

// Exactly 4 and exactly 16 octets.
Result<IpAddress> parse_a_rdata(std::string_view rdata);
Result<IpAddress> parse_aaaa_rdata(std::string_view rdata);

// Three parameters and at least one octet of data (RFC 6698 §2.1).
Result<TlsaRecord> parse_tlsa_rdata(std::string_view rdata);

Result<KeyRecordFacts> parse_ds_rdata(std::string_view rdata);
Result<KeyRecordFacts> parse_dnskey_rdata(std::string_view rdata);
Result<unsigned> parse_nsec3param_iterations(std::string_view rdata);

// Every record of an answer that can be read; `why` tells of the last one that cannot.
template <class T>
std::vector<T> parse_each(const std::vector<std::string>& rdata,
                          Result<T> (*parse)(std::string_view), std::string& why) {
  std::vector<T> values;
  for (const auto& record : rdata) {
    auto value = parse(record);
    if (value) {
      values.push_back(std::move(*value));
    } else {
      why = "record dropped: " + value.error().detail;
    }
  }
  return values;
}

// One of each family in turn, IPv6 first.
std::vector<IpAddress> interleave(const std::vector<IpAddress>& v6,
                                  const std::vector<IpAddress>& v4);

// The tag in lower case.
Result<CaaRecordFacts> parse_caa_rdata(std::string_view rdata);

}  // namespace strictmx
