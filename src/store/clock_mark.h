// store/clock_mark.h: what time it was at the last start or stop, and how long the machine had run
// then, in DIR/clock: one line "BOOT-ID UPTIME UTC". With it a daemon that starts again while the
// machine runs on knows what its wall clock should read: one set wrong in between must not expire
// every policy. After a boot nothing is known. What is damaged, missing or of a machine that had
// not learnt the year yet counts as nothing known.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace strictmx {

struct ClockMark {
  std::string boot;  // another one after each boot; empty: the kernel does not tell
  Seconds uptime{};  // time asleep included
  WallTime wall;
};

// This moment, at which `wall` is believed.
ClockMark make_clock_mark(WallTime wall);

std::string format_clock_mark(const ClockMark& mark);
std::optional<ClockMark> parse_clock_mark(std::string_view text);

// What the wall clock should read at `now`, by an earlier mark; absent when that says nothing.
std::optional<WallTime> expect_wall(const ClockMark& earlier, const ClockMark& now);

std::optional<ClockMark> load_clock_mark(const std::filesystem::path& dir);

// Put in place by rename; not durable, as a boot ends its use. Errors: Errc::io.
Result<void> save_clock_mark(const std::filesystem::path& dir, const ClockMark& mark);

}  // namespace strictmx
