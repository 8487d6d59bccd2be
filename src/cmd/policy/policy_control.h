// cmd/policy/policy_control.h: the policy commands that a running daemon carries out, over its
// control socket (service/policyd/control).
#pragma once
#include <filesystem>
#include <vector>

#include "base/log.h"
#include "cmd/cli/cli.h"
#include "cmd/command_result.h"
#include "core/known_policy.h"
#include "service/policyd/options.h"

namespace strictmx {

// forget, refresh, pin, unpin, status.
bool is_for_daemon(PolicyAction action);

// Errors: Errc::not_found (no daemon), Errc::timeout, Errc::io.
Result<CommandResult> run_by_daemon(const PolicyCall& call, const PolicydOptions& options,
                                    Log& log);

enum class DaemonState : std::uint8_t { absent, answers };
// An empty path: absent. Errors: Errc::io (somebody's, but we may not), Errc::timeout.
Result<DaemonState> find_daemon(const std::filesystem::path& control);

// How many were taken over. The group's lines have at most kMaxControlBody octets.
// Errors: as of run_by_daemon().
Result<std::size_t> import_by_daemon(const std::filesystem::path& control,
                                     const std::vector<KnownPolicy>& group);

}  // namespace strictmx
