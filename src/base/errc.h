// base/errc.h: the closed list of error codes. Codes are for programs (metrics, exit codes); the
// text for people is Error::detail. What a remote peer may legitimately do is never an error but
// an outcome with a name of its own.
#pragma once
#include <cstdint>
#include <string_view>

namespace strictmx {

enum class Errc : std::uint8_t {
  syntax,        // input does not follow its grammar
  too_large,     // a named limit is exceeded
  out_of_range,  // a number or name is outside of what its field allows
  unsupported,   // well-formed, but nothing we do
  not_found,     // the thing asked for does not exist
  io,            // the operating system refused
  corrupt,       // stored data fails its own checks
  timeout,       // a deadline passed
  cancelled,     // given up because the program stops
  usage,         // wrong call of a command or wrong configuration
};

// The code's name as it appears in metrics and JSON: the enumerator itself.
std::string_view name_of(Errc code);

}  // namespace strictmx
