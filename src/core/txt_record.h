// core/txt_record.h: what the TXT records of MTA-STS (RFC 8461 §3.1) and TLSRPT (RFC 8460 §3) have
// in common: which of the RRs at a name is the record, and the grammar of names and values.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace strictmx {

constexpr std::size_t kMaxTxtRecord = 4096;  // octets
constexpr std::size_t kMaxTxtFields = 64;
constexpr std::size_t kMaxTxtFieldName = 32;

bool is_txt_name_char(char c);
bool is_txt_value_char(char c);

struct TxtCandidates {
  std::size_t count = 0;
  std::string_view last;  // of the RRs given
};

// The RRs that begin with `version`, such as "v=STSv1", and ";". The others are discarded. The
// grammar has blanks before the ";" (RFC 8461 eid6285).
bool is_txt_candidate(std::string_view rr, std::string_view version);
TxtCandidates find_txt_candidates(std::span<const std::string> rrs, std::string_view version);

}  // namespace strictmx
