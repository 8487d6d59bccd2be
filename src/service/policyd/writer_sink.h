// service/policyd/writer_sink.h: lets a look-up wait for the store's thread. Lives on the look-up
// thread. Limits: 2 s for saving one policy, then it counts as not saved, although it may be yet: a
// disk that hangs must not hold an answer for longer than MTAs wait. 60 s for everything else but
// the check of the whole file. Nothing is written before that has ended: a damaged file is not to
// be made worse.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <thread>
#include <unordered_map>

#include "net/one_shot.h"
#include "service/policyd/lookup.h"
#include "service/policyd/stored_policies.h"
#include "store/policy_writer.h"

namespace strictmx {

class WriterSink : public PolicySink, public StoredPolicies {
 public:
  // `writer` must be destroyed before the sink and the io_context; `dir` is its store's.
  WriterSink(asio::io_context& io, const Clock& clock, PolicyWriter& writer,
             std::filesystem::path dir);
  ~WriterSink() override;

  Task<Result<void>> save(KnownPolicy policy) override;
  Task<Result<void>> erase(Domain domain) override;

  Task<Result<KnownPolicy>> find(Domain domain) override;
  Task<Result<PolicyStore::Part>> load_part(std::string after) override;
  Task<Result<void>> check() override;
  Task<Result<void>> repair() override;
  Task<Result<std::size_t>> restore(std::vector<KnownPolicy> policies) override;

  // Saves no longer wait for the check.
  void open_gate();

 private:
  template <class T>
  using Done = std::function<void(Result<T>)>;  // from any thread
  // Who waits for one kind of answer, by ticket.
  template <class T>
  struct Desk {
    std::uint64_t last = 0;
    std::unordered_map<std::uint64_t, OneShot<Result<T>>*> waiting;
  };
  template <class T>
  Done<T> take_ticket(Desk<T>& desk, OneShot<Result<T>>& waiter);
  template <class T>
  Task<Result<T>> wait(Desk<T>& desk, OneShot<Result<T>>& waiter, Seconds patience);
  // What `work` says of the store, in its turn.
  template <class T>
  Task<Result<T>> use(Desk<T>& desk, std::function<Result<T>(PolicyStore&)> work);

  asio::io_context& io_;
  const Clock& clock_;
  PolicyWriter& writer_;
  std::filesystem::path dir_;
  asio::steady_timer gate_;
  bool checked_ = false;
  Desk<void> done_;
  Desk<KnownPolicy> finds_;
  Desk<PolicyStore::Part> parts_;
  Desk<std::size_t> restores_;
  std::thread checker_;
};

}  // namespace strictmx
