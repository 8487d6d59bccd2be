#include "cmd/report/results_command.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cmd/one_off.h"
#include "cmd/report/results_format.h"
#include "store/day_store.h"

namespace strictmx {

namespace {

std::optional<Day> read_day(std::string_view word) {
  const Day today = day_of(SystemClock().now().wall);
  if (word == "today") return today;
  if (word == "yesterday") return today - std::chrono::days{1};
  return parse_day(word);
}

// Each domain of the day with its sums. Errors: those of the store.
Result<void> visit_results(DayStore& store, Day day,
                           const std::function<void(const DomainResults&)>& each) {
  Result<void> done;
  auto visited = store.visit_domains(day, [&](const Domain& domain) {
    const auto results = store.find(day, domain);
    if (results) {
      each(*results);
    } else if (results.error().code != Errc::not_found) {
      done = std::unexpected(results.error());
    }
  });
  return visited ? done : visited;
}

Result<CommandResult> list_days(DayStore& store, OutputForm form) {
  const auto days = store.list_days();
  if (!days) return std::unexpected(days.error());
  ResultsLister lister(form);
  for (const Day day : *days) {
    SessionSums sums;
    auto visited = visit_results(store, day, [&](const auto& results) { sums.add(results); });
    if (!visited) return std::unexpected(visited.error());
    lister.add_day(day, sums);
  }
  return lister.finish("days");
}

Result<CommandResult> list_domains(DayStore& store, Day day, OutputForm form) {
  ResultsLister lister(form);
  auto visited =
      visit_results(store, day, [&](const auto& results) { lister.add_domain(results); });
  if (!visited) return std::unexpected(visited.error());
  return lister.finish("domains");
}

Result<CommandResult> run(const ResultsCall& call, DayStore& store) {
  if (call.day.empty()) return list_days(store, call.form);
  const auto day = read_day(call.day);
  if (!day) {
    return refuse_call(
        fmt::format("{}: no day like 2026-11-24, nor today or yesterday", escape_remote(call.day)));
  }
  if (call.domain.empty()) return list_domains(store, *day, call.form);
  const auto domain = Domain::parse(call.domain);
  if (!domain) {
    return refuse_call(fmt::format("{}: {}", escape_remote(call.domain), domain.error().detail));
  }
  const auto results = store.find(*day, *domain);
  if (!results) return std::unexpected(results.error());
  return format_results(*results, call.form);
}

}  // namespace

CommandResult run_results_command(const ResultsCall& call) {
  const auto command = begin_one_off(call.config);
  if (!command) return command.error();
  auto store = DayStore::open(command->options.state, StoreAccess::read_only, *command->log);
  if (!store) return give_up(store.error());
  auto result = run(call, **store);
  return result ? *std::move(result) : give_up(result.error());
}

}  // namespace strictmx
