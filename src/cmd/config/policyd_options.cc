#include "cmd/config/policyd_options.h"

#include <unistd.h>

#include <cstdlib>

#include "cmd/config/read_file.h"
#include "cmd/config/resolv_conf.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxResolvConfBytes = 65536;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

Result<std::filesystem::path> choose_state(const Config& config, const Surroundings& around) {
  if (!config.state.empty()) return config.state;
  if (!around.state_directory.empty()) {
    return around.state_directory.substr(0, around.state_directory.find(':'));
  }
  if (around.user == RunAs::root) return "/var/lib/strictmx";
  // XDG base directory specification: a relative value is to be ignored.
  if (around.xdg_state_home.starts_with('/')) return around.xdg_state_home + "/strictmx";
  if (around.home.starts_with('/')) return around.home + "/.local/state/strictmx";
  return fail(Errc::usage, "state: no directory is configured and $HOME is not set");
}

}  // namespace

DnsOptions make_dns_options(const DnsConfig& config, const Surroundings& around) {
  DnsOptions dns;
  if (config.forward.empty()) {
    dns.forwarders = parse_nameservers(around.resolv_conf);
  } else if (config.forward.front() != "recurse") {
    dns.forwarders = config.forward;
  }
  const bool off = config.validation == DnsValidationKey::off;
  if (config.trust_anchor != "none" && !off) dns.trust_anchor = config.trust_anchor;
  if (config.validation == DnsValidationKey::trust_ad) dns.validation = DnsValidation::trust_ad;
  if (config.trust_ad_remote) dns.remote = RemoteAd::trusted;
  if (!config.root_hints.empty()) dns.root_hints = config.root_hints;
  return dns;
}

Surroundings read_surroundings() {
  return Surroundings{
      .user = ::geteuid() == 0 ? RunAs::root : RunAs::other,
      .state_directory = environment("STATE_DIRECTORY"),
      .xdg_state_home = environment("XDG_STATE_HOME"),
      .home = environment("HOME"),
      .resolv_conf = read_file("/etc/resolv.conf", kMaxResolvConfBytes).value_or(""),
  };
}

Result<PolicydOptions> make_policyd_options(const Config& config, const Surroundings& around) {
  auto state = choose_state(config, around);
  if (!state) return std::unexpected(state.error());
  PolicydOptions options;
  options.listen = config.listen;
  options.listen_line = config.listen_line;
  options.api = config.api;
  options.collector = config.collect.socket;
  options.state = *std::move(state);
  if (!config.control.empty()) {
    options.control = std::filesystem::absolute(options.state / config.control);
  }
  options.dns = make_dns_options(config.dns, around);
  if (!config.https.ca_file.empty()) options.fetch.ca_file = config.https.ca_file;
  options.fetch.port = config.https.port;
  options.fetch.addresses = config.https.addresses;
  options.fetch.timeout = config.https.timeout;
  options.rules.sts = {config.policy.on_dns_error, config.policy.dns_error_time};
  // Without a trust anchor no answer is ever secure: nothing to look for.
  options.rules.dane = options.dns.trust_anchor ? config.policy.dane : DaneUse::off;
  options.overrides = config.policy.overrides;
  options.preload = config.policy.preload;
  options.preload_key = config.policy.preload_key;
  options.deadline = config.policy.deadline;
  options.idle = config.limits.idle;
  options.max_clients = config.limits.connections;
  options.max_lookups = config.limits.lookups;
  options.max_negatives = config.limits.negative_entries;
  return options;
}

}  // namespace strictmx
