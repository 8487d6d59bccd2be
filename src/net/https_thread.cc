#include "net/https_thread.h"

#include <thread>
#include <utility>

#include "net/one_shot.h"

namespace strictmx {
namespace {

using Answer = OneShot<FetchOutcome>;

Task<FetchOutcome> get_from(HttpsClient& client, HttpsGet request, MonoTime deadline) {
  auto outcome = co_await client.get(std::move(request), deadline);
  co_return outcome;
}

class HttpsThread final : public HttpsClient {
 public:
  HttpsThread(asio::io_context& home, std::unique_ptr<asio::io_context> io,
              std::unique_ptr<HttpsClient> client)
      : home_(home), io_(std::move(io)), client_(std::move(client)), thread_([this] {
          const auto work = asio::make_work_guard(*io_);
          io_->run();
        }) {}
  HttpsThread(const HttpsThread&) = delete;
  HttpsThread& operator=(const HttpsThread&) = delete;
  ~HttpsThread() override {
    io_->stop();
    thread_.join();
    io_.reset();  // ends what is suspended, while the client is there
  }

  Task<FetchOutcome> get(HttpsGet request, MonoTime deadline) override {
    // Shared: the waiting frame may be destroyed after this object. Never released on the other
    // thread, as it is moved from place to place there.
    auto answer = std::make_shared<Answer>(home_.get_executor());
    asio::post(*io_, [this, request = std::move(request), deadline, answer = answer]() mutable {
      start(std::move(request), deadline, std::move(answer));
    });
    auto outcome = co_await answer->wait(MonoTime::max());  // get() itself has the deadline
    co_return outcome.value_or(FetchOutcome{FetchStatus::cancelled, {}, "the program stops"});
  }

  void cancel_all() override {
    asio::post(*io_, [this] { client_->cancel_all(); });
  }

 private:
  void start(HttpsGet request, MonoTime deadline, std::shared_ptr<Answer> answer) {
    auto hand_over = [&home = home_, answer = std::move(answer)](std::exception_ptr error,
                                                                 FetchOutcome outcome) mutable {
      if (error) outcome = {FetchStatus::overloaded, {}, "no memory"};
      asio::post(home, [answer = std::move(answer), outcome = std::move(outcome)]() mutable {
        answer->set(std::move(outcome));
      });
    };
    asio::co_spawn(*io_, get_from(*client_, std::move(request), deadline), std::move(hand_over));
  }

  asio::io_context& home_;
  std::unique_ptr<asio::io_context> io_;
  std::unique_ptr<HttpsClient> client_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<HttpsClient>> make_https_thread(
    asio::io_context& io, const std::optional<std::filesystem::path>& ca_file) {
  auto own = std::make_unique<asio::io_context>(1);
  auto client = HttpsClient::create(*own, ca_file);
  if (!client) return std::unexpected(client.error());
  return std::make_unique<HttpsThread>(io, std::move(own), *std::move(client));
}

}  // namespace strictmx
