#include <atomic>
#include <csignal>
#include <future>
#include <semaphore>
#include <thread>

#include "store/test_support.h"

using namespace strictmx;

namespace {

// Records the size of each group. The first save waits until it is let go.
class SlowStore final : public PolicyStore {
 public:
  struct Control {
    std::binary_semaphore entered{0};
    std::binary_semaphore go{0};
    std::vector<std::size_t> groups;
    std::vector<Result<void>> answers;  // of the first saves; later ones succeed
  };
  explicit SlowStore(Control& control) : control_(control) {}

  Result<std::size_t> load_all(const std::function<void(KnownPolicy)>&) override { return 0; }
  Result<KnownPolicy> find(const Domain&) override { return fail(Errc::not_found, ""); }
  Result<void> save(const std::vector<KnownPolicy>& policies) override {
    if (control_.groups.empty()) {
      control_.entered.release();
      control_.go.acquire();
    }
    control_.groups.push_back(policies.size());
    const auto turn = control_.groups.size() - 1;
    if (turn < control_.answers.size()) return control_.answers[turn];
    return {};
  }
  Result<std::size_t> save_newer(const std::vector<KnownPolicy>&) override { return 0; }
  Result<bool> erase(const Domain&) override { return false; }

 private:
  Control& control_;
};

Result<void> save_and_wait(PolicyWriter& writer, KnownPolicy policy) {
  std::promise<Result<void>> promise;
  auto saved = promise.get_future();
  writer.save(std::move(policy), [&](Result<void> result) { promise.set_value(result); });
  return saved.get();
}

}  // namespace

TEST_CASE("policies that arrive during a transaction share the next one") {
  SlowStore::Control control;
  std::atomic<int> done = 0;
  {
    PolicyWriter writer(std::make_unique<SlowStore>(control));
    writer.save(make_policy("first.example"), [&](const Result<void>&) { ++done; });
    control.entered.acquire();
    for (int i = 0; i < 99; ++i) {
      writer.save(make_policy("d" + std::to_string(i) + ".example"),
                  [&](const Result<void>& saved) { done += saved.has_value() ? 1 : 0; });
    }
    CHECK(done == 0);
    control.go.release();
  }
  CHECK(done == 100);
  CHECK(control.groups == std::vector<std::size_t>{1, 99});
}

TEST_CASE("a failed transaction fails all of its policies and none of the next") {
  SlowStore::Control control;
  control.answers = {fail(Errc::io, "disk full")};
  PolicyWriter writer(std::make_unique<SlowStore>(control));
  control.go.release();
  const auto first = save_and_wait(writer, make_policy("a.example"));
  REQUIRE(!first.has_value());
  CHECK(first.error().code == Errc::io);
  CHECK(first.error().detail == "disk full");
  CHECK(save_and_wait(writer, make_policy("b.example")).has_value());
}

TEST_CASE("an erase is done in its turn among the saves") {
  const TempDir dir;
  LinesLog log;
  std::vector<bool> erased;
  const auto keep = [&](const Result<bool>& there) { erased.push_back(there.value()); };
  {
    PolicyWriter writer(open_store(dir, log));
    writer.save(make_policy("a.example", "1"), [](const Result<void>&) {});
    writer.save(make_policy("b.example", "1"), [](const Result<void>&) {});
    writer.erase(Domain::parse("a.example").value(), keep);
    writer.erase(Domain::parse("a.example").value(), keep);
    writer.erase(Domain::parse("b.example").value(), keep);
    writer.save(make_policy("b.example", "2"), [](const Result<void>&) {});
  }
  CHECK(erased == std::vector<bool>{true, false, true});
  auto reader = open_store(dir, log, StoreAccess::read_only);
  CHECK(list_rows(*reader) == std::vector<std::string>{"b.example 2 1795500000"});
}

TEST_CASE("over the limit a policy fails at once and the waiting ones are kept") {
  constexpr int kLimit = 65536;
  SlowStore::Control control;
  std::atomic<int> done = 0;
  {
    PolicyWriter writer(std::make_unique<SlowStore>(control));
    writer.save(make_policy("first.example"), [&](const Result<void>&) { ++done; });
    control.entered.acquire();
    const auto policy = make_policy("a.example");
    for (int i = 0; i < kLimit; ++i) writer.save(policy, [&](const Result<void>&) { ++done; });
    Result<void> refused;
    writer.save(policy, [&](Result<void> result) { refused = std::move(result); });
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == Errc::too_large);
    control.go.release();
  }
  CHECK(done == kLimit + 1);
}

TEST_CASE("a hundred policies are on disk when their done is called") {
  const TempDir dir;
  LinesLog log;
  PolicyWriter writer(open_store(dir, log));
  std::atomic<int> failed = 0;
  std::counting_semaphore<100> done{0};
  for (int i = 0; i < 100; ++i) {
    writer.save(make_policy("d" + std::to_string(i) + ".example"), [&](const Result<void>& saved) {
      failed += saved.has_value() ? 0 : 1;
      done.release();
    });
  }
  for (int i = 0; i < 100; ++i) done.acquire();
  CHECK(failed == 0);
  auto reader = open_store(dir, log, StoreAccess::read_only);
  CHECK(list_rows(*reader).size() == 100);
}

TEST_CASE("a policy whose done was called survives SIGKILL") {
  const TempDir dir;
  LinesLog log;
  const int status = run_in_child([&] {
    auto store = PolicyStore::open(dir.state(), StoreAccess::read_write, log);
    if (!store) return 1;
    PolicyWriter writer(*std::move(store));
    writer.save(make_policy("a.example"), [](const Result<void>& saved) {
      if (saved) ::kill(::getpid(), SIGKILL);
    });
    std::this_thread::sleep_for(std::chrono::seconds(20));
    return 2;
  });
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGKILL);
  auto reader = open_store(dir, log, StoreAccess::read_only);
  CHECK(list_rows(*reader) == std::vector<std::string>{"a.example 20261124 1795500000"});
  auto store = open_store(dir, log);
  CHECK(list_rows(*store).size() == 1);
}
