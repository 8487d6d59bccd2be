// service/reportd/courier.h: brings queued reports to where they go. Every attempt's outcome is on
// disk before the next one of the same delivery can begin.
// Limits: 16 mails and 64 posts at once, 7 of these to one host; a claim is good for 10 minutes, an
// attempt for 130 seconds.
#pragma once
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/log.h"
#include "net/asio.h"
#include "net/report_sender.h"
#include "service/metrics.h"
#include "service/reportd/options.h"
#include "store/report_queue.h"
#include "tls/dkim_sign.h"

namespace strictmx {

// Errors: those of DkimKey::load. Weak keys are logged.
Result<std::vector<DkimSigner>> load_signers(const ReportdOptions& options, Log& log);

// Octets of the mail that brings the report, for the same input always the same.
// Errors: Errc::io (OpenSSL refused).
Result<std::string> compose_report_mail(const QueuedReport& report, unsigned ordinal,
                                        const MailAddress& to, const Reporter& who,
                                        std::span<const DkimSigner> signers);

class Courier {
 public:
  struct Parts {
    asio::io_context& io;
    ReportQueue& queue;
    ReportSender& sender;
    const Clock& clock;
    Metrics& metrics;
    Log& log;
  };
  // All must outlive the coroutines of this object, `signers` too.
  Courier(Parts parts, const ReportdOptions& options, const std::vector<DkimSigner>& signers)
      : parts_(parts), options_(options), signers_(signers) {}

  // Starts as many attempts as are due and allowed; returns how many. Errors: those of the queue.
  Result<std::size_t> start_due();

  std::size_t active() const { return mails_ + posts_; }
  void stop() { stopping_ = true; }

  // Called after each attempt, from its coroutine.
  std::function<void(const QueuedDelivery& delivery, const DeliveryStatus& status)> on_attempt;

 private:
  Result<std::size_t> start(std::size_t limit, const DeliveryFilter& filter);
  static Task<void> deliver(Courier& courier, QueuedDelivery delivery, std::string host);
  // An attempt begins or ends; `host`: of an endpoint, empty for mails.
  void take_place(const std::string& host);
  void give_place(const std::string& host);
  Task<AttemptOutcome> attempt(QueuedDelivery delivery);
  void finish(const QueuedDelivery& delivery, const AttemptOutcome& outcome);

  Parts parts_;
  const ReportdOptions& options_;
  const std::vector<DkimSigner>& signers_;
  std::mt19937_64 random_{std::random_device{}()};
  std::size_t mails_ = 0;
  std::size_t posts_ = 0;
  std::map<std::string, std::size_t> hosts_;  // posts by host
  bool stopping_ = false;
};

}  // namespace strictmx
