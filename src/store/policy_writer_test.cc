#include "store/policy_writer.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <future>
#include <semaphore>
#include <thread>

#include "store/test_support.h"
#include "store/writer_watch.h"

using namespace strictmx;

namespace {

// Records the size of each group and the domains. The first save waits until it is let go.
class SlowStore final : public PolicyStore {
 public:
  struct Control {
    std::binary_semaphore entered{0};
    std::binary_semaphore go{0};
    std::vector<std::size_t> groups;
    std::vector<Result<void>> answers;  // of the first saves; later ones succeed
    std::vector<std::string> saved;     // domains, as they became durable
    std::atomic<bool> broken = false;   // all saves fail
    std::atomic<std::size_t> losses = 0;
  };
  explicit SlowStore(Control& control) : control_(control) {}

  Result<std::size_t> load_all(const std::function<void(KnownPolicy)>&) override { return 0; }
  Result<Part> load_part(const std::string&, std::size_t) override { return Part{}; }
  Result<void> repair() override { return {}; }
  Result<KnownPolicy> find(const Domain&) override { return fail(Errc::not_found, ""); }
  Result<void> save(const std::vector<KnownPolicy>& policies) override {
    if (control_.groups.empty()) {
      control_.entered.release();
      control_.go.acquire();
    }
    control_.groups.push_back(policies.size());
    const auto turn = control_.groups.size() - 1;
    if (turn < control_.answers.size() && !control_.answers[turn]) return control_.answers[turn];
    if (control_.broken) return fail(Errc::io, "broken");
    for (const auto& policy : policies) control_.saved.push_back(policy.domain.text());
    return {};
  }
  Result<std::size_t> save_newer(const std::vector<KnownPolicy>& policies) override {
    if (control_.broken) return fail(Errc::io, "broken");
    return policies.size();
  }
  Result<bool> erase(const Domain&) override { return false; }
  std::size_t losses() const override { return control_.losses; }

 private:
  Control& control_;
};

constexpr Millis kNever{3600 * 1000};

Result<void> save_and_wait(PolicyWriter& writer, KnownPolicy policy) {
  std::promise<Result<void>> promise;
  auto saved = promise.get_future();
  writer.save(std::move(policy), [&](Result<void> result) { promise.set_value(result); });
  return saved.get();
}

}  // namespace

TEST_CASE("policies that arrive during a transaction share the next one") {
  LinesLog log;
  SlowStore::Control control;
  std::atomic<int> done = 0;
  {
    PolicyWriter writer(std::make_unique<SlowStore>(control), log);
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

TEST_CASE("what a failed transaction held is kept and written when the disk is well again") {
  LinesLog log;
  SlowStore::Control control;
  control.answers = {fail(Errc::io, "disk full"), fail(Errc::io, "disk full")};
  control.go.release();
  Watch watch;
  PolicyWriter writer(std::make_unique<SlowStore>(control), log, watch.options);
  const auto first = save_and_wait(writer, make_policy("a.example"));
  REQUIRE(!first.has_value());
  CHECK(first.error().code == Errc::io);
  CHECK(first.error().detail == "disk full");
  watch.until_well();
  CHECK(control.saved == std::vector<std::string>{"a.example"});
  CHECK(save_and_wait(writer, make_policy("b.example")).has_value());
  CHECK(log.lines ==
        std::vector<std::string>{"store_degraded why=\"disk full\"", "store_recovered saved=1"});
}

TEST_CASE("while the store is degraded a save is answered at once and health says so") {
  LinesLog log;
  SlowStore::Control control;
  control.broken = true;
  control.go.release();
  Watch watch(kNever);
  {
    PolicyWriter writer(std::make_unique<SlowStore>(control), log, watch.options);
    CHECK(!writer.health().degraded);
    CHECK(!save_and_wait(writer, make_policy("a.example")).has_value());
    watch.until_degraded();
    Result<void> at_once;
    writer.save(make_policy("b.example"), [&](Result<void> saved) { at_once = std::move(saved); });
    REQUIRE(!at_once.has_value());
    CHECK(at_once.error().detail == "broken");
    CHECK(writer.health().degraded);
    CHECK(writer.health().unsaved == 2);
    CHECK(writer.health().why == "broken");
    control.broken = false;
  }
  std::ranges::sort(control.saved);
  CHECK(control.saved == std::vector<std::string>{"a.example", "b.example"});  // at the end
}

TEST_CASE("the log says how many policies a broken disk cost at the end") {
  LinesLog log;
  SlowStore::Control control;
  control.broken = true;
  control.go.release();
  {
    PolicyWriter writer(std::make_unique<SlowStore>(control), log);
    CHECK(!save_and_wait(writer, make_policy("a.example")).has_value());
  }
  CHECK(log.lines == std::vector<std::string>{"store_degraded why=broken",
                                              "policies_not_saved count=1 why=broken"});
}

TEST_CASE("an erased policy does not come back from those that are kept") {
  LinesLog log;
  SlowStore::Control control;
  control.broken = true;
  control.go.release();
  Watch watch(kNever);
  {
    PolicyWriter writer(std::make_unique<SlowStore>(control), log, watch.options);
    CHECK(!save_and_wait(writer, make_policy("a.example")).has_value());
    CHECK(!save_and_wait(writer, make_policy("b.example")).has_value());
    writer.erase(Domain::parse("a.example").value(), [](const Result<bool>&) {});
    control.broken = false;
  }
  CHECK(control.saved == std::vector<std::string>{"b.example"});
}

TEST_CASE("a store that lost rows asks for all that is known, until it is written") {
  LinesLog log;
  SlowStore::Control control;
  control.go.release();
  Watch watch;
  PolicyWriter writer(std::make_unique<SlowStore>(control), log, watch.options);
  control.losses = 1;
  CHECK(save_and_wait(writer, make_policy("a.example")).has_value());
  watch.until_losses(1);
  control.broken = true;
  std::promise<bool> failed;
  writer.restore({make_policy("b.example")},
                 [&](const Result<std::size_t>& done) { failed.set_value(!done.has_value()); });
  CHECK(failed.get_future().get());
  watch.until_losses(3);  // again and again
  control.broken = false;
  std::promise<std::size_t> restored;
  writer.restore({make_policy("b.example")},
                 [&](const Result<std::size_t>& done) { restored.set_value(done.value()); });
  CHECK(restored.get_future().get() == 1);
  watch.until_well();
}

TEST_CASE("an erase is done in its turn among the saves") {
  const TempDir dir;
  LinesLog log;
  std::vector<bool> erased;
  const auto keep = [&](const Result<bool>& there) { erased.push_back(there.value()); };
  {
    PolicyWriter writer(open_store(dir, log), log);
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
  LinesLog log;
  SlowStore::Control control;
  std::atomic<int> done = 0;
  {
    PolicyWriter writer(std::make_unique<SlowStore>(control), log);
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
  PolicyWriter writer(open_store(dir, log), log);
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
    PolicyWriter writer(*std::move(store), log);
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
