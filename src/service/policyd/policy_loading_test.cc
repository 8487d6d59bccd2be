#include "service/policyd/policy_loading.h"

#include <doctest/doctest.h>

#include <fstream>
#include <map>

#include "service/policyd/steady_clock.h"
#include "service/policyd/writer_sink.h"
#include "store/test_support.h"

using namespace strictmx;

namespace {

Domain name(const std::string& text) { return Domain::parse(text).value(); }

// A store of scripted answers; a check ends when the test says so.
class FakeDisk : public StoredPolicies {
 public:
  explicit FakeDisk(asio::io_context& io) : io_(io) {}

  std::map<std::string, KnownPolicy> rows;
  std::optional<Error> find_error;
  int load_failures = 0;
  int repair_failures = 0;
  int loads = 0;
  int repairs = 0;

  Task<Result<KnownPolicy>> find(Domain domain) override {
    if (find_error) co_return std::unexpected(*find_error);
    const auto row = rows.find(domain.text());
    if (row == rows.end()) co_return fail(Errc::not_found, "");
    co_return row->second;
  }
  Task<Result<PolicyStore::Part>> load_part(std::string after) override {
    if (load_failures-- > 0) co_return fail(Errc::io, "unreadable");
    PolicyStore::Part part;
    const auto row = rows.upper_bound(after);
    part.end = row == rows.end();
    if (!part.end) {
      part.policies.push_back(row->second);
      part.last = row->first;
    } else {
      ++loads;
    }
    co_return part;
  }
  Task<Result<void>> check() override {
    OneShot<Result<void>> answer(io_.get_executor());
    checking_ = &answer;
    auto result = co_await answer.wait(MonoTime::max());
    co_return *std::move(result);
  }
  void end_check(Result<void> result) { checking_->set(std::move(result)); }
  Task<Result<void>> repair() override {
    ++repairs;
    if (repair_failures-- > 0) co_return fail(Errc::io, "no room");
    co_return Result<void>{};
  }
  Task<Result<std::size_t>> restore(std::vector<KnownPolicy>) override { co_return 0U; }

 private:
  asio::io_context& io_;
  OneShot<Result<void>>* checking_ = nullptr;
};

struct Bench {
  asio::io_context io{1};
  LinesLog log;
  FakeDisk disk{io};
  PolicyLoading loading{io, disk, log, Millis{1}};
  std::map<std::string, int> taken;
  int done = 0;

  Bench() {
    for (const char* domain : {"a.example", "b.example"})
      disk.rows.emplace(domain, make_policy(domain));
  }
  void start() {
    loading.start([this](const KnownPolicy& policy) { ++taken[policy.domain.text()]; },
                  [this] { ++done; });
    drain();
  }
  void drain() {
    do {
      io.restart();
    } while (io.poll() > 0);
  }
  template <class P>
  void run_until(P holds) {
    io.restart();
    while (!holds()) REQUIRE(io.run_one_for(Seconds{20}) > 0);
  }

  using Found = Result<std::optional<KnownPolicy>>;
  static Task<void> find_into(PolicyLoading& loading, Domain domain, std::optional<Found>& found) {
    found = co_await loading.find(std::move(domain));
  }
  // In `found` when it stands.
  void find(const char* domain, std::optional<Found>& found) {
    Task<void> task = find_into(loading, name(domain), found);
    asio::co_spawn(io, std::move(task), asio::detached);
    drain();
  }
};

}  // namespace

TEST_CASE("all is loaded when the rows are read and the structure was checked") {
  Bench bench;
  bench.start();
  CHECK(bench.taken == std::map<std::string, int>{{"a.example", 1}, {"b.example", 1}});
  CHECK(!bench.loading.done());
  bench.disk.end_check({});
  bench.drain();
  CHECK(bench.loading.done());
  CHECK(bench.done == 1);
  CHECK(bench.loading.running() == 0);
  CHECK(bench.log.lines == std::vector<std::string>{"policies_loaded count=2 unreadable=0"});
}

TEST_CASE("what is stored is found at once, that nothing is only after the check") {
  Bench bench;
  bench.start();
  std::optional<Bench::Found> stored;
  std::optional<Bench::Found> absent;
  bench.find("a.example", stored);
  bench.find("none.example", absent);
  REQUIRE(stored);
  CHECK(stored->value()->domain == name("a.example"));
  CHECK(!absent);
  bench.disk.rows.emplace("none.example", make_policy("none.example"));  // hidden by damage
  bench.disk.end_check(fail(Errc::corrupt, "damaged"));
  bench.drain();
  CHECK(bench.disk.repairs == 1);
  REQUIRE(absent);
  CHECK(absent->value()->domain == name("none.example"));
  std::optional<Bench::Found> sure;
  bench.find("c.example", sure);
  REQUIRE(sure);
  CHECK(!sure->value().has_value());
}

