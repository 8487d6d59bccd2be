// cmd/check/check_options.h: from the configuration and a call to what service/check is told.
#pragma once
#include "cmd/cli.h"
#include "cmd/config.h"
#include "cmd/policyd_options.h"
#include "service/check/check.h"

namespace strictmx {

CheckOptions make_check_options(const Config& config, const CheckCall& call,
                                const Surroundings& around);

}  // namespace strictmx
