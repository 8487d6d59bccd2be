#include "cmd/check_command.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "cmd/check_format.h"
#include "cmd/check_options.h"
#include "cmd/check_plan.h"
#include "cmd/read_file.h"
#include "core/check_facts_json.h"

namespace strictmx {
namespace {

constexpr std::size_t kMaxDomains = 1000;
constexpr std::size_t kMaxFile = 1 << 20;

Result<void> add_domain(std::string_view text, CheckRequests& requests) {
  auto domain = Domain::parse(text);
  if (!domain)
    return fail(Errc::usage, fmt::format("{}: {}", escape_remote(text), domain.error().detail));
  if (requests.size() == kMaxDomains)
    return fail(Errc::usage, fmt::format("more than {} domains", kMaxDomains));
  requests.emplace_back(std::move(*domain));
  return {};
}

// One domain a line; blank lines and what follows "#" are left out.
Result<void> add_file(const std::string& name, CheckRequests& requests) {
  const auto text = name == "-" ? read_standard_input(kMaxFile) : read_file(name, kMaxFile);
  if (!text) return std::unexpected(text.error());
  for (auto line : split(*text, '\n')) {
    line = line.substr(0, line.find('#'));
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    line = trim_blanks(line);
    if (line.empty()) continue;
    if (auto added = add_domain(line, requests); !added) return added;
  }
  return {};
}

Result<CheckRequests> read_requests(const CheckCall& call) {
  CheckRequests requests;
  if (!call.plan.empty()) {
    auto plan = read_check_plan(call.plan);
    if (!plan) return std::unexpected(plan.error());
    requests.push_back(std::move(*plan));
  }
  for (const auto& name : call.domains) {
    if (auto added = add_domain(name, requests); !added) return std::unexpected(added.error());
  }
  if (!call.file.empty()) {
    if (auto added = add_file(call.file, requests); !added) return std::unexpected(added.error());
  }
  if (requests.empty()) return fail(Errc::usage, "check: a domain is needed");
  return requests;
}

std::string print(const CheckCall& call, const CheckFacts& facts) {
  switch (call.form) {
    case CheckCall::Form::text:
      return format_check(facts);
    case CheckCall::Form::facts:
      return facts_json(facts).dump() + '\n';
  }
  return {};
}

}  // namespace

CommandResult run_check_command(const CheckCall& call) {
  Config config;
  if (const auto problems = load_config(call.config, config); !problems.empty())
    return refuse_config(problems);
  auto requests = read_requests(call);
  if (!requests) return give_up(requests.error());
  std::vector<std::string> pages(requests->size());
  const auto keep = [&](std::size_t index, const CheckFacts& facts) {
    pages[index] = print(call, facts);
  };
  const auto options = make_check_options(config, call, read_surroundings());
  const auto done = run_checks(options, std::move(*requests), keep);
  if (!done) return give_up(done.error());
  return {ExitCode::ok, join(pages, ""), ""};
}

}  // namespace strictmx
