#include "net/curl_runner.h"

#include <utility>

namespace strictmx {

// In the frame of run(); in the table as long as its handle is in the loop.
struct CurlRunner::Job {
  Job(CurlRunner& owner, CURL* handle)
      : runner(owner), easy(handle), done(owner.io_.get_executor()) {}
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  ~Job() { leave(); }

  void leave() {
    if (!joined) return;
    joined = false;
    runner.jobs_.erase(easy);
    runner.loop_->remove(easy);
  }

  CurlRunner& runner;
  CURL* easy;
  OneShot<std::optional<CURLcode>> done;
  bool joined = false;
};

Result<std::unique_ptr<CurlRunner>> CurlRunner::create(asio::io_context& io) {
  std::unique_ptr<CurlRunner> runner(new CurlRunner(io));
  auto* self = runner.get();
  auto loop =
      CurlLoop::create(io, [self](CURL* easy, CURLcode code) { self->on_done(easy, code); });
  if (!loop) return std::unexpected(loop.error());
  runner->loop_ = *std::move(loop);
  return runner;
}

CurlRunner::~CurlRunner() {
  while (!jobs_.empty()) jobs_.begin()->second->leave();
}

void CurlRunner::on_done(CURL* easy, CURLcode code) {
  const auto found = jobs_.find(easy);
  if (found == jobs_.end()) return;
  auto* job = found->second;
  job->joined = false;
  jobs_.erase(found);
  job->done.set(code);
}

Task<std::optional<CURLcode>> CurlRunner::run(CURL* easy, MonoTime deadline) {
  if (cancelled_) co_return std::nullopt;
  Job job(*this, easy);
  if (!loop_->add(easy)) co_return CURLE_OUT_OF_MEMORY;
  job.joined = true;
  jobs_.emplace(easy, &job);
  const auto ended = co_await job.done.wait(deadline);
  if (ended) co_return *ended;
  job.leave();
  co_return CURLE_OPERATION_TIMEDOUT;
}

void CurlRunner::cancel_all() {
  cancelled_ = true;
  while (!jobs_.empty()) {
    auto* job = jobs_.begin()->second;
    job->leave();
    job->done.set(std::nullopt);
  }
}

}  // namespace strictmx
