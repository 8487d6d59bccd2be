// service/policyd/policyd.h: the policy daemon. Three threads: answers (clients and replies),
// look-ups (DNS, HTTPS, metrics over HTTP), store. docs/architecture.md shows a look-up's way.
#pragma once
#include "base/log.h"
#include "base/result.h"
#include "service/policyd/options.h"

namespace strictmx {

// Runs until SIGTERM or SIGINT, then answers what is outstanding for at most options.drain.
// Errors, all before the first client is accepted: Errc::usage, Errc::io, Errc::corrupt,
// Errc::unsupported.
Result<void> run_policyd(const PolicydOptions& options, Log& log);

}  // namespace strictmx
