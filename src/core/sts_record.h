// core/sts_record.h: the TXT record at _mta-sts.<policy domain> (RFC 8461 §3.1). Pure.
// Limits: an RR of 4096 octets, 64 fields (ours; the RFC has none).
// Not here: the look-up and CNAMEs (net/dns_client), what follows from it (flow/sts_lookup).
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace strictmx {

constexpr std::string_view kStsVersion = "v=STSv1";  // RFC 8461 §3.1: case-sensitive

struct StsRecord {
  std::string id;                     // 1..32 letters and digits; compared for equality only
  std::vector<std::string> warnings;  // accepted, but not what one should publish
};

struct NoStsRecord {};      // none of the TXT RRs begins with "v=STSv1;"
struct SeveralStsRecords {  // RFC 8461 §3.1: more than one counts as none
  std::size_t count;
};
struct MalformedStsRecord {  // one candidate, but it does not follow the grammar
  Error error;
};

using StsTxt = std::variant<NoStsRecord, SeveralStsRecords, MalformedStsRecord, StsRecord>;

// Reads one TXT RR whose character-strings are already joined without spaces.
// Errors: Errc::syntax ("offset N: ..."), Errc::too_large.
Result<StsRecord> parse_sts_record(std::string_view rr);

// Chooses among all TXT RRs of the name: others are dropped first, the count decides before the
// syntax does. A record with white space before its first ";" is taken as a candidate
// (RFC 8461 eid6285).
StsTxt select_sts_record(std::span<const std::string> rrs);

}  // namespace strictmx
