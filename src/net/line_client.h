// net/line_client.h: one question to strictmx's line protocol (docs/line.md), for programs that do
// nothing meanwhile: helpers of MTAs, commands. Connects, writes one line, reads to the end.
// Limits: the time given for all of it; a reply of 16 KiB.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "net/endpoint.h"

namespace strictmx {

// The reply without its line end; nullopt when there was none in time or it came without an end.
// `question` without a line end; nothing in it may end a line.
std::optional<std::string> ask_line(const Endpoint& where, std::string_view question,
                                    Millis patience);

// Likewise for a line that is not answered (events). False: it could not be handed over.
bool tell_line(const Endpoint& where, std::string_view line, Millis patience);

// Whether somebody listens there.
bool can_connect(const Endpoint& where, Millis patience);

}  // namespace strictmx
