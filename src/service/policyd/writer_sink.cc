#include "service/policyd/writer_sink.h"

namespace strictmx {

namespace {

constexpr Seconds kSavePatience{2};
constexpr Seconds kPatience{60};
constexpr Seconds kCheckPatience{3600};
constexpr std::size_t kPartRows = 2000;

}  // namespace

WriterSink::WriterSink(asio::io_context& io, const Clock& clock, PolicyWriter& writer,
                       std::filesystem::path dir)
    : io_(io), clock_(clock), writer_(writer), dir_(std::move(dir)), gate_(io) {
  gate_.expires_at(MonoTime::max());
}

WriterSink::~WriterSink() {
  if (checker_.joinable()) checker_.join();
}

void WriterSink::open_gate() {
  checked_ = true;
  gate_.cancel();
}

// One that gave up waiting is no longer at its desk.
template <class T>
WriterSink::Done<T> WriterSink::take_ticket(Desk<T>& desk, OneShot<Result<T>>& waiter) {
  const std::uint64_t ticket = ++desk.last;
  desk.waiting.emplace(ticket, &waiter);
  return [this, &desk, ticket](Result<T> answer) {
    asio::post(io_, [&desk, ticket, answer = std::move(answer)]() mutable {
      const auto entry = desk.waiting.find(ticket);
      if (entry == desk.waiting.end()) return;
      entry->second->set(std::move(answer));
      desk.waiting.erase(entry);
    });
  };
}

template <class T>
Task<Result<T>> WriterSink::wait(Desk<T>& desk, OneShot<Result<T>>& waiter, Seconds patience) {
  const MonoTime deadline = clock_.now().mono + patience;
  std::optional<Result<T>> answer = co_await waiter.wait(deadline);
  if (answer) co_return *std::move(answer);
  std::erase_if(desk.waiting, [&](const auto& entry) { return entry.second == &waiter; });
  co_return fail(Errc::timeout, "the store takes too long");
}

template <class T>
Task<Result<T>> WriterSink::use(Desk<T>& desk, std::function<Result<T>(PolicyStore&)> work) {
  OneShot<Result<T>> waiter(io_.get_executor());
  const Done<T> done = take_ticket(desk, waiter);
  const bool taken = writer_.use([work, done](PolicyStore& store) { done(work(store)); });
  if (!taken) done(fail(Errc::too_large, "too many wait for the store already"));
  co_return co_await wait(desk, waiter, kPatience);
}

Task<Result<void>> WriterSink::save(KnownPolicy policy) {
  while (!checked_) co_await gate_.async_wait(asio::as_tuple(asio::use_awaitable));
  OneShot<Result<void>> waiter(io_.get_executor());
  writer_.save(std::move(policy), take_ticket(done_, waiter));
  co_return co_await wait(done_, waiter, kSavePatience);
}

Task<Result<void>> WriterSink::erase(Domain domain) {
  while (!checked_) co_await gate_.async_wait(asio::as_tuple(asio::use_awaitable));
  OneShot<Result<void>> waiter(io_.get_executor());
  writer_.erase(std::move(domain), [tell = take_ticket(done_, waiter)](const Result<bool>& erased) {
    tell(erased ? Result<void>() : std::unexpected(erased.error()));
  });
  co_return co_await wait(done_, waiter, kPatience);
}

Task<Result<KnownPolicy>> WriterSink::find(Domain domain) {
  std::function<Result<KnownPolicy>(PolicyStore&)> work = [domain](PolicyStore& store) {
    return store.find(domain);
  };
  co_return co_await use(finds_, std::move(work));
}

Task<Result<PolicyStore::Part>> WriterSink::load_part(std::string after) {
  std::function<Result<PolicyStore::Part>(PolicyStore&)> work = [after](PolicyStore& store) {
    return store.load_part(after, kPartRows);
  };
  co_return co_await use(parts_, std::move(work));
}

Task<Result<void>> WriterSink::check() {
  if (checker_.joinable()) checker_.join();
  OneShot<Result<void>> waiter(io_.get_executor());
  const Done<void> done = take_ticket(done_, waiter);
  checker_ = std::thread([dir = dir_, done] { done(check_policy_structure(dir)); });
  const Result<void> checked = co_await wait(done_, waiter, kCheckPatience);
  if (checked) open_gate();
  co_return checked;
}

Task<Result<void>> WriterSink::repair() {
  std::function<Result<void>(PolicyStore&)> work = [](PolicyStore& store) {
    return store.repair();
  };
  const Result<void> repaired = co_await use(done_, std::move(work));
  if (repaired) open_gate();
  co_return repaired;
}

Task<Result<std::size_t>> WriterSink::restore(std::vector<KnownPolicy> policies) {
  OneShot<Result<std::size_t>> waiter(io_.get_executor());
  writer_.restore(std::move(policies), take_ticket(restores_, waiter));
  co_return co_await wait(restores_, waiter, kPatience);
}

}  // namespace strictmx