TEST_CASE("after a repair the rows are read again") {
  Bench bench;
  bench.start();
  bench.disk.end_check(fail(Errc::corrupt, "damaged"));
  bench.drain();
  CHECK(bench.disk.loads == 2);
  CHECK(bench.taken["a.example"] == 2);
  CHECK(bench.done == 1);
}

TEST_CASE("a disk that cannot be read is tried again, and nothing is said of what is on it") {
  Bench bench;
  bench.disk.load_failures = 3;
  bench.disk.repair_failures = 1;
  bench.disk.find_error = Error{Errc::io, "unreadable"};
  bench.start();
  std::optional<Bench::Found> found;
  bench.find("a.example", found);
  REQUIRE(found);
  CHECK(found->error().code == Errc::io);
  bench.disk.end_check(fail(Errc::io, "busy"));  // the repair fails as well
  bench.run_until([&] { return bench.disk.repairs == 1; });
  bench.run_until([&] { return bench.taken.size() == 2; });
  CHECK(!bench.loading.done());
  CHECK(bench.log.lines == std::vector<std::string>{"store_unreadable why=unreadable"});
  bench.disk.end_check({});
  bench.run_until([&] { return bench.done == 1; });
}

TEST_CASE("a row that cannot be read is as good as absent") {
  Bench bench;
  bench.start();
  bench.disk.end_check({});
  bench.drain();
  bench.disk.find_error = Error{Errc::corrupt, "the checksum is wrong"};
  std::optional<Bench::Found> found;
  bench.find("a.example", found);
  REQUIRE(found);
  CHECK(!found->value().has_value());
}

TEST_CASE("stopping ends the loading and those who wait for it") {
  Bench bench;
  bench.start();
  std::optional<Bench::Found> found;
  bench.find("none.example", found);
  bench.loading.stop();
  bench.disk.end_check(fail(Errc::io, "busy"));
  bench.run_until([&] { return bench.loading.running() == 0; });
  CHECK(bench.done == 0);
  REQUIRE(found);
  CHECK(found->error().code == Errc::cancelled);
}

namespace {

// The real store, its writer and what connects them.
struct RealStore {
  explicit RealStore(const TempDir& dir)
      : writer(open_store(dir, log), log),
        sink(io, clock, writer, dir.state()),
        loading(io, sink, log) {}
  ~RealStore() { loading.stop(); }

  asio::io_context io{1};
  LinesLog log;
  SystemClock clock;
  PolicyWriter writer;
  WriterSink sink;
  PolicyLoading loading;
};

}  // namespace

TEST_CASE("a damaged page of the real store hides no policy while it is loaded") {
  constexpr int kRows = 5000;  // more than two parts
  const TempDir dir;
  {
    LinesLog log;
    auto store = open_store(dir, log);
    std::vector<KnownPolicy> policies;
    for (int i = 0; i < kRows; ++i)
      policies.push_back(make_policy("d" + std::to_string(i) + ".example"));
    REQUIRE(store->save(policies).has_value());
  }
  {  // the first page behind the root: no row of it can be reached
    std::fstream file(dir.database(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(2 * 4096);
    file.write("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
  }
  RealStore real(dir);
  std::map<std::string, int> taken;
  bool done = false;
  real.loading.start([&](const KnownPolicy& policy) { ++taken[policy.domain.text()]; },
                     [&] { done = true; });
  std::optional<Bench::Found> absent;
  Task<void> task = Bench::find_into(real.loading, name("none.example"), absent);
  asio::co_spawn(real.io, std::move(task), asio::detached);
  while (!done || !absent) REQUIRE(real.io.run_one_for(Seconds{60}) > 0);
  CHECK(taken.size() > kRows - 60);  // but for those on the page
  CHECK(!absent->value().has_value());
  CHECK(std::ranges::any_of(real.log.lines, [](const std::string& line) {
    return line.starts_with("policy_file_damaged");
  }));
}

namespace {

Task<void> save_into(WriterSink& sink, KnownPolicy policy, std::optional<Result<void>>& saved) {
  saved = co_await sink.save(std::move(policy));
}
Task<void> check_into(WriterSink& sink, std::optional<Result<void>>& checked) {
  checked = co_await sink.check();
}

}  // namespace

TEST_CASE("nothing is written before the file was checked") {
  const TempDir dir;
  RealStore real(dir);
  std::optional<Result<void>> saved;
  std::optional<Result<void>> checked;
  Task<void> saving = save_into(real.sink, make_policy("a.example"), saved);
  asio::co_spawn(real.io, std::move(saving), asio::detached);
  real.io.run_for(Millis{0});
  while (real.io.poll_one() > 0) {
  }
  CHECK(!saved);
  Task<void> checking = check_into(real.sink, checked);
  asio::co_spawn(real.io, std::move(checking), asio::detached);
  while (!saved) REQUIRE(real.io.run_one_for(Seconds{60}) > 0);
  CHECK(checked->has_value());
  CHECK(saved->has_value());
}
