#include "cmd/serve.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/text.h"
#include "cmd/config/policyd_options.h"
#include "cmd/config/reportd_options.h"
#include "cmd/log_spdlog.h"
#include "cmd/lower_user.h"
#include "service/collectd/collectd.h"
#include "service/daemon.h"
#include "service/policyd/policyd.h"
#include "service/reportd/reportd.h"

namespace strictmx {

namespace {

// Besides clients: listeners, the store, look-ups with their sockets.
constexpr rlim_t kOtherDescriptors = 4096;

// As many descriptors as the system lets us have; says so when that is fewer than clients may come.
void raise_descriptor_limit(const PolicydOptions& options, Log& log) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max >= options.max_clients + kOtherDescriptors) return;
  log.warning("few_descriptors", {{"limit", std::to_string(limit.rlim_max)},
                                  {"clients", std::to_string(options.max_clients)}});
}

CollectdOptions make_collectd_options(const CollectConfig& config,
                                      const std::filesystem::path& state) {
  return {config.socket, config.mode, config.group, state, config.keep_days};
}

}  // namespace

CommandResult run_serve_command(const ServeCall& call) {
  Config config;
  if (const auto problems = load_config(call.config, config); !problems.empty()) {
    return refuse_config(problems);
  }
  const auto around = read_surroundings();
  const auto options = make_policyd_options(config, around);
  if (!options) return give_up(options.error());
  const auto style = choose_log_style(std::getenv("JOURNAL_STREAM"), STDERR_FILENO);
  const auto log = make_stream_log(config.log_level, style, stderr);
  raise_descriptor_limit(*options, *log);
  if (options->fetch.addresses == AddressRule::any || options->fetch.port != 443) {
    log->warning("lab_settings", {{"https_port", std::to_string(options->fetch.port)},
                                  {"private_addresses",
                                   options->fetch.addresses == AddressRule::any ? "yes" : "no"}});
  }
  std::optional<LowerUser> lower;
  if (!config.user.empty()) {
    auto begun = LowerUser::begin(config.user);
    if (!begun) return give_up(begun.error());
    lower = *std::move(begun);
  }
  auto reporting = make_reportd_options(config, around);
  if (!reporting) return give_up(reporting.error());
  Metrics metrics;
  Policyd policyd(*options, metrics, *log);
  const SystemClock clock;
  Collectd collectd(make_collectd_options(config.collect, options->state), clock, metrics, *log);
  std::vector<Service*> services{&policyd};
  if (!config.collect.socket.empty()) services.push_back(&collectd);
  std::optional<Reportd> reportd;
  if (*reporting) services.push_back(&reportd.emplace(**std::move(reporting), metrics, *log));
  const auto reload = [&]() -> Result<ReloadEffect> {
    Config fresh;
    auto problems = load_config(call.config, fresh);
    // Whom a start by root becomes may read less than that start will.
    if (problems.empty() && fresh.user.empty()) problems = find_unreadable_files(fresh);
    if (!problems.empty()) return fail(Errc::usage, join(problems, "; "));
    auto surroundings = read_surroundings();
    surroundings.user = around.user;  // it may have changed, and the state directory with it
    auto changed = make_policyd_options(fresh, surroundings);
    if (!changed) return std::unexpected(changed.error());
    // For the restart that it takes: a bad one must not be met only then.
    const auto reports = make_reportd_options(fresh, surroundings);
    if (!reports) return std::unexpected(reports.error());
    const bool restart = policyd.reload(*std::move(changed)) || fresh.http != config.http ||
                         fresh.user != config.user || fresh.collect != config.collect ||
                         fresh.report != config.report;
    return restart ? ReloadEffect::restart_needed : ReloadEffect::complete;
  };
  const auto opened = [&]() -> Result<void> {
    return lower ? lower->finish(options->state) : Result<void>{};
  };
  const auto ended = run_daemon(services, config.http, metrics, *log, {reload, opened});
  if (ended) return {};
  log->error("serve_failed", {{"why", ended.error().detail}});
  auto result = give_up(ended.error());
  result.err.clear();  // it is in the log
  return result;
}

}  // namespace strictmx
