#include "service/policyd/writer_sink.h"

namespace strictmx {

namespace {

constexpr Seconds kPatience{30};

}  // namespace

Task<Result<void>> WriterSink::save(KnownPolicy policy) {
  const std::uint64_t ticket = ++next_ticket_;
  writer_.save(std::move(policy), teller(ticket));
  co_return co_await wait(ticket);
}

Task<Result<void>> WriterSink::erase(Domain domain) {
  const std::uint64_t ticket = ++next_ticket_;
  writer_.erase(std::move(domain), [tell = teller(ticket)](const Result<bool>& erased) {
    tell(erased ? Result<void>() : std::unexpected(erased.error()));
  });
  co_return co_await wait(ticket);
}

// The writer's thread tells by a message, which comes only after this thread waits.
Task<Result<void>> WriterSink::wait(std::uint64_t ticket) {
  Waiter waiter(io_.get_executor());
  waiting_.emplace(ticket, &waiter);
  const MonoTime deadline = clock_.now().mono + kPatience;
  std::optional<Result<void>> done = co_await waiter.wait(deadline);
  waiting_.erase(ticket);
  if (done) co_return *std::move(done);
  co_return fail(Errc::timeout, "the store takes longer than 30 s");
}

std::function<void(Result<void>)> WriterSink::teller(std::uint64_t ticket) {
  return [this, ticket](Result<void> done) {
    asio::post(io_, [this, ticket, done = std::move(done)] { on_done(ticket, done); });
  };
}

void WriterSink::on_done(std::uint64_t ticket, const Result<void>& done) {
  const auto waiter = waiting_.find(ticket);
  if (waiter != waiting_.end()) waiter->second->set(done);
}

}  // namespace strictmx
