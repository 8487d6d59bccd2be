// service/policyd/policyd.h: the policy daemon. Three threads: answers (clients and replies),
// look-ups (DNS, HTTPS, metrics over HTTP), store. docs/architecture.md shows a look-up's way.
#pragma once
#include <functional>

#include "base/log.h"
#include "base/result.h"
#include "service/policyd/options.h"

namespace strictmx {

// Reads the configuration again; an error's detail is for the log.
using ReloadOptions = std::function<Result<PolicydOptions>()>;

// Runs until SIGTERM or SIGINT, then answers what is outstanding for at most options.drain. On
// SIGHUP `reload` is asked: a good configuration is taken over without a query lost, as far as it
// can be while running (rules, overrides, deadline, limits of clients and look-ups; the log says
// what needs a restart); a bad one changes nothing.
// Errors, all before the first client is accepted: Errc::usage, Errc::io, Errc::corrupt,
// Errc::unsupported.
Result<void> run_policyd(const PolicydOptions& options, Log& log, ReloadOptions reload);

}  // namespace strictmx
