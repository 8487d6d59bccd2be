// wire/dns_rdata.h: RDATA octets of the few record types we ask for, as values. Pure.
// Source: RFC 1035 §3.3 (TXT, MX, A), RFC 3596 §2.2 (AAAA), RFC 6698 §2.1 (TLSA). Names are
// uncompressed, as a resolver library hands them out; a compression pointer is malformed. Limits:
// RDATA of 65535 octets, a name of 255. Errors: Errc::syntax ("offset N: ..."). Not here: sorting
// and counting of records (net/dns_client), meaning (core).
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/dns_answer.h"
#include "core/ip_address.h"
#include "core/tlsa_record.h"

namespace strictmx {

// The character-strings joined without spaces (RFC 8461 §3.1). At least one, perhaps empty.
Result<std::string> parse_txt_rdata(std::string_view rdata);

// The exchange in lower case without final dot, "" for the root (RFC 7505 §3). Refused: labels
// with dots, blanks, or octets outside of printable ASCII, which no text form could keep apart.
Result<MxHost> parse_mx_rdata(std::string_view rdata);

// Exactly 4 and exactly 16 octets.
Result<IpAddress> parse_a_rdata(std::string_view rdata);
Result<IpAddress> parse_aaaa_rdata(std::string_view rdata);

// Three parameters and at least one octet of data (RFC 6698 §2.1).
Result<TlsaRecord> parse_tlsa_rdata(std::string_view rdata);

}  // namespace strictmx
