#include "bench/fail.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace strictmx::bench {

void fail(std::string_view what) {
  fmt::print(stderr, "{}: {}\n", program_invocation_short_name, what);
  std::exit(2);
}

void fail_errno(std::string_view what) { fail(fmt::format("{}: {}", what, std::strerror(errno))); }

}  // namespace strictmx::bench
