#include "cmd/policy/policy_command.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "base/text.h"
#include "cmd/one_off.h"
#include "cmd/policy/policy_control.h"
#include "cmd/policy/policy_format.h"
#include "cmd/policy/policy_import.h"
#include "core/policy_export.h"
#include "store/pin_file.h"
#include "store/policy_backup.h"
#include "store/policy_store.h"
#include "tls/signature.h"

namespace strictmx {

namespace {

namespace fs = std::filesystem;

// Those that hold, by domain.
using Pins = std::map<std::string, Pin>;

Result<Pins> read_pins(const fs::path& state, Log& log, WallTime now) {
  auto stored = load_pins(state, log);
  if (!stored) return std::unexpected(stored.error());
  Pins pins;
  for (auto& pin : stored->pins) {
    const std::string domain = pin.policy.domain.text();
    if (pin.holds(now)) pins.insert_or_assign(domain, std::move(pin));
  }
  return pins;
}

Result<CommandResult> list(const PolicyCall& call, PolicyStore& store, Pins pins, WallTime now) {
  PolicyLister lister(call, now);
  const auto read = store.load_all([&](const KnownPolicy& policy) {
    const auto pin = pins.extract(policy.domain.text());
    lister.add(policy, pin ? &pin.mapped() : nullptr);
  });
  if (!read) return std::unexpected(read.error());
  for (const auto& [domain, pin] : pins) lister.add(pin.policy, &pin);  // no longer stored
  return lister.finish();
}

Result<CommandResult> show(const PolicyCall& call, PolicyStore& store, const Pins& pins,
                           WallTime now) {
  const auto domain = Domain::parse(call.word);
  if (!domain) return std::unexpected(domain.error());
  const auto pin = pins.find(domain->text());
  if (pin != pins.end()) return format_policy(pin->second.policy, &pin->second, call.form, now);
  const auto policy = store.find(*domain);
  if (!policy) return std::unexpected(policy.error());
  return format_policy(*policy, nullptr, call.form, now);
}

Result<CommandResult> stats(const PolicyCall& call, PolicyStore& store, WallTime now) {
  PolicyCounts counts(now);
  const auto unreadable = store.load_all([&](const KnownPolicy& policy) { counts.add(policy); });
  if (!unreadable) return std::unexpected(unreadable.error());
  return counts.format(call.form, *unreadable);
}

// By rename, so that a reader never meets half of it.
Result<void> replace_file(const std::string& name, const std::string& text) {
  const std::string partial = name + ".partial";
  std::ofstream file(partial, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  std::error_code failed;
  if (file) fs::rename(partial, name, failed);
  if (!file || failed) return fail(Errc::io, fmt::format("{}: cannot be written", name));
  return {};
}

Result<CommandResult> export_list(const PolicyCall& call, PolicyStore& store) {
  CommandResult result;
  const auto unreadable = store.load_all(
      [&](const KnownPolicy& policy) { result.out += format_export_line(policy) + "\n"; });
  if (!unreadable) return std::unexpected(unreadable.error());
  if (*unreadable > 0) result.exit = ExitCode::no;
  const bool to_file = !call.word.empty() && call.word != "-";
  if (!call.sign_key.empty()) {
    if (!to_file) return refuse_call("--sign needs a FILE to lay the signature beside");
    const auto signature = sign_ed25519(call.sign_key, result.out);
    if (!signature) return std::unexpected(signature.error());
    if (auto written = replace_file(call.word + ".sig", *signature); !written) {
      return std::unexpected(written.error());
    }
  }
  if (!to_file) return result;
  const std::string text = std::exchange(result.out, "");
  if (auto written = replace_file(call.word, text); !written) {
    return std::unexpected(written.error());
  }
  return result;
}

// Into the store itself: no daemon runs.
Result<CommandResult> import_to_store(std::istream& in, const std::string& name,
                                      const fs::path& state, Log& log, WallTime now) {
  // Opening for writing would repair a damaged file, under the feet of a daemon that uses it.
  if (fs::exists(policy_file_of(state))) {
    const auto report = verify_policies(policy_file_of(state));
    if (!report) return std::unexpected(report.error());
    if (!report->problems.empty()) {
      return std::unexpected(Error{
          Errc::corrupt, "the policy file is damaged; a restart of strictmx serve repairs it"});
    }
  }
  auto store = PolicyStore::open(state, StoreAccess::read_write, log);
  if (!store) return std::unexpected(store.error());
  PolicyImport import(
      [&](const std::vector<KnownPolicy>& group) { return (*store)->save_newer(group); });
  return import.read(in, name, now);
}

Result<CommandResult> import_list(const PolicyCall& call, const PolicydOptions& options, Log& log,
                                  WallTime now) {
  std::ifstream file;
  const bool standard = call.word == "-";
  if (!standard) {
    file.open(call.word, std::ios::binary);
    if (!file || fs::is_directory(call.word)) {
      return refuse_call(fmt::format("{}: cannot be read", call.word));
    }
  }
  std::istream& in = standard ? std::cin : file;
  const std::string name = standard ? "standard input" : call.word;
  const auto daemon = find_daemon(options.control);
  if (!daemon) return std::unexpected(daemon.error());
  if (*daemon == DaemonState::absent) return import_to_store(in, name, options.state, log, now);
  PolicyImport import([&](const std::vector<KnownPolicy>& group) {
    return import_by_daemon(options.control, group);
  });
  return import.read(in, name, now);
}

Result<CommandResult> verify(const fs::path& state) {
  const auto report = verify_policies(policy_file_of(state));
  if (!report) return std::unexpected(report.error());
  CommandResult result;
  for (const auto& problem : report->problems) result.err += escape_remote(problem) + "\n";
  result.out =
      fmt::format("{} rows intact, {} problems\n", report->intact, report->problems.size());
  if (!report->problems.empty()) result.exit = ExitCode::no;
  return result;
}

Result<CommandResult> backup(const PolicyCall& call, const fs::path& state) {
  const auto rows = backup_policies(state, call.word);
  if (!rows) return std::unexpected(rows.error());
  return CommandResult{ExitCode::ok, fmt::format("{}: {} rows\n", call.word, *rows), ""};
}

Result<CommandResult> read_rows(const PolicyCall& call, const fs::path& state, Log& log,
                                WallTime now) {
  auto store = PolicyStore::open(state, StoreAccess::read_only, log);
  if (!store) return std::unexpected(store.error());
  if (call.action == PolicyAction::stats) return stats(call, **store, now);
  if (call.action == PolicyAction::export_list) return export_list(call, **store);
  auto pins = read_pins(state, log, now);
  if (!pins) return std::unexpected(pins.error());
  if (call.action == PolicyAction::show) return show(call, **store, *pins, now);
  return list(call, **store, *std::move(pins), now);
}

bool takes_domain(PolicyAction action) {
  return action == PolicyAction::show || is_for_daemon(action);
}

Result<CommandResult> run(const PolicyCall& call, const PolicydOptions& options, Log& log) {
  const auto now = SystemClock().now().wall;
  if (takes_domain(call.action) && !call.word.empty()) {
    if (const auto domain = Domain::parse(call.word); !domain) {
      return refuse_call(fmt::format("{}: {}", escape_remote(call.word), domain.error().detail));
    }
  }
  if (is_for_daemon(call.action)) return run_by_daemon(call, options, log);
  if (call.action == PolicyAction::verify) return verify(options.state);
  if (call.action == PolicyAction::backup) return backup(call, options.state);
  if (call.action == PolicyAction::import_list) return import_list(call, options, log, now);
  return read_rows(call, options.state, log, now);
}

}  // namespace

CommandResult run_policy_command(const PolicyCall& call) {
  const auto command = begin_one_off(call.config);
  if (!command) return command.error();
  auto result = run(call, command->options, *command->log);
  return result ? *std::move(result) : give_up(result.error());
}

}  // namespace strictmx
