#include "cmd/report/report_send.h"

#include <fmt/format.h>

#include "base/text.h"
#include "core/report/report_json.h"
#include "net/spawn.h"
#include "service/reportd/workshop.h"
#include "wire/gzip.h"

namespace strictmx {

namespace {

// What one run needs, and what it came to.
struct Run {
  Run(const ReportdOptions& options, Log& log) : workshop(io, options, clock, metrics, log) {}

  SystemClock clock;
  Metrics metrics;
  asio::io_context io{1};
  Workshop workshop;
  Result<CommandResult> result = CommandResult{};
};

void note(CommandResult& result, const QueuedDelivery& delivery, const DeliveryStatus& status) {
  result.out +=
      fmt::format("{} to {}: {}, {}\n", delivery.report.report_id, escape_remote(delivery.uri),
                  name_of(status.state), escape_remote(status.detail));
  if (status.state == DeliveryState::refused || status.state == DeliveryState::expired) {
    result.exit = ExitCode::no;
  } else if (status.state == DeliveryState::waiting && result.exit == ExitCode::ok) {
    result.exit = ExitCode::temporary;
  }
}

Task<void> send(Run& run, Day day) {
  const auto now = run.clock.now().wall;
  const bool over = now >= day + std::chrono::days(1);
  const auto extent = over ? BuiltDomain::Extent::whole_day : BuiltDomain::Extent::so_far;
  const auto built = co_await run.workshop.build_day(day, extent);
  if (!built) {
    run.result = std::unexpected(built.error());
    co_return;
  }
  if (auto hurried = run.workshop.queue().hurry(day, run.clock.now().wall); !hurried) {
    run.result = std::unexpected(hurried.error());
    co_return;
  }
  auto& courier = run.workshop.courier();
  courier.on_attempt = [&run](const QueuedDelivery& delivery, const DeliveryStatus& status) {
    if (run.result) note(*run.result, delivery, status);
  };
  asio::steady_timer pause(run.io);
  for (;;) {  // what fails comes back later than now, so this ends
    const auto started = courier.start_due();
    if (!started) run.result = std::unexpected(started.error());
    if (!started || (*started == 0 && courier.active() == 0)) break;
    pause.expires_after(Millis(20));
    co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  while (courier.active() > 0) {
    pause.expires_after(Millis(20));
    co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  if (run.result && run.result->out.empty()) run.result->out = "nothing to send\n";
}

Task<void> send_and_end(Run& run, Day day) {
  co_await send(run, day);
  run.workshop.stop();
  run.io.stop();
}

}  // namespace

Result<CommandResult> send_reports(const ReportdOptions& options, std::optional<Day> day,
                                   Log& log) {
  Run run(options, log);
  if (auto opened = run.workshop.open(); !opened) return std::unexpected(opened.error());
  const auto yesterday = day_of(run.clock.now().wall) - std::chrono::days(1);
  Task<void> task = send_and_end(run, day.value_or(yesterday));
  spawn(run.io, std::move(task));
  run.io.run();
  return run.result;
}

namespace {

Task<void> send_mail(ReportSender& sender, OutgoingMail mail, AttemptOutcome& outcome,
                     asio::io_context& io) {
  outcome = co_await sender.mail(std::move(mail));
  io.stop();
}

Result<OutgoingMail> compose_test(const ReportdOptions& options, const MailAddress& to,
                                  WallTime now, Log& log) {
  const auto signers = load_signers(options, log);
  if (!signers) return std::unexpected(signers.error());
  const auto& domain = options.who.contact.domain();
  DomainResults results{day_of(now) - std::chrono::days(1), domain, "", {}};
  results.policies.push_back({{PolicyType::no_policy_found, domain.text(), {}, {}}, 1, 0, {}});
  auto report = build_reports(results, options.who, 1).front();
  report.report_id = fmt::format("test.{}@{}", now.time_since_epoch().count(), domain.text());
  const auto packed = gzip(format_report(report));
  if (!packed) return std::unexpected(packed.error());
  const QueuedReport queued{0, results.day, domain, 1, report.report_id, now, *packed};
  auto text = compose_report_mail(queued, 1, to, options.who, *signers);
  if (!text) return std::unexpected(text.error());
  return OutgoingMail{options.who.contact, to, *std::move(text)};
}

}  // namespace

Result<CommandResult> send_test_report(const ReportdOptions& options, const std::string& address,
                                       Log& log) {
  const auto to = MailAddress::parse(address);
  if (!to) return refuse_call("ADDRESS: " + to.error().detail);
  auto mail = compose_test(options, *to, SystemClock().now().wall, log);
  if (!mail) return std::unexpected(mail.error());
  asio::io_context io{1};
  auto dns = DnsClient::create(io, options.dns);
  if (!dns) return std::unexpected(dns.error());
  auto sender = ReportSender::create(io, **dns, options.sender);
  if (!sender) return std::unexpected(sender.error());
  AttemptOutcome outcome{AttemptOutcome::Kind::deferred, ""};
  Task<void> task = send_mail(**sender, *std::move(mail), outcome, io);
  spawn(io, std::move(task));
  io.run();
  const bool accepted = outcome.kind == AttemptOutcome::Kind::accepted;
  return CommandResult{accepted ? ExitCode::ok : ExitCode::temporary,
                       fmt::format("{}: {}\n", accepted ? "accepted" : "not accepted",
                                   escape_remote(outcome.detail)),
                       ""};
}

}  // namespace strictmx
