// wire/socketmap.h: the socketmap protocol of Postfix and Sendmail: netstrings holding
// "NAME SP KEY", answered in order. Pure. Limits: query 10000 octets, reply 100000 octets.
#pragma once
#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace strictmx {

constexpr std::size_t kMaxSocketmapQuery = 10000;
constexpr std::size_t kMaxSocketmapReply = 100000;

struct SocketmapQuery {
  std::string_view map;  // selects the dialect
  std::string_view key;  // may hold blanks and any octets
};

// Views point into `payload`. Errors: Errc::syntax when there is no blank or no name before it.
Result<SocketmapQuery> parse_socketmap_query(std::string_view payload);

}  // namespace strictmx
