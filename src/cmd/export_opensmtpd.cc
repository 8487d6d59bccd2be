#include "cmd/export_opensmtpd.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "cmd/config/policyd_options.h"
#include "cmd/log_spdlog.h"
#include "cmd/table_opensmtpd.h"
#include "net/line_client.h"
#include "store/policy_store.h"

namespace strictmx {

namespace {

namespace fs = std::filesystem;

constexpr Millis kPatience{10000};

Result<void> replace_file(const fs::path& path, const std::string& text) {
  const fs::path partial = path.string() + ".partial";
  std::ofstream file(partial, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  std::error_code failed;
  if (file) fs::rename(partial, path, failed);
  if (file && !failed) return {};
  return fail(Errc::io, fmt::format("{}: cannot be written", path.string()));
}

Result<std::vector<Domain>> enforced_domains(const ConfigSource& source) {
  Config config;
  if (const auto problems = load_config(source, config); !problems.empty()) {
    return fail(Errc::usage, problems.front());
  }
  const auto options = make_policyd_options(config, read_surroundings());
  if (!options) return std::unexpected(options.error());
  const auto log = make_stream_log(LogLevel::warning, LogStyle::time, stderr);
  auto store = PolicyStore::open(options->state, StoreAccess::read_only, *log);
  if (!store) return std::unexpected(store.error());
  const WallTime now = SystemClock().now().wall;
  std::vector<Domain> domains;
  const auto read = (*store)->load_all([&](const KnownPolicy& policy) {
    const bool enforced = policy.policy.mode == PolicyMode::enforce && policy.is_live(now);
    if (enforced) domains.push_back(policy.domain);
  });
  if (!read) return std::unexpected(read.error());
  return domains;
}

}  // namespace

CommandResult run_export_opensmtpd(const ExportOpenSmtpdCall& call) {
  const auto where = parse_line_socket(call.socket);
  if (!where) return refuse_call(where.error().detail);
  const auto domains = enforced_domains(call.config);
  if (!domains) return give_up(domains.error());
  constexpr std::string_view kFound = "found|";
  // smtpd refuses empty tables. No mail can be for this name (RFC 2606 §2).
  std::string listed = "strictmx.invalid\n";
  std::string relays = "strictmx.invalid\tsmtp+tls://strictmx.invalid\n";
  std::size_t without = 0;
  for (const auto& domain : *domains) {
    const auto reply = ask_line(*where, "relayhost " + domain.text(), kPatience);
    if (!reply) return give_up({Errc::timeout, call.socket + ": strictmx does not answer"});
    if (*reply == "not-found") continue;  // an override exempts it
    listed += domain.text() + "\n";
    if (reply->starts_with(kFound)) {
      relays += fmt::format("{}\t{}\n", domain.text(), reply->substr(kFound.size()));
    } else {
      ++without;
    }
  }
  const fs::path folder = call.folder;
  // First the hosts: a domain that is listed must have one where there is one.
  for (const auto& [name, text] : {std::pair("relays", relays), std::pair("domains", listed)}) {
    if (auto done = replace_file(folder / name, text); !done) return give_up(done.error());
  }
  return {ExitCode::ok,
          fmt::format("{} domains, {} of them without a host now\n", domains->size(), without), ""};
}

}  // namespace strictmx
