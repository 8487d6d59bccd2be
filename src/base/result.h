// base/result.h: Result<T>, the type of everything that can fail because of malformed input or
// failing surroundings. No monadic members are used (absent from libstdc++ 12).
#pragma once
#include <expected>
#include <string>
#include <utility>

#include "base/errc.h"

namespace strictmx {

// detail is one line for people and starts with where: "line 3: ...", "offset 17: ...".
struct Error {
  Errc code;
  std::string detail;
};

template <class T>
using Result = std::expected<T, Error>;

// return fail(Errc::syntax, "line 3: ...") from any function that returns a Result.
inline std::unexpected<Error> fail(Errc code, std::string detail) {
  return std::unexpected<Error>(Error{code, std::move(detail)});
}

}  // namespace strictmx
