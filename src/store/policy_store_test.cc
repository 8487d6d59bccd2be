#include "store/policy_store.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "store/policy_file.h"
#include "store/sqlite.h"
#include "store/store_version.h"
#include "store/test_support.h"

using namespace strictmx;

namespace {

void run_sql(const TempDir& dir, const char* sql) {
  auto raw = SqliteConnection::open(dir.database().string(), "raw",
                                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  REQUIRE(raw.has_value());
  const auto done = raw->run(sql);
  INFO((done ? "" : done.error().detail));
  REQUIRE(done.has_value());
}

std::string octets_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void make_file_of(const std::filesystem::path& file, const std::string& octets) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << octets;
}

Error open_error(const TempDir& dir, StoreAccess access = StoreAccess::read_write) {
  LinesLog log;
  const auto store = PolicyStore::open(dir.state(), access, log);
  REQUIRE(!store.has_value());
  return store.error();
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("a saved policy is found, listed and there after reopening") {
  const TempDir dir;
  LinesLog log;
  {
    auto store = open_store(dir, log);
    CHECK(list_rows(*store).empty());
    CHECK(store->save({make_policy("b.example"), make_policy("a.example", "7")}).has_value());
    CHECK(store->find(Domain::parse("a.example").value()).value().id == "7");
  }
  auto store = open_store(dir, log);
  CHECK(list_rows(*store) == Rows{"a.example 7 1795500000", "b.example 20261124 1795500000"});
  const auto found = store->find(Domain::parse("b.example").value());
  REQUIRE(found.has_value());
  CHECK(found->body == make_policy("b.example").body);
  CHECK(found->policy.allows(Domain::parse("mx1.b.example").value()));
  CHECK(store->find(Domain::parse("c.example").value()).error().code == Errc::not_found);
  CHECK(log.lines.empty());
}

TEST_CASE("a later policy replaces all of an earlier one (STS-C10)") {
  const TempDir dir;
  LinesLog log;
  auto store = open_store(dir, log);
  REQUIRE(store->save({make_policy("a.example", "1", 1000)}).has_value());
  REQUIRE(store->save({make_policy("a.example", "2", 2000), make_policy("a.example", "3", 3000)})
              .has_value());
  CHECK(list_rows(*store) == Rows{"a.example 3 3000"});
}

TEST_CASE("a body beyond ASCII stays as it is") {
  const TempDir dir;
  LinesLog log;
  auto store = open_store(dir, log);
  auto policy = make_policy("a.example");
  policy.body += "x-note: caf\xc3\xa9\r\n";
  REQUIRE(store->save({policy}).has_value());
  CHECK(store->find(policy.domain).value().body == policy.body);
}

TEST_CASE("what is made is readable by its owner only") {
  const TempDir dir;
  LinesLog log;
  const mode_t before = ::umask(0);
  {
    auto store = open_store(dir, log);
    REQUIRE(store->save({make_policy("a.example")}).has_value());
    CHECK(mode_of(dir.state()) == 0700);
    CHECK(mode_of(dir.database()) == 0600);
    CHECK(mode_of(dir.database().string() + "-wal") == 0600);
  }
  ::umask(before);
}

TEST_CASE("commits wait for the disk") {
  const TempDir dir;
  auto connection = open_policy_file(dir.state(), StoreAccess::read_write);
  REQUIRE(connection.has_value());
  CHECK(connection->read_number("PRAGMA synchronous").value() == 2);  // FULL
  CHECK(connection->read_number("SELECT journal_mode = 'wal' FROM pragma_journal_mode").value() ==
        1);
}

TEST_CASE("a damaged row is reported with its domain and skipped") {
  const TempDir dir;
  LinesLog log;
  {
    auto store = open_store(dir, log);
    REQUIRE(
        store->save({make_policy("a.example"), make_policy("b.example"), make_policy("c.example")})
            .has_value());
  }
  auto octets = octets_of(dir.database());
  const auto at = octets.find("mx1.b.example");
  REQUIRE(at != std::string::npos);
  octets[at + 2] = '7';
  make_file_of(dir.database(), octets);

  auto store = open_store(dir, log);
  std::size_t read = 0;
  CHECK(store->load_all([&](const KnownPolicy&) { ++read; }).value() == 1);
  CHECK(read == 2);
  CHECK(log.lines == Rows{"policy_row_unreadable domain=b.example why=\"the checksum is wrong\""});
  const auto found = store->find(Domain::parse("b.example").value());
  CHECK(found.error().code == Errc::corrupt);
  CHECK(found.error().detail ==
        dir.database().string() + ": row of b.example: the checksum is wrong");

  REQUIRE(store->save({make_policy("b.example", "new")}).has_value());
  CHECK(list_rows(*store).size() == 3);
}

TEST_CASE("a reader meets the rows on both sides of a damaged page") {
  const TempDir dir;
  LinesLog log;
  constexpr int kManyRows = 600;  // over 20 pages
  {
    auto store = open_store(dir, log);
    std::vector<KnownPolicy> policies;
    for (int i = 0; i < kManyRows; ++i) {
      policies.push_back(make_policy("d" + std::to_string(1000 + i) + ".example"));
    }
    REQUIRE(store->save(policies).has_value());
  }
  auto octets = octets_of(dir.database());
  const auto page = octets.find("mx1.d1300.example") / 4096;
  octets.replace(page * 4096, 4096, std::string(4096, '\xa5'));
  make_file_of(dir.database(), octets);

  auto store = open_store(dir, log, StoreAccess::read_only);
  Rows rows;
  const auto skipped =
      store->load_all([&](const KnownPolicy& policy) { rows.push_back(policy.domain.text()); });
  CHECK(skipped.value() == 1);
  REQUIRE(rows.size() > kManyRows - 60);
  REQUIRE(rows.size() < kManyRows);
  CHECK(rows.front() == "d1000.example");
  CHECK(std::find(rows.begin(), rows.end(), "d1599.example") != rows.end());
  std::sort(rows.begin(), rows.end());
  CHECK(std::adjacent_find(rows.begin(), rows.end()) == rows.end());
  REQUIRE(log.lines.size() == 1);
  CHECK(log.lines[0].starts_with("policy_row_unreadable domain=\"\" why="));
  CHECK(log.lines[0].find("malformed") != std::string::npos);
}

TEST_CASE("of many damaged rows only the first hundred are listed") {
  const TempDir dir;
  LinesLog log;
  auto store = open_store(dir, log);
  std::vector<KnownPolicy> policies;
  for (int i = 0; i < 150; ++i)
    policies.push_back(make_policy("d" + std::to_string(i) + ".example"));
  REQUIRE(store->save(policies).has_value());
  run_sql(dir, "UPDATE policies SET fetched_at = fetched_at + 1");
  CHECK(store->load_all([](const KnownPolicy&) {}).value() == 150);
  CHECK(log.lines.size() == 100);
}

TEST_CASE("the database of another program is refused and left alone") {
  for (const auto access : {StoreAccess::read_write, StoreAccess::read_only}) {
    const TempDir foreign;
    std::filesystem::create_directories(foreign.state());
    run_sql(foreign, "CREATE TABLE songs (title TEXT)");
    const auto before = octets_of(foreign.database());
    CHECK(open_error(foreign, access).code == Errc::unsupported);
    CHECK(open_error(foreign, access).detail ==
          foreign.database().string() + ": is a database, but not one of strictmx");
    CHECK(octets_of(foreign.database()) == before);
  }
}

TEST_CASE("a newer format is refused unless it says that we may read it") {
  const TempDir dir;
  LinesLog log;
  {
    auto store = open_store(dir, log);
    REQUIRE(store->save({make_policy("a.example")}).has_value());
  }
  const auto mark = [&](StoreVersion version) {
    const auto sql = "PRAGMA user_version = " + std::to_string(format_store_version(version));
    run_sql(dir, sql.c_str());
  };
  mark({2, 2});
  for (const auto access : {StoreAccess::read_write, StoreAccess::read_only}) {
    CHECK(open_error(dir, access).code == Errc::unsupported);
    CHECK(open_error(dir, access).detail ==
          dir.database().string() + ": has format 2, made by a newer strictmx; this one knows 1");
  }
  mark({2, 1});
  for (const auto access : {StoreAccess::read_write, StoreAccess::read_only}) {
    CHECK(list_rows(*open_store(dir, log, access)).size() == 1);
  }
  CHECK(log.lines.empty());
}

TEST_CASE("a damaged version number is not taken for a version") {
  static_assert(parse_store_version(format_store_version({1, 1})) == StoreVersion{1, 1});
  static_assert(parse_store_version(format_store_version({255, 7})) == StoreVersion{255, 7});
  static_assert(!parse_store_version(format_store_version({1, 2})));
  static_assert(!parse_store_version(format_store_version({1, 0})));
  static_assert(!parse_store_version(0));
  const auto good = format_store_version({1, 1});
  for (int octet = 0; octet < 4; ++octet) {
    for (int change = 1; change < 256; ++change) {
      CHECK(!parse_store_version(static_cast<std::int32_t>(
          static_cast<std::uint32_t>(good) ^ (static_cast<std::uint32_t>(change) << (8 * octet)))));
    }
  }
}

TEST_CASE("a directory that cannot be made is an io error") {
  const TempDir dir;
  make_file_of(dir.path() / "state", "a file, not a directory");
  CHECK(open_error(dir).code == Errc::io);
}

TEST_CASE("read_only makes nothing and changes nothing") {
  const TempDir dir;
  LinesLog log;
  CHECK(open_error(dir, StoreAccess::read_only).code == Errc::not_found);
  CHECK(!std::filesystem::exists(dir.state()));
  {
    auto store = open_store(dir, log);
    REQUIRE(store->save({make_policy("a.example")}).has_value());
  }
  const auto before = octets_of(dir.database());
  {
    auto reader = open_store(dir, log, StoreAccess::read_only);
    CHECK(list_rows(*reader) == Rows{"a.example 20261124 1795500000"});
    CHECK(reader->save({make_policy("b.example")}).error().code == Errc::io);
    CHECK(!std::filesystem::exists(dir.database().string() + "-wal"));
  }
  CHECK(octets_of(dir.database()) == before);
}

TEST_CASE("read_only sees what a running writer has saved") {
  const TempDir dir;
  LinesLog log;
  auto writer = open_store(dir, log);
  REQUIRE(writer->save({make_policy("a.example")}).has_value());
  auto reader = open_store(dir, log, StoreAccess::read_only);
  CHECK(list_rows(*reader).size() == 1);
  REQUIRE(writer->save({make_policy("b.example")}).has_value());
  CHECK(list_rows(*reader).size() == 2);
  CHECK(reader->find(Domain::parse("b.example").value()).has_value());
}

TEST_CASE("save is all or nothing") {
  const TempDir dir;
  LinesLog log;
  auto store = open_store(dir, log);
  run_sql(dir,
          "CREATE TRIGGER stop BEFORE INSERT ON policies WHEN NEW.domain = 'bad.example'"
          " BEGIN SELECT RAISE(ABORT, 'refused by test'); END");
  const auto saved = store->save({make_policy("good.example"), make_policy("bad.example")});
  CHECK(saved.error().code == Errc::io);
  CHECK(saved.error().detail.find("refused by test") != std::string::npos);
  CHECK(list_rows(*store).empty());
  CHECK(store->save({make_policy("good.example")}).has_value());
  CHECK(list_rows(*store).size() == 1);
}

TEST_CASE("save_newer replaces only what was fetched before") {
  const TempDir dir;
  LinesLog log;
  auto store = open_store(dir, log);
  REQUIRE(store
              ->save({make_policy("a.example", "1", 1000), make_policy("b.example", "1", 1000),
                      make_policy("c.example", "1", 1000), make_policy("d.example", "1", 9000)})
              .has_value());
  run_sql(dir, "UPDATE policies SET id = 'damaged' WHERE domain = 'd.example'");
  const auto saved =
      store->save_newer({make_policy("a.example", "2", 999), make_policy("b.example", "2", 1000),
                         make_policy("c.example", "2", 1001), make_policy("d.example", "2", 5000),
                         make_policy("e.example", "2", 1)});
  CHECK(saved.value() == 3);
  CHECK(list_rows(*store) == Rows{"a.example 1 1000", "b.example 1 1000", "c.example 2 1001",
                                  "d.example 2 5000", "e.example 2 1"});
}

TEST_CASE("an erased policy is gone for good") {
  const TempDir dir;
  LinesLog log;
  {
    auto store = open_store(dir, log);
    REQUIRE(store->save({make_policy("a.example"), make_policy("b.example")}).has_value());
    CHECK(store->erase(Domain::parse("a.example").value()).value());
    CHECK(!store->erase(Domain::parse("a.example").value()).value());
    CHECK(!store->erase(Domain::parse("c.example").value()).value());
  }
  CHECK(list_rows(*open_store(dir, log)) == Rows{"b.example 20261124 1795500000"});
  CHECK(octets_of(dir.database()).find("mx1.a.example") == std::string::npos);
  auto reader = open_store(dir, log, StoreAccess::read_only);
  CHECK(reader->erase(Domain::parse("b.example").value()).error().code == Errc::io);
}

TEST_CASE("a full disk fails a save, and saving works again when there is room") {
  const TempDir dir;
  LinesLog log;
  const int status = run_in_child([&] {
    auto opened = PolicyStore::open(dir.state(), StoreAccess::read_write, log);
    if (!opened) return 1;
    PolicyStore& store = **opened;
    if (!store.save({make_policy("before.example")})) return 2;
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0) return 3;
    const auto unlimited = limit.rlim_cur;
    limit.rlim_cur = 4096;  // not one page of the log
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 4;
    const auto full = store.save({make_policy("during.example")});
    if (full || full.error().code != Errc::io) return 5;
    if (store.save({make_policy("during.example")})) return 6;
    limit.rlim_cur = unlimited;
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 7;
    if (!store.save({make_policy("after.example")})) return 8;
    return 0;
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  auto store = open_store(dir, log);
  CHECK(list_rows(*store) ==
        Rows{"after.example 20261124 1795500000", "before.example 20261124 1795500000"});
}

TEST_CASE("a state directory removed under the store is made again") {
  const TempDir dir;
  LinesLog log;
  auto store = open_store(dir, log);
  REQUIRE(store->save({make_policy("a.example")}).has_value());
  std::filesystem::remove_all(dir.state());
  REQUIRE(store->save({make_policy("b.example")}).has_value());
  REQUIRE(log.lines.size() == 1);
  CHECK(log.lines[0] == "policy_file_gone file=" + dir.database().string());
  auto reader = open_store(dir, log, StoreAccess::read_only);
  CHECK(list_rows(*reader) == Rows{"b.example 20261124 1795500000"});
}
