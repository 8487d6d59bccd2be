#include "service/policyd/writer_sink.h"

namespace strictmx {

namespace {

constexpr Seconds kPatience{30};

}  // namespace

Task<Result<void>> WriterSink::save(KnownPolicy policy) {
  const std::uint64_t ticket = ++next_ticket_;
  Waiter waiter(io_.get_executor());
  waiting_.emplace(ticket, &waiter);
  writer_.save(std::move(policy), [this, ticket](Result<void> saved) {
    asio::post(io_, [this, ticket, saved = std::move(saved)] { on_saved(ticket, saved); });
  });
  const MonoTime deadline = clock_.now().mono + kPatience;
  std::optional<Result<void>> saved = co_await waiter.wait(deadline);
  waiting_.erase(ticket);
  if (saved) co_return *std::move(saved);
  co_return fail(Errc::timeout, "the store takes longer than 30 s");
}

void WriterSink::on_saved(std::uint64_t ticket, const Result<void>& saved) {
  const auto waiter = waiting_.find(ticket);
  if (waiter != waiting_.end()) waiter->second->set(saved);
}

}  // namespace strictmx
