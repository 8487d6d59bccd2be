#include "net/https_client.h"

#include <boost/intrusive/list.hpp>
#include <string>
#include <utility>
#include <vector>

#include "net/curl_loop.h"
#include "net/https_transfer.h"
#include "net/one_shot.h"

namespace strictmx {
namespace {

using FetchHook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// Lives in the frame of the fetching coroutine; linked as long as its handle is in the loop.
struct Fetch : FetchHook {
  Fetch(asio::io_context& io, CurlLoop& curl_loop, std::vector<std::string>& loop_pins,
        const HttpsGet& request, const TrustStore& roots, Millis time_left)
      : loop(curl_loop),
        pins(loop_pins),
        transfer(request, roots, time_left, std::exchange(loop_pins, {})),
        done(io.get_executor()) {}
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;
  ~Fetch() { leave(); }

  void leave() {
    if (!is_linked()) return;
    end();
    loop.remove(transfer.handle());
  }

  // The handle has left the loop, or is about to.
  void end() {
    unlink();
    pins.push_back(transfer.pin());
  }

  CurlLoop& loop;                  // may be gone when the fetch is not linked
  std::vector<std::string>& pins;  // the same
  HttpsTransfer transfer;
  OneShot<FetchOutcome> done;
};

FetchOutcome failed(FetchStatus status, std::string detail) {
  return {status, {}, std::move(detail)};
}

class CurlClient final : public HttpsClient {
 public:
  CurlClient(asio::io_context& io, TrustStore roots) : io_(io), roots_(std::move(roots)) {}
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;
  ~CurlClient() override {
    while (!active_.empty()) active_.front().leave();
  }

  Result<void> start() {
    auto loop = CurlLoop::create(io_, [this](CURL* easy, CURLcode code) { on_done(easy, code); });
    if (!loop) return std::unexpected(loop.error());
    loop_ = std::move(*loop);
    return {};
  }

  Task<FetchOutcome> get(HttpsGet request, MonoTime deadline) override;
  void cancel_all() override;

 private:
  void on_done(CURL* easy, CURLcode code);

  asio::io_context& io_;
  TrustStore roots_;
  std::unique_ptr<CurlLoop> loop_;
  std::vector<std::string> pins_;  // of ended fetches, still in libcurl's host cache
  boost::intrusive::list<Fetch, boost::intrusive::constant_time_size<false>> active_;
  bool cancelled_ = false;
};

void CurlClient::on_done(CURL* easy, CURLcode code) {
  for (auto& fetch : active_) {
    if (fetch.transfer.handle() != easy) continue;
    fetch.end();
    fetch.done.set(fetch.transfer.finish(code));
    return;
  }
}

Task<FetchOutcome> CurlClient::get(HttpsGet request, MonoTime deadline) {
  if (cancelled_) co_return failed(FetchStatus::cancelled, "the program stops");
  const auto time_left =
      std::chrono::duration_cast<Millis>(deadline - std::chrono::steady_clock::now());
  Fetch fetch(io_, *loop_, pins_, request, roots_, time_left);
  if (fetch.transfer.handle() == nullptr || !loop_->add(fetch.transfer.handle()))
    co_return failed(FetchStatus::overloaded, "libcurl: no memory");
  active_.push_back(fetch);
  auto outcome = co_await fetch.done.wait(deadline);
  if (outcome) co_return std::move(*outcome);
  fetch.leave();
  co_return fetch.transfer.finish(CURLE_OPERATION_TIMEDOUT);
}

void CurlClient::cancel_all() {
  cancelled_ = true;
  while (!active_.empty()) {
    auto& fetch = active_.front();
    fetch.leave();
    fetch.done.set(failed(FetchStatus::cancelled, "the program stops"));
  }
}

}  // namespace

Result<std::unique_ptr<HttpsClient>> HttpsClient::create(
    asio::io_context& io, const std::optional<std::filesystem::path>& ca_file) {
  auto roots = TrustStore::load(ca_file);
  if (!roots) return std::unexpected(roots.error());
  auto client = std::make_unique<CurlClient>(io, std::move(*roots));
  if (auto started = client->start(); !started) return std::unexpected(started.error());
  return client;
}

}  // namespace strictmx
