#include "base/errc.h"

namespace strictmx {

std::string_view name_of(Errc code) {
  switch (code) {
    case Errc::syntax:
      return "syntax";
    case Errc::too_large:
      return "too_large";
    case Errc::out_of_range:
      return "out_of_range";
    case Errc::unsupported:
      return "unsupported";
    case Errc::not_found:
      return "not_found";
    case Errc::io:
      return "io";
    case Errc::corrupt:
      return "corrupt";
    case Errc::timeout:
      return "timeout";
    case Errc::cancelled:
      return "cancelled";
    case Errc::usage:
      return "usage";
  }
  return "unknown";
}

}  // namespace strictmx
