// wire/http_target.h: the path and query of an HTTP request as words (RFC 9112 §3.2.1, RFC 3986
// §2.1). Pure. Limits: 2048 octets, 16 segments, 16 query fields. Refused: what does not begin with
// "/", wrong percent-encoding, control octets also when encoded.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace strictmx {

struct HttpTarget {
  std::vector<std::string> path;  // "/v1/policy/a%20b" is {"v1", "policy", "a b"}; "/" is {""}
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order; "a" is {"a", ""}

  // The first value of that name, or null.
  const std::string* find(std::string_view name) const;
};

// Errors: Errc::syntax, Errc::too_large.
Result<HttpTarget> parse_http_target(std::string_view text);

}  // namespace strictmx
