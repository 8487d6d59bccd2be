#include "core/txt_record.h"

#include "base/text.h"

namespace strictmx {

bool is_txt_name_char(char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; }

bool is_txt_value_char(char c) { return c > ' ' && c < '\x7f' && c != '=' && c != ';'; }

bool is_txt_candidate(std::string_view rr, std::string_view version) {
  if (!rr.starts_with(version)) return false;
  rr.remove_prefix(version.size());
  while (!rr.empty() && is_blank(rr.front())) rr.remove_prefix(1);
  return rr.starts_with(';');
}

TxtCandidates find_txt_candidates(std::span<const std::string> rrs, std::string_view version) {
  TxtCandidates found;
  for (const auto& rr : rrs) {
    if (!is_txt_candidate(rr, version)) continue;
    found.last = rr;
    ++found.count;
  }
  return found;
}

}  // namespace strictmx
