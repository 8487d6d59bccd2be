// wire/line_query.h: the one-line questions of programs that connect for each (docs/line.md):
//   exim DOMAIN | check DOMAIN | relayhost DOMAIN | mxok DOMAIN HOST | event KEY=VALUE …
// Pure. Limits: 16384 octets with the line end, 32 fields in an event. Verbs in any case; several
// blanks count as one. A value in an event is in double quotes when it holds blanks; in quotes
// "\\" and "\"" stand for themselves, "\n" and "\r" for line ends. Octets below 20 hex other than
// HTAB, and 7F, are refused.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace strictmx {

constexpr std::size_t kMaxLineQuery = 16384;
constexpr std::size_t kMaxEventFields = 32;

enum class LineVerb : std::uint8_t { exim, check, relayhost, mxok };

struct LineQuestion {
  LineVerb verb;
  std::string domain;  // a next hop as the MTA has it (core/next_hop)
  std::string host;    // for mxok; else empty
};

struct LineEvent {
  std::vector<std::pair<std::string, std::string>> fields;  // in the order they came

  // The first of that name, or null.
  const std::string* find(std::string_view key) const;
};

using LineQuery = std::variant<LineQuestion, LineEvent>;

// `line` without its end. Errors: Errc::syntax, Errc::too_large ("offset N: …"), Errc::unsupported
// (the verb).
Result<LineQuery> parse_line_query(std::string_view line);

}  // namespace strictmx
