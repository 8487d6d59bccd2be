// cmd/check/check_options.h: from the configuration and a call to what service/check is told.
#pragma once
#include "cmd/cli/cli.h"
#include "cmd/config/config.h"
#include "cmd/config/policyd_options.h"
#include "service/check/check.h"

namespace strictmx {

CheckOptions make_check_options(const Config& config, const CheckCall& call,
                                const Surroundings& around);

}  // namespace strictmx
