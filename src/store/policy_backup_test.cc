#include "store/policy_backup.h"

#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "store/test_support.h"

using namespace strictmx;

namespace {

void change_octet(const std::filesystem::path& file, const std::string& behind) {
  std::ifstream in(file, std::ios::binary);
  std::string octets{std::istreambuf_iterator<char>(in), {}};
  const auto at = octets.find(behind);
  REQUIRE(at != std::string::npos);
  octets[at + 2] = '7';
  std::ofstream(file, std::ios::binary) << octets;
}

void fill(const TempDir& dir, int count) {
  LinesLog log;
  std::vector<KnownPolicy> policies;
  for (int i = 0; i < count; ++i) policies.push_back(make_policy("d" + std::to_string(i) + ".a"));
  REQUIRE(open_store(dir, log)->save(policies).has_value());
}

}  // namespace

TEST_CASE("verify counts sound rows and names the damaged ones") {
  const TempDir dir;
  CHECK(verify_policies(dir.database()).error().code == Errc::not_found);
  fill(dir, 3);
  auto report = verify_policies(dir.database()).value();
  CHECK(report.intact == 3);
  CHECK(report.problems.empty());
  change_octet(dir.database(), "mx1.d1.a");
  report = verify_policies(dir.database()).value();
  CHECK(report.intact == 2);
  CHECK(report.problems == std::vector<std::string>{"row of d1.a: the checksum is wrong"});
}

TEST_CASE("verify tells of every kind of file that is no sound store") {
  const TempDir dir;
  for (const std::string text : {"", "Dear reader, this is no database.", "SQLite format 3"}) {
    CAPTURE(text);
    std::ofstream(dir.path() / "file", std::ios::binary) << text;
    const auto report = verify_policies(dir.path() / "file");
    REQUIRE(report.has_value());
    CHECK(report->problems.size() == 1);
    CHECK(report->intact == 0);
  }
  fill(dir, 300);
  std::filesystem::resize_file(dir.database(), 8192);
  CHECK(!verify_policies(dir.database()).value().problems.empty());
}

TEST_CASE("a backup is a store of its own, with all that was saved, readable by its owner only") {
  const TempDir dir;
  LinesLog log;
  auto store = open_store(dir, log);
  REQUIRE(store->save({make_policy("a.example")}).has_value());
  const TempDir other;
  std::filesystem::create_directories(other.state());
  std::ofstream(other.database()) << "an older backup";
  CHECK(backup_policies(dir.state(), other.database()).value() == 1);
  struct stat status{};
  REQUIRE(::stat(other.database().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(std::distance(std::filesystem::directory_iterator(other.state()), {}) == 1);
  CHECK(list_rows(*open_store(other, log)) ==
        std::vector<std::string>{"a.example 20261124 1795500000"});
  CHECK(log.lines.empty());
}

TEST_CASE("a backup while policies are saved is one instant of the store") {
  const TempDir dir;
  LinesLog log;
  auto store = open_store(dir, log);
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      const auto id = std::to_string(i);
      // Both or none.
      if (!store->save({make_policy("a.example", id), make_policy("z.example", id)})) return;
    }
  });
  for (int i = 0; i < 20; ++i) {
    const TempDir other;
    std::filesystem::create_directories(other.state());
    if (!backup_policies(dir.state(), other.database())) continue;  // before the first save
    std::vector<std::string> ids;
    const auto keep = [&](const KnownPolicy& policy) { ids.push_back(policy.id); };
    LinesLog quiet;
    REQUIRE(open_store(other, quiet)->load_all(keep).has_value());
    if (ids.size() == 2) CHECK(ids[0] == ids[1]);
    CHECK(ids.size() % 2 == 0);
  }
  stop = true;
  writer.join();
}

TEST_CASE("of a damaged store there is no backup, and the older one stays") {
  const TempDir dir;
  fill(dir, 3);
  change_octet(dir.database(), "mx1.d1.a");
  const auto target = dir.path() / "backup.sqlite";
  std::ofstream(target) << "older";
  const auto refused = backup_policies(dir.state(), target);
  CHECK(refused.error().code == Errc::corrupt);
  CHECK(refused.error().detail ==
        dir.database().string() +
            ": damaged, so there is no backup: row of d1.a: the checksum is wrong");
  CHECK(std::filesystem::file_size(target) == 5);
  CHECK(!std::filesystem::exists(target.string() + ".partial"));
  CHECK(backup_policies(dir.state(), "/nonexistent/b").error().code == Errc::io);
}
