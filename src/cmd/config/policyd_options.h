// cmd/config/policyd_options.h: Config to what the policy service takes, with everything that
// depends on the user and the machine filled in. Pure but for read_surroundings().
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"
#include "cmd/config/config.h"
#include "service/policyd/options.h"

namespace strictmx {

enum class RunAs : std::uint8_t { root, other };

struct Surroundings {
  RunAs user = RunAs::other;
  std::string state_directory;  // $STATE_DIRECTORY, set by systemd; only its first entry counts
  std::string xdg_state_home;   // $XDG_STATE_HOME
  std::string home;             // $HOME
  std::string resolv_conf;      // text of /etc/resolv.conf; empty when it cannot be read
};
Surroundings read_surroundings();

// Errors: Errc::usage when no state directory is configured and none can be derived.
Result<PolicydOptions> make_policyd_options(const Config& config, const Surroundings& around);

DnsOptions make_dns_options(const DnsConfig& config, const Surroundings& around);

}  // namespace strictmx
