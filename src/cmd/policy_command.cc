#include "cmd/policy_command.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "base/text.h"
#include "cmd/log_spdlog.h"
#include "cmd/policy_format.h"
#include "cmd/policyd_options.h"
#include "core/policy_export.h"
#include "store/policy_backup.h"
#include "store/policy_list.h"
#include "store/policy_store.h"

namespace strictmx {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kImportGroup = 1000;  // policies in one transaction

Result<CommandResult> list(const PolicyCall& call, PolicyStore& store, WallTime now) {
  PolicyLister lister(call, now);
  const auto read = store.load_all([&](const KnownPolicy& policy) { lister.add(policy); });
  if (!read) return std::unexpected(read.error());
  return lister.finish();
}

Result<CommandResult> show(const PolicyCall& call, PolicyStore& store, WallTime now) {
  const auto domain = Domain::parse(call.word);
  if (!domain) return std::unexpected(domain.error());
  const auto policy = store.find(*domain);
  if (!policy) return std::unexpected(policy.error());
  return format_policy(*policy, call.form, now);
}

Result<CommandResult> stats(const PolicyCall& call, PolicyStore& store, WallTime now) {
  PolicyCounts counts(now);
  const auto unreadable = store.load_all([&](const KnownPolicy& policy) { counts.add(policy); });
  if (!unreadable) return std::unexpected(unreadable.error());
  return counts.format(call.form, *unreadable);
}

Result<CommandResult> export_list(const PolicyCall& call, PolicyStore& store) {
  CommandResult result;
  const auto unreadable = store.load_all(
      [&](const KnownPolicy& policy) { result.out += format_export_line(policy) + "\n"; });
  if (!unreadable) return std::unexpected(unreadable.error());
  if (*unreadable > 0) result.exit = ExitCode::no;
  if (call.word.empty() || call.word == "-") return result;
  const std::string partial = call.word + ".partial";
  std::ofstream file(partial, std::ios::binary | std::ios::trunc);
  file << std::exchange(result.out, "");
  file.close();
  std::error_code failed;
  if (file) fs::rename(partial, call.word, failed);
  if (!file || failed) return fail(Errc::io, fmt::format("{}: cannot be written", call.word));
  return result;
}

// Adds in groups what is newer than the stored.
class Importer {
 public:
  explicit Importer(PolicyStore& store) : store_(store) {}

  void add(KnownPolicy policy) {
    group_.push_back(std::move(policy));
    if (group_.size() >= kImportGroup) save();
  }

  void refuse(const std::string& problem) {
    ++refused_;
    result_.err += escape_remote(problem, 4096) + "\n";
  }

  Result<CommandResult> finish() {
    save();
    if (failure_) return std::unexpected(*failure_);
    result_.out = fmt::format("{} imported, {} not newer than the stored, {} refused\n", imported_,
                              kept_, refused_);
    if (refused_ > 0) result_.exit = ExitCode::no;
    return result_;
  }

 private:
  void save() {
    const auto group = std::exchange(group_, {});
    if (failure_ || group.empty()) return;
    const auto saved = store_.save_newer(group);
    if (!saved) {
      failure_ = saved.error();
      return;
    }
    imported_ += *saved;
    kept_ += group.size() - *saved;
  }

  PolicyStore& store_;
  std::vector<KnownPolicy> group_;
  std::size_t imported_ = 0;
  std::size_t kept_ = 0;
  std::size_t refused_ = 0;
  std::optional<Error> failure_;
  CommandResult result_;
};

Result<CommandResult> import_list(const PolicyCall& call, const fs::path& state, Log& log,
                                  WallTime now) {
  std::ifstream file;
  const bool standard = call.word == "-";
  if (!standard) {
    file.open(call.word, std::ios::binary);
    if (!file || fs::is_directory(call.word)) {
      return refuse_call(fmt::format("{}: cannot be read", call.word));
    }
  }
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
  Importer importer(**store);
  read_policy_list(standard ? std::cin : file, standard ? "standard input" : call.word, now,
                   {[&](KnownPolicy policy) { importer.add(std::move(policy)); },
                    [&](const std::string& problem) { importer.refuse(problem); }});
  return importer.finish();
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

Result<CommandResult> read_rows(const PolicyCall& call, PolicyStore& store, WallTime now) {
  switch (call.action) {
    case PolicyAction::show:
      return show(call, store, now);
    case PolicyAction::stats:
      return stats(call, store, now);
    case PolicyAction::export_list:
      return export_list(call, store);
    case PolicyAction::list:
    case PolicyAction::import_list:
    case PolicyAction::verify:
    case PolicyAction::backup:
      break;
  }
  return list(call, store, now);
}

Result<CommandResult> run(const PolicyCall& call, const fs::path& state, Log& log) {
  const auto now = SystemClock().now().wall;
  if (call.action == PolicyAction::show) {
    if (const auto domain = Domain::parse(call.word); !domain) {
      return refuse_call(fmt::format("{}: {}", escape_remote(call.word), domain.error().detail));
    }
  }
  if (call.action == PolicyAction::verify) return verify(state);
  if (call.action == PolicyAction::backup) return backup(call, state);
  if (call.action == PolicyAction::import_list) return import_list(call, state, log, now);
  auto store = PolicyStore::open(state, StoreAccess::read_only, log);
  if (!store) return std::unexpected(store.error());
  return read_rows(call, **store, now);
}

}  // namespace

CommandResult run_policy_command(const PolicyCall& call) {
  Config config;
  config.log_level = LogLevel::warning;
  if (const auto problems = load_config(call.config, config); !problems.empty()) {
    return refuse_config(problems);
  }
  const auto options = make_policyd_options(config, read_surroundings());
  if (!options) return give_up(options.error());
  const auto log = make_stream_log(config.log_level, LogStyle::time, stderr);
  auto result = run(call, options->state, *log);
  return result ? *std::move(result) : give_up(result.error());
}

}  // namespace strictmx
