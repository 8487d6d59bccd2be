// tests/fuzz/naive.h: second readers of what RFC 8461 and RFC 8460 define, transcribed from their
// ABNF, with nothing of src in them: the targets diff_* hold our parsers against them. Where the
// RFCs leave room, they follow the decisions that tests/vectors names (G-01 and the like).
// Not for long texts: the time they take grows with the square of the length.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strictmx::naive {

// RFC 8461 §3.1: the id of the one record among the RRs; absent: no valid record.
struct StsTxt {
  std::size_t candidates = 0;
  std::optional<std::string> id;
};
StsTxt read_sts_txt(const std::vector<std::string>& rrs);

// RFC 8461 §3.2.
struct StsPolicy {
  std::string mode;
  std::uint64_t max_age = 0;
  std::vector<std::string> mx;  // in lower case

  bool operator==(const StsPolicy&) const = default;
};
std::optional<StsPolicy> read_sts_policy(std::string_view body);

// RFC 5321 §4.1.2 with the limits of RFC 1035 §2.3.4, and no IPv4 address.
bool is_domain(std::string_view text);
// RFC 8461 §3.2: sts-policy-mx-value.
bool is_mx_pattern(std::string_view text);
// RFC 8461 §4.1; both are what they should be.
bool mx_matches(std::string_view pattern, std::string_view host);

// RFC 8460 §3: where reports go, as "mailto:ADDRESS" or "https://HOST:PORT/PATH", each once, with
// host names in lower case; absent: no valid record.
struct TlsRptTxt {
  std::size_t candidates = 0;
  std::optional<std::vector<std::string>> rua;
};
TlsRptTxt read_tlsrpt_txt(const std::vector<std::string>& rrs);

}  // namespace strictmx::naive
