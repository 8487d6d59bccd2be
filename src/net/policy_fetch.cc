#include "net/policy_fetch.h"

#include <algorithm>

#include "net/address_turns.h"
#include "net/https_thread.h"

namespace strictmx {
namespace {

constexpr Millis kLeastTime{50};  // with less left a connection would be in vain

FetchOutcome failed(FetchStatus status, std::string detail) {
  return {status, {}, std::move(detail)};
}

FetchOutcome stopping() { return failed(FetchStatus::cancelled, "the program stops"); }

// What is counted over all fetches. Shared with the frames of the fetches, which may be destroyed
// after the PolicyFetch, together with the io_context.
struct Limits {
  explicit Limits(const FetchOptions& options) : turns(options.max_per_address) {}
  AddressTurns turns;
  std::size_t active = 0;
  bool cancelled = false;
};

class Place {
 public:
  explicit Place(std::shared_ptr<Limits> limits) : limits_(std::move(limits)) { ++limits_->active; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { --limits_->active; }

 private:
  std::shared_ptr<Limits> limits_;
};

std::string no_address(const DnsMeta& meta) {
  return "DNS: " + (meta.why.empty() ? std::string(name_of(meta.status)) : meta.why);
}

// Why there is nothing to connect to.
FetchOutcome unreachable(const AddressAnswer& answer) {
  if (is_failure(answer.meta.status))
    return failed(FetchStatus::dns_failure, no_address(answer.meta));
  return failed(FetchStatus::host_not_found, no_address(answer.meta));
}

class Fetcher final : public PolicyFetch {
 public:
  Fetcher(asio::io_context& io, DnsClient& dns, std::unique_ptr<HttpsClient> https,
          const FetchOptions& options)
      : io_(io),
        dns_(dns),
        https_(std::move(https)),
        options_(options),
        limits_(std::make_shared<Limits>(options)) {}

  Task<FetchOutcome> fetch(Domain domain) override;
  void cancel_all() override {
    limits_->cancelled = true;
    https_->cancel_all();  // whoever waits for a turn gets it then, and sees `cancelled`
  }

 private:
  Task<FetchOutcome> fetch_from(Domain host, MonoTime deadline);

  asio::io_context& io_;
  DnsClient& dns_;
  std::unique_ptr<HttpsClient> https_;
  FetchOptions options_;
  std::shared_ptr<Limits> limits_;
};

Task<FetchOutcome> Fetcher::fetch(Domain domain) {
  if (limits_->cancelled) co_return stopping();
  if (limits_->active >= options_.max_fetches)
    co_return failed(FetchStatus::overloaded, "too many policy fetches at once");
  const Place place(limits_);
  const auto deadline = std::chrono::steady_clock::now() + options_.timeout;
  // The policy host is fixed by RFC 8461 §3.2; a CNAME of it changes no name used below.
  const auto name = domain.prefixed("mta-sts");
  if (!name) co_return failed(FetchStatus::host_not_found, name.error().detail);
  auto host = Domain::parse(*name);
  if (!host) co_return failed(FetchStatus::host_not_found, host.error().detail);
  auto outcome = co_await fetch_from(std::move(*host), deadline);
  co_return outcome;
}

Task<FetchOutcome> Fetcher::fetch_from(Domain host, MonoTime deadline) {
  const auto limits = limits_;
  auto answer = co_await dns_.query_addresses(host, deadline);
  if (limits->cancelled) co_return stopping();
  if (answer.addresses.empty()) co_return unreachable(answer);
  auto vetted = addresses_to_try(answer.addresses, options_.addresses);
  if (vetted.empty())
    co_return failed(FetchStatus::address_refused,
                     "not a public address: " + answer.addresses.front().text());

  AddressTurns::Turn turn(limits->turns, vetted.front(), io_.get_executor());
  const bool mine = co_await turn.wait(deadline);
  if (limits->cancelled) co_return stopping();
  const bool late = deadline - std::chrono::steady_clock::now() < kLeastTime;
  if (!mine || late)
    co_return failed(FetchStatus::timeout, "waiting for other fetches from this address");
  HttpsGet request{std::move(host), options_.port, "/.well-known/mta-sts.txt", std::move(vetted)};
  auto outcome = co_await https_->get(std::move(request), deadline);
  co_return outcome;
}

}  // namespace

Result<std::unique_ptr<PolicyFetch>> PolicyFetch::create(asio::io_context& io, DnsClient& dns,
                                                         const FetchOptions& options) {
  auto https = make_https_thread(io, options.ca_file);
  if (!https) return std::unexpected(https.error());
  return std::make_unique<Fetcher>(io, dns, std::move(*https), options);
}

}  // namespace strictmx
