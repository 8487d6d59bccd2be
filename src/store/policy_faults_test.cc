// One script of the store's life, repeated with a failing disk at every step of it.
#include <future>
#include <map>
#include <string>

#include "store/faulty_disk.h"
#include "store/policy_writer.h"
#include "store/test_support.h"
#include "store/writer_watch.h"

using namespace strictmx;

namespace {

constexpr int kSeeds = 60;  // several pages
constexpr int kForEver = INT32_MAX;

std::string seed(int number) { return "d" + std::to_string(100 + number) + ".example"; }

void make_seeds(const TempDir& dir) {
  LinesLog log;
  auto store = open_store(dir, log);
  std::vector<KnownPolicy> policies;
  for (int i = 0; i < kSeeds; ++i) policies.push_back(make_policy(seed(i), "old", 1000));
  REQUIRE(store->save(policies).has_value());
}

Result<void> save_and_wait(PolicyWriter& writer, KnownPolicy policy) {
  std::promise<Result<void>> promise;
  auto saved = promise.get_future();
  writer.save(std::move(policy), [&](Result<void> result) { promise.set_value(result); });
  return saved.get();
}

using Ids = std::map<std::string, std::string>;

Ids load_ids(PolicyStore& store) {
  Ids ids;
  const auto loaded =
      store.load_all([&](const KnownPolicy& policy) { ids[policy.domain.text()] = policy.id; });
  if (!loaded) return {};
  return ids;
}

Ids reopened(const TempDir& dir) {
  LinesLog log;
  auto store = open_store(dir, log);
  return load_ids(*store);
}

// What the daemon does: opens, loads, saves two policies, reads one. Whatever fails, after the
// disk was mended everything is on it. Returns how many steps failed.
int live_through(const TempDir& dir, FaultyDisk& disk, FaultyDisk::Fault fault, int first,
                 int count) {
  LinesLog log;
  disk.fail(fault, first, count);
  auto store = PolicyStore::open(dir.state(), StoreAccess::read_write, log);
  Ids loaded;
  if (store) loaded = load_ids(**store);
  if (!store || loaded.empty()) {  // the daemon does not start; later it does
    const int failed = disk.failed();
    CHECK(failed > 0);
    disk.mend();
    store = PolicyStore::open(dir.state(), StoreAccess::read_write, log);
    REQUIRE(store.has_value());
    loaded = load_ids(**store);
  }
  CHECK(loaded.size() == kSeeds);
  Watch watch;
  {
    PolicyWriter writer(*std::move(store), log, watch.options);
    (void)save_and_wait(writer, make_policy("new.example", "new", 2000));
    (void)save_and_wait(writer, make_policy(seed(7), "new", 2000));
    disk.mend();
    (void)save_and_wait(writer, make_policy("last.example", "new", 2000));
    watch.until_well();
  }
  return disk.failed();
}

void check_all_there(const TempDir& dir) {
  const Ids ids = reopened(dir);
  CHECK(ids.size() == kSeeds + 2);
  for (int i = 0; i < kSeeds; ++i) {
    const auto row = ids.find(seed(i));
    REQUIRE(row != ids.end());
    CHECK(row->second == (i == 7 ? "new" : "old"));
  }
  CHECK(ids.contains("new.example"));
  CHECK(ids.contains("last.example"));
}

void fail_at_every_step(FaultyDisk::Fault fault, int count, int least_steps) {
  int first = 1;
  for (;; ++first) {
    CAPTURE(first);
    const TempDir dir;
    make_seeds(dir);
    FaultyDisk disk;
    const int failed = live_through(dir, disk, fault, first, count);
    check_all_there(dir);
    if (failed == 0) break;
  }
  CHECK(first > least_steps);
}

}  // namespace

TEST_CASE("one I/O error, at whatever step, costs no policy") {
  fail_at_every_step(FaultyDisk::Fault::eio, 1, 30);
}

TEST_CASE("a disk that fails from any step on, until it is mended, costs no policy") {
  fail_at_every_step(FaultyDisk::Fault::eio, kForEver, 30);
}

TEST_CASE("a disk that is full from any step on, until there is room, costs no policy") {
  fail_at_every_step(FaultyDisk::Fault::enospc, kForEver, 10);
}

TEST_CASE("with a full disk the store starts, and reads all that is there") {
  const TempDir dir;
  make_seeds(dir);
  FaultyDisk disk;
  disk.fail(FaultyDisk::Fault::enospc, 1, kForEver);
  LinesLog log;
  auto store = open_store(dir, log);
  CHECK(load_ids(*store).size() == kSeeds);
  CHECK(store->find(Domain::parse(seed(7)).value()).has_value());
  CHECK(!store->save({make_policy("new.example")}).has_value());
  disk.mend();
  CHECK(store->save({make_policy("new.example")}).has_value());
  CHECK(open_store(dir, log, StoreAccess::read_only)
            ->find(Domain::parse("new.example").value())
            .has_value());  // others can read again
}
