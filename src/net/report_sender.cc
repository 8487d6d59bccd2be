#include "net/report_sender.h"

#include "net/curl_runner.h"
#include "net/mail_submit.h"
#include "net/report_post.h"
#include "net/run_sendmail.h"

namespace strictmx {
namespace {

constexpr Seconds kMailTime{60};
constexpr Seconds kDeadline{65};  // libcurl ends by itself after 60

class Sender final : public ReportSender {
 public:
  Sender(asio::io_context& io, DnsClient& dns, const SenderOptions& options, TrustStore roots,
         std::unique_ptr<CurlRunner> curl, std::unique_ptr<MailSubmit> relay)
      : io_(io),
        dns_(dns),
        options_(options),
        roots_(std::move(roots)),
        curl_(std::move(curl)),
        relay_(std::move(relay)) {}

  Task<AttemptOutcome> post(ReportUri uri, std::string gzipped_json) override;
  Task<AttemptOutcome> mail(OutgoingMail mail) override;
  void cancel_all() override {
    curl_->cancel_all();
    relay_->cancel_all();
  }

 private:
  asio::io_context& io_;
  DnsClient& dns_;
  SenderOptions options_;
  TrustStore roots_;
  std::unique_ptr<CurlRunner> curl_;
  std::unique_ptr<MailSubmit> relay_;
};

Task<AttemptOutcome> Sender::post(ReportUri uri, std::string gzipped_json) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  const auto answer = co_await dns_.query_addresses(uri.host, deadline);
  const auto vetted = addresses_to_try(answer.addresses, options_.addresses);
  if (answer.addresses.empty()) {
    co_return AttemptOutcome::later("no address: " + std::string(name_of(answer.meta.status)));
  }
  if (vetted.empty()) co_return AttemptOutcome::later("not a public address");
  ReportPost strict(uri, gzipped_json, vetted, roots_, ReportPost::Check::certificate);
  if (strict.handle() == nullptr) co_return AttemptOutcome::later("no memory");
  const auto code = co_await curl_->run(strict.handle(), deadline);
  if (!code) co_return AttemptOutcome::later("the program stops");
  if (!strict.untrusted() || options_.trust == EndpointTrust::strict) {
    co_return strict.finish(*code);
  }
  ReportPost lax(uri, gzipped_json, vetted, roots_, ReportPost::Check::nothing);  // RPT-T17
  if (lax.handle() == nullptr) co_return AttemptOutcome::later("no memory");
  const auto second = co_await curl_->run(lax.handle(), deadline);
  if (!second) co_return AttemptOutcome::later("the program stops");
  auto outcome = lax.finish(*second);
  outcome.detail += ", certificate ignored: " + strict.finish(*code).detail;
  co_return outcome;
}

Task<AttemptOutcome> Sender::mail(OutgoingMail mail) {
  const auto deadline = std::chrono::steady_clock::now() + kMailTime;
  if (!options_.relay.sendmail.empty()) {
    auto outcome = co_await run_sendmail(io_, options_.relay.sendmail, mail, deadline);
    co_return outcome;
  }
  auto outcome = co_await relay_->submit(std::move(mail), deadline);
  co_return outcome;
}

}  // namespace

Result<std::unique_ptr<ReportSender>> ReportSender::create(asio::io_context& io, DnsClient& dns,
                                                           const SenderOptions& options) {
  auto roots = TrustStore::load(options.ca_file);
  if (!roots) return std::unexpected(roots.error());
  auto curl = CurlRunner::create(io);
  if (!curl) return std::unexpected(curl.error());
  auto relay = MailSubmit::create(io, options.relay);
  if (!relay) return std::unexpected(relay.error());
  return std::make_unique<Sender>(io, dns, options, *std::move(roots), *std::move(curl),
                                  *std::move(relay));
}

}  // namespace strictmx
