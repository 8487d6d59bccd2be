// cmd/check/check_local.h: strictmx check-local, the MTAs of this machine: are they set up to ask
// strictmx, does it answer, and are there known traps (core/check/local_check)?
#pragma once
#include <string>
#include <vector>

#include "cmd/command_result.h"
#include "cmd/config/load_config.h"
#include "cmd/output_form.h"

namespace strictmx {

struct CheckLocalCall {
  ConfigSource config;
  std::vector<std::string> mtas;  // postfix, exim, sendmail, opensmtpd; empty: those that are found
  std::string root;               // folder that /etc and sockets are looked for in; empty: /
  OutputForm form = OutputForm::text;
};

// Exit code 1: a fault was found, or no MTA.
CommandResult run_check_local(const CheckLocalCall& call);

}  // namespace strictmx
