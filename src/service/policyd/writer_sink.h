// service/policyd/writer_sink.h: lets a look-up wait for the store's thread. Lives on the look-up
// thread. Limit: 30 s for one policy, then it counts as not saved.
#pragma once
#include <cstdint>
#include <unordered_map>

#include "net/one_shot.h"
#include "service/policyd/lookup.h"
#include "store/policy_store.h"

namespace strictmx {

class WriterSink : public PolicySink {
 public:
  // `writer` must be destroyed before the sink and the io_context.
  WriterSink(asio::io_context& io, const Clock& clock, PolicyWriter& writer)
      : io_(io), clock_(clock), writer_(writer) {}

  Task<Result<void>> save(KnownPolicy policy) override;
  Task<Result<void>> erase(Domain domain) override;

 private:
  using Waiter = OneShot<Result<void>>;
  Task<Result<void>> wait(std::uint64_t ticket);
  std::function<void(Result<void>)> teller(std::uint64_t ticket);
  void on_done(std::uint64_t ticket, const Result<void>& done);

  asio::io_context& io_;
  const Clock& clock_;
  PolicyWriter& writer_;
  std::uint64_t next_ticket_ = 0;
  std::unordered_map<std::uint64_t, Waiter*> waiting_;
};

}  // namespace strictmx
