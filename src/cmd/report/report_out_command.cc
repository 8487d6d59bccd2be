#include "cmd/report/report_out_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/json.h"
#include "base/text.h"
#include "cmd/config/reportd_options.h"
#include "cmd/log_spdlog.h"
#include "cmd/report/report_format.h"
#include "cmd/report/report_send.h"
#include "core/report/report_json.h"
#include "store/day_store.h"
#include "store/report_queue.h"

namespace strictmx {

namespace {

Json delivery_json(const QueuedDelivery& delivery) {
  return Json::Object{{"day", format_day(delivery.report.day)},
                      {"domain", delivery.report.domain.text()},
                      {"report_id", delivery.report.report_id},
                      {"uri", delivery.uri},
                      {"state", name_of(delivery.status.state)},
                      {"attempts", static_cast<std::int64_t>(delivery.status.attempts)},
                      {"next_at", format_utc(delivery.status.next_at)},
                      {"detail", delivery.status.detail}};
}

std::string delivery_line(const QueuedDelivery& delivery) {
  const auto& status = delivery.status;
  const bool waiting = status.state == DeliveryState::waiting;
  return fmt::format("{} {} to {}: {}{}, {} attempts{}\n", format_day(delivery.report.day),
                     delivery.report.domain.text(), escape_remote(delivery.uri),
                     name_of(status.state),
                     (waiting ? " until " : " at ") + format_utc(status.next_at), status.attempts,
                     status.detail.empty() ? "" : ", " + escape_remote(status.detail));
}

Result<CommandResult> queue(const ReportOutCall& call, const ReportdOptions& options, Log& log) {
  const auto opened = ReportQueue::open(options.state, StoreAccess::read_only, log);
  Json::Array list;
  std::string lines;
  if (opened) {
    const auto read = (*opened)->visit([&](const QueuedDelivery& delivery) {
      if (call.form == OutputForm::json)
        list.push_back(delivery_json(delivery));
      else
        lines += delivery_line(delivery);
    });
    if (!read) return std::unexpected(read.error());
  } else if (opened.error().code != Errc::not_found) {
    return std::unexpected(opened.error());
  }
  if (call.form == OutputForm::text) return CommandResult{ExitCode::ok, lines, ""};
  const Json json = Json::Object{{"deliveries", std::move(list)}};
  return CommandResult{ExitCode::ok, json.dump() + "\n", ""};
}

Result<CommandResult> preview(const ReportOutCall& call, const ReportdOptions& options, Log& log) {
  const auto day = parse_day(call.day);
  if (!day) return refuse_call(fmt::format("\"{}\" is no day like 2026-11-24", call.day));
  const auto days = DayStore::open(options.state, StoreAccess::read_only, log);
  if (!days) return std::unexpected(days.error());
  std::vector<Domain> domains;
  if (call.domain.empty()) {
    const auto read =
        (*days)->visit_domains(*day, [&](const Domain& domain) { domains.push_back(domain); });
    if (!read) return std::unexpected(read.error());
  } else {
    auto domain = Domain::parse(call.domain);
    if (!domain) return refuse_call(domain.error().detail);
    domains.push_back(*std::move(domain));
  }
  CommandResult result{ExitCode::no, "", ""};
  for (const auto& domain : domains) {
    const auto results = (*days)->find(*day, domain);
    if (!results && results.error().code == Errc::not_found) continue;
    if (!results) return std::unexpected(results.error());
    for (const auto& report : build_reports(*results, options.who, 1)) {
      result.exit = ExitCode::ok;
      result.out +=
          call.form == OutputForm::json ? format_report(report) + "\n" : format_report_text(report);
    }
  }
  return result;
}

}  // namespace

CommandResult run_report_out(const ReportOutCall& call) {
  Config config;
  if (const auto problems = load_config(call.config, config); !problems.empty()) {
    return refuse_config(problems);
  }
  const bool reads =
      call.action == ReportOutAction::preview || call.action == ReportOutAction::queue;
  if (reads && config.report.from.empty()) config.report.from = "postmaster@localhost.localdomain";
  const auto options = make_reportd_options(config, read_surroundings());
  if (!options) return refuse_call(options.error().detail);
  if (!*options) return refuse_call("report.from is not configured");
  const auto style = choose_log_style(std::getenv("JOURNAL_STREAM"), STDERR_FILENO);
  const auto level = std::max(config.log_level, LogLevel::warning);
  const auto log = make_stream_log(level, style, stderr);
  Result<CommandResult> result = CommandResult{};
  switch (call.action) {
    case ReportOutAction::queue:
      result = queue(call, **options, *log);
      break;
    case ReportOutAction::preview:
      result = preview(call, **options, *log);
      break;
    case ReportOutAction::send:
      result = send_reports(**options, call.send_day, *log);
      break;
    case ReportOutAction::test:
      result = send_test_report(**options, call.address, *log);
      break;
  }
  return result ? *result : give_up(result.error());
}

}  // namespace strictmx
