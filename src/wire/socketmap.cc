#include "wire/socketmap.h"

namespace strictmx {

Result<SocketmapQuery> parse_socketmap_query(std::string_view payload) {
  const auto blank = payload.find(' ');
  if (blank == std::string_view::npos) return fail(Errc::syntax, "offset 0: no blank in query");
  if (blank == 0) return fail(Errc::syntax, "offset 0: no map name in query");
  return SocketmapQuery{payload.substr(0, blank), payload.substr(blank + 1)};
}

}  // namespace strictmx
