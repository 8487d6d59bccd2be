// core/tlsrpt_record.h: the TXT record at _smtp._tls.<policy domain> (RFC 8460 §3): where the
// reports about a domain go. Pure.
// Limits: an RR of 4096 octets, 64 fields, 16 addresses for reports (ours; the RFC has none).
// Not here: the look-up (service/reportd), rewriting and opting out (core/report/report_route).
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "core/domain.h"

namespace strictmx {

constexpr std::string_view kTlsRptVersion = "v=TLSRPTv1";  // RFC 8460 §3: case-sensitive

enum class ReportScheme : std::uint8_t { mailto, https };
std::string_view name_of(ReportScheme scheme);

// One address that reports may be sent to.
struct ReportUri {
  ReportScheme scheme;
  std::string text;          // the URI as published
  std::string target;        // mailto: the addr-spec, decoded; https: path and query, at least "/"
  Domain host;               // of the mailbox or of the endpoint
  std::uint16_t port = 443;  // https

  // What one and the same destination has in common, however it is written.
  std::string key() const;
};

// mailto: or https:, with the extra rules of RFC 8460 §3. Header fields and fragments of a mailto
// are ignored: nothing of a mail comes from DNS (RFC 6068 §7). Errors: Errc::syntax,
// Errc::unsupported (another scheme, user information, an address instead of a host name).
Result<ReportUri> parse_report_uri(std::string_view text);

struct TlsRptRecord {
  std::vector<ReportUri> rua;         // without repetitions, in the order of the record
  std::vector<std::string> warnings;  // what was ignored or is unusual; "error: " where it is wrong
};

struct NoTlsRptRecord {};      // none of the TXT RRs begins with "v=TLSRPTv1;"
struct SeveralTlsRptRecords {  // RFC 8460 §3: any count but one means no reports
  std::size_t count;
};
struct MalformedTlsRptRecord {
  Error error;
};

using TlsRptTxt =
    std::variant<NoTlsRptRecord, SeveralTlsRptRecords, MalformedTlsRptRecord, TlsRptRecord>;

// Reads one TXT RR whose character-strings are already joined without spaces. A URI that cannot be
// used does not hurt the others; a record without any that can is an error.
// Errors: Errc::syntax ("offset N: ..."), Errc::too_large, Errc::unsupported (no usable URI).
Result<TlsRptRecord> parse_tlsrpt_record(std::string_view rr);

// Chooses among all TXT RRs of the name: others are dropped first, the count decides before the
// syntax does. White space before the first ";" is allowed by the grammar (RFC 8460 §3).
TlsRptTxt select_tlsrpt_record(std::span<const std::string> rrs);

struct TlsRptLint {
  bool valid = false;
  std::vector<std::string> rua;  // as published, when valid
  std::string error;             // when not: one line, our words
  std::vector<std::string> warnings;
};

// All TXT RRs of the name, or the one that shall be published. At most 64 are commented on.
TlsRptLint lint_tlsrpt_record(std::span<const std::string> rrs);

}  // namespace strictmx
