// bench/fail.h: how the benchmark programs give up: one line on stderr, exit status 2. There is no
// recovery on purpose: a number measured beside an error is worse than none.
// Not here: a run that measured wrong answers; that is exit status 1 (bench/load.cc).
#pragma once
#include <string_view>

namespace strictmx::bench {

[[noreturn]] void fail(std::string_view what);

// The same with the text of errno.
[[noreturn]] void fail_errno(std::string_view what);

}  // namespace strictmx::bench
