#include "service/reportd/courier.h"

#include <fmt/format.h>

#include <algorithm>

#include "flow/report_delivery.h"
#include "net/spawn.h"
#include "wire/report_mail.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxMails = 16;  // at a time
constexpr std::size_t kMaxPosts = 64;
constexpr std::size_t kBusyHost = 4;  // posts to one; below it may get as many more at once
constexpr Seconds kLease{600};

AttemptOutcome rejected(std::string detail) {
  return {AttemptOutcome::Kind::rejected, std::move(detail)};
}

}  // namespace

Result<std::vector<DkimSigner>> load_signers(const ReportdOptions& options, Log& log) {
  std::vector<DkimSigner> signers;
  for (const auto& entry : options.dkim) {
    auto key = DkimKey::load(entry.file);
    if (!key) return std::unexpected(key.error());
    if (const auto weakness = key->weakness(); !weakness.empty()) {
      log.warning("dkim_key_weak", {{"file", entry.file.string()}, {"why", weakness}});
    }
    // RPT-T09: signed by the domain that reports.
    signers.push_back({{options.who.contact.domain(), entry.selector}, *std::move(key)});
  }
  return signers;
}

Result<std::string> compose_report_mail(const QueuedReport& report, unsigned ordinal,
                                        const MailAddress& to, const Reporter& who,
                                        std::span<const DkimSigner> signers) {
  const auto& submitter = who.contact.domain();
  const WallTime begin = report.day;
  const auto end = begin + std::chrono::days(1) - Seconds(1);
  ReportMail mail{.from = who.contact,
                  .to = to,
                  .domain = report.domain,
                  .report_id = report.report_id,
                  .begin = begin,
                  .end = end,
                  .date = report.created_at,
                  .message_id = fmt::format("{}.{}", ordinal, report.report_id),
                  .file_name = report_file_name(submitter, report.domain, begin, end,
                                                std::to_string(report.number)),
                  .gzipped_json = report.gzipped_json};
  return sign_mail(format_report_mail(mail), signers, report.created_at);
}

// Endpoints are strangers, the relay is ours: however long they take, mails go on, and no host
// holds more than a few places.
Result<std::size_t> Courier::start_due() {
  if (stopping_) return 0;
  auto started = start(kMaxMails - std::min(mails_, kMaxMails), {ReportScheme::mailto, {}});
  while (started && posts_ < kMaxPosts) {
    DeliveryFilter filter{ReportScheme::https, {}};
    for (const auto& [host, posts] : hosts_) {
      if (posts >= kBusyHost) filter.busy_hosts.push_back(host);
    }
    const auto more = start(std::min(kBusyHost, kMaxPosts - posts_), filter);
    if (!more) return std::unexpected(more.error());
    if (*more == 0) break;
    *started += *more;
  }
  return started;
}

Result<std::size_t> Courier::start(std::size_t limit, const DeliveryFilter& filter) {
  if (limit == 0) return 0;
  auto due = parts_.queue.claim_due(parts_.clock.now().wall, kLease, limit, filter);
  if (!due) return std::unexpected(due.error());
  for (auto& delivery : *due) {
    const auto uri = parse_report_uri(delivery.uri);
    std::string host = uri && uri->scheme == ReportScheme::https ? uri->host.text() : "";
    take_place(host);
    Task<void> task = deliver(*this, std::move(delivery), std::move(host));
    spawn(parts_.io, std::move(task));
  }
  return due->size();
}

void Courier::take_place(const std::string& host) {
  ++(host.empty() ? mails_ : posts_);
  if (!host.empty()) ++hosts_[host];
}

void Courier::give_place(const std::string& host) {
  --(host.empty() ? mails_ : posts_);
  if (!host.empty() && --hosts_[host] == 0) hosts_.erase(host);
}

Task<void> Courier::deliver(Courier& courier, QueuedDelivery delivery, std::string host) {
  AttemptOutcome outcome{AttemptOutcome::Kind::deferred, "internal error"};
  try {
    outcome = co_await courier.attempt(delivery);
  } catch (const std::exception& bug) {
    courier.parts_.log.error("delivery_bug",
                             {{"report", delivery.report.report_id}, {"what", bug.what()}});
  }
  courier.finish(delivery, outcome);
  courier.give_place(host);
}

Task<AttemptOutcome> Courier::attempt(QueuedDelivery delivery) {
  auto uri = parse_report_uri(delivery.uri);
  if (!uri) co_return rejected(uri.error().detail);
  if (uri->scheme == ReportScheme::https) {
    auto posted =
        co_await parts_.sender.post(*std::move(uri), std::move(delivery.report.gzipped_json));
    co_return posted;
  }
  const auto to = MailAddress::parse(uri->target);
  if (!to) co_return rejected(to.error().detail);
  auto text = compose_report_mail(delivery.report, delivery.ordinal, *to, options_.who, signers_);
  if (!text) co_return AttemptOutcome{AttemptOutcome::Kind::deferred, text.error().detail};
  OutgoingMail mail{options_.who.contact, *to, *std::move(text)};
  auto mailed = co_await parts_.sender.mail(std::move(mail));
  co_return mailed;
}

// An attempt that the end of the program cut short does not count; its claim brings it again.
void Courier::finish(const QueuedDelivery& delivery, const AttemptOutcome& outcome) {
  const bool cut = stopping_ && outcome.kind == AttemptOutcome::Kind::deferred;
  const auto now = parts_.clock.now().wall;
  auto status = cut ? delivery.status : after_attempt(delivery.status, outcome, now, random_());
  if (auto recorded = parts_.queue.record(delivery.id, status); !recorded) {
    parts_.log.error("report_not_recorded",
                     {{"report", delivery.report.report_id}, {"why", recorded.error().detail}});
  }
  if (cut) return;
  parts_.metrics.count_report_attempt(outcome.kind);
  const bool ended =
      status.state == DeliveryState::refused || status.state == DeliveryState::expired;
  const std::initializer_list<LogField> fields = {{"report", delivery.report.report_id},
                                                  {"uri", delivery.uri},
                                                  {"state", std::string(name_of(status.state))},
                                                  {"attempts", std::to_string(status.attempts)},
                                                  {"why", status.detail}};
  if (ended) {
    parts_.log.warning("report_given_up", fields);
  } else {
    parts_.log.info("report_attempt", fields);
  }
  if (on_attempt) on_attempt(delivery, status);
}

}  // namespace strictmx
