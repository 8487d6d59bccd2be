#include "net/https_client.h"

#include <fmt/format.h>

#include <array>
#include <boost/intrusive/list.hpp>
#include <csignal>
#include <cstring>
#include <utility>

#include "net/connect_race.h"
#include "net/fd_watch.h"
#include "net/one_shot.h"
#include "net/policy_reply.h"
#include "tls/verified_client.h"

namespace strictmx {
namespace {

constexpr std::size_t kReadBytes = 4096;  // a policy's answer fits as a rule

using FetchHook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

FetchOutcome failed(FetchStatus status, std::string detail) {
  return {status, {}, std::move(detail)};
}

FetchOutcome stopping() { return failed(FetchStatus::cancelled, "the program stops"); }

std::string request_text(const HttpsGet& get) {
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: strictmx\r\nAccept: text/plain\r\n"
      "Accept-Encoding: identity\r\nConnection: close\r\n\r\n",
      get.path, get.host.text());
}

// A descriptor and whoever waits for it.
class Socket {
 public:
  Socket(asio::io_context& io, Descriptor descriptor)
      : io_(io),
        descriptor_(std::move(descriptor)),
        watch_(io, descriptor_.get(), [this](unsigned) {
          watch_.want(0);
          if (waiting_ != nullptr) waiting_->set(true);
        }) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  int descriptor() const { return descriptor_.get(); }

  // False: the deadline passed, or cancel() was called.
  Task<bool> ready(VerifiedClient::Want want, MonoTime deadline) {
    OneShot<bool> signal(io_.get_executor());
    waiting_ = &signal;
    const bool write = want == VerifiedClient::Want::write;
    watch_.want(write ? FdWatch::kWrite : FdWatch::kRead);
    const std::optional<bool> came = co_await signal.wait(deadline);
    waiting_ = nullptr;
    watch_.want(0);
    co_return came.value_or(false);
  }

  void cancel() {
    if (waiting_ != nullptr) waiting_->set(false);
  }

 private:
  asio::io_context& io_;
  const Descriptor descriptor_;
  FdWatch watch_;
  OneShot<bool>* waiting_ = nullptr;  // in the frame of ready()
};

// One GET. Lives in the frame of the fetching coroutine.
class Fetch : public FetchHook {
 public:
  Fetch(asio::io_context& io, const VerifiedContext& context, HttpsGet request, MonoTime deadline)
      : io_(io),
        context_(context),
        request_(std::move(request)),
        deadline_(deadline),
        race_(io, request_.addresses, request_.port) {}

  Task<FetchOutcome> run();

  void cancel() {
    cancelled_ = true;
    race_.cancel();
    if (socket_) socket_->cancel();
  }

 private:
  Task<bool> handshake(VerifiedClient& client);
  Task<bool> send_request(VerifiedClient& client);
  Task<FetchOutcome> receive(VerifiedClient& client);
  FetchOutcome out_of_time(std::string_view phase) const {
    return cancelled_ ? stopping() : failed(FetchStatus::timeout, std::string(phase));
  }

  asio::io_context& io_;
  const VerifiedContext& context_;
  const HttpsGet request_;
  const MonoTime deadline_;
  bool cancelled_ = false;
  ConnectRace race_;
  std::optional<Socket> socket_;
};

Task<FetchOutcome> Fetch::run() {
  Connected connected = co_await race_.run(deadline_);
  if (connected.descriptor) socket_.emplace(io_, std::move(connected.descriptor));
  if (cancelled_) co_return stopping();
  if (!socket_ && connected.error == 0) co_return out_of_time("while connecting");
  if (!socket_) co_return failed(FetchStatus::connect_failed, std::strerror(connected.error));
  VerifiedClient client(context_, socket_->descriptor(), request_.host);
  const bool over = co_await handshake(client);
  if (!over) co_return out_of_time("in the TLS handshake");
  if (!client.secured()) co_return client.failure();
  const bool sent = co_await send_request(client);
  if (!sent) co_return out_of_time("before the answer's head was complete");
  auto outcome = co_await receive(client);
  if (outcome.status == FetchStatus::ok) client.close_notify();
  co_return outcome;
}

// These two: false when there is no time left.
Task<bool> Fetch::handshake(VerifiedClient& client) {
  for (;;) {
    const auto want = client.handshake();
    if (want == VerifiedClient::Want::nothing) co_return true;
    const bool ready = co_await socket_->ready(want, deadline_);
    if (!ready) co_return false;
  }
}

// A peer that does not take it may have answered already.
Task<bool> Fetch::send_request(VerifiedClient& client) {
  const std::string text = request_text(request_);
  std::string_view left = text;
  while (!left.empty()) {
    const auto progress = client.write(left);
    left.remove_prefix(progress.octets);
    if (progress.octets > 0) continue;
    if (progress.want == VerifiedClient::Want::nothing) break;
    const bool ready = co_await socket_->ready(progress.want, deadline_);
    if (!ready) co_return false;
  }
  co_return true;
}

Task<FetchOutcome> Fetch::receive(VerifiedClient& client) {
  PolicyReply reply;
  std::array<char, kReadBytes> buffer;
  for (;;) {
    const auto progress = client.read(buffer);
    if (progress.octets > 0) {
      if (reply.on_octets(std::string_view(buffer.data(), progress.octets))) break;
      continue;
    }
    if (progress.want == VerifiedClient::Want::nothing) {
      reply.on_end(client.close_notified());
      break;
    }
    const bool ready = co_await socket_->ready(progress.want, deadline_);
    if (!ready) co_return out_of_time(reply.phase());
  }
  co_return reply.take();
}

class OpensslClient final : public HttpsClient {
 public:
  OpensslClient(asio::io_context& io, VerifiedContext context)
      : io_(io), context_(std::move(context)) {}

  Task<FetchOutcome> get(HttpsGet request, MonoTime deadline) override {
    if (cancelled_) co_return stopping();
    Fetch fetch(io_, context_, std::move(request), deadline);
    active_.push_back(fetch);
    auto outcome = co_await fetch.run();
    co_return outcome;
  }

  void cancel_all() override {
    cancelled_ = true;
    for (auto& fetch : active_) fetch.cancel();
  }

 private:
  asio::io_context& io_;
  VerifiedContext context_;
  boost::intrusive::list<Fetch, boost::intrusive::constant_time_size<false>> active_;
  bool cancelled_ = false;
};

}  // namespace

Result<std::unique_ptr<HttpsClient>> HttpsClient::create(
    asio::io_context& io, const std::optional<std::filesystem::path>& ca_file) {
  // OpenSSL writes with write(2): a peer that leaves must not end the program.
  std::signal(SIGPIPE, SIG_IGN);
  auto roots = TrustStore::load(ca_file);
  if (!roots) return std::unexpected(roots.error());
  auto context = VerifiedContext::make(*roots);
  if (!context) return std::unexpected(context.error());
  return std::make_unique<OpensslClient>(io, *std::move(context));
}

}  // namespace strictmx
