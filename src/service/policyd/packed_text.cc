#include "service/policyd/packed_text.h"

#include <array>

namespace strictmx {

namespace {

// Octet i stands for kWords[i]. In a text they are rare; there an escape stands before them.
constexpr char kEscape = 0;
constexpr std::size_t kDomain = 1;
constexpr std::array<std::string_view, 9> kWords{
    "",  // the escape
    "",  // the domain
    "version: STSv1",
    "mode: enforce",
    "mode: testing",
    "\r\nmx: ",
    "\nmx: ",
    "\r\nmax_age: ",
    "\nmax_age: ",
};

bool is_code(char c) { return static_cast<unsigned char>(c) < kWords.size(); }

// The code of the word `text` begins with, and its length; 0 when there is none.
struct Match {
  std::size_t code = 0;
  std::size_t length = 0;
};

Match match_word(std::string_view text, std::string_view domain) {
  if (!domain.empty() && text.starts_with(domain)) return {kDomain, domain.size()};
  for (std::size_t code = kDomain + 1; code < kWords.size(); ++code) {
    if (text.starts_with(kWords[code])) return {code, kWords[code].size()};
  }
  return {};
}

}  // namespace

std::string pack_policy_text(std::string_view text, std::string_view domain) {
  std::string packed;
  while (!text.empty()) {
    const Match match = match_word(text, domain);
    if (match.length > 0) {
      packed += static_cast<char>(match.code);
      text.remove_prefix(match.length);
      continue;
    }
    if (is_code(text.front())) packed += kEscape;
    packed += text.front();
    text.remove_prefix(1);
  }
  return packed;
}

std::string unpack_policy_text(std::string_view packed, std::string_view domain) {
  std::string text;
  for (std::size_t at = 0; at < packed.size(); ++at) {
    const char c = packed[at];
    if (!is_code(c)) {
      text += c;
    } else if (c == kEscape) {
      if (++at < packed.size()) text += packed[at];
    } else if (static_cast<std::size_t>(c) == kDomain) {
      text += domain;
    } else {
      text += kWords[static_cast<std::size_t>(c)];
    }
  }
  return text;
}

}  // namespace strictmx
