#include "store/policy_salvage.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "store/database_pages.h"
#include "store/page_rows.h"
#include "store/policy_file.h"
#include "store/test_support.h"
#include "support/thoroughness.h"

using namespace strictmx;

namespace {

constexpr int kRows = 150;

std::string read_all(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_all(const std::filesystem::path& file, const std::string& octets) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << octets;
}

KnownPolicy make_numbered(int number) {
  auto policy = make_policy("d" + std::to_string(1000 + number) + ".example");
  // One row of each length: short, longer than fits a page beside others, over several pages.
  if (number % 50 == 7) policy.body += "x-note: " + std::string(9000, 'n') + "\r\n";
  if (number % 10 == 3) policy.body += "x-note: " + std::string(700, 'n') + "\r\n";
  return policy;
}

// The octets of a sound store, and on which pages each row lies, long rows' pages included.
struct Sound {
  std::string octets;
  std::map<std::string, std::set<std::size_t>> pages;  // by domain; counted from 0
};

Sound make_sound() {
  const TempDir dir;
  LinesLog log;
  {
    auto store = open_store(dir, log);
    std::vector<KnownPolicy> policies;
    for (int i = 0; i < kRows; ++i) policies.push_back(make_numbered(i));
    REQUIRE(store->save(policies).has_value());
  }
  Sound sound{read_all(dir.database()), {}};
  auto pages = DatabasePages::open(dir.database());
  REQUIRE(pages.has_value());
  std::set<std::size_t> touched;
  const auto read = [&](std::uint32_t number) {
    touched.insert(number - 1);
    return pages->read(number);
  };
  for (const auto number : pages->numbers()) {
    touched.clear();
    read_page_rows(number, read, [&](const KnownPolicy& policy) {
      sound.pages[policy.domain.text()] = touched;
      touched = {number - 1};
    });
  }
  return sound;
}

// Opens a store of these octets as the daemon does, and checks all that must hold whatever was
// damaged. `is_hit` says which pages were.
template <class IsHit>
void check_start(const TempDir& dir, const Sound& sound, const std::string& octets, IsHit is_hit) {
  std::filesystem::remove_all(dir.state());
  write_all(dir.database(), octets);
  LinesLog log;
  auto opened = PolicyStore::open(dir.state(), StoreAccess::read_write, log);
  INFO((opened ? "" : opened.error().detail));
  REQUIRE(opened.has_value());
  PolicyStore& store = **opened;
  std::set<std::string> found;
  const auto loaded = store.load_all([&](const KnownPolicy& policy) {
    const auto number = std::stoi(policy.domain.text().substr(1, 4)) - 1000;
    const bool right = policy.body == make_numbered(number).body && policy.id == "20261124";
    if (!right) FAIL_CHECK("a wrong policy of " << policy.domain.text());
    if (!found.insert(policy.domain.text()).second) FAIL_CHECK("a row was met twice");
  });
  REQUIRE(loaded.has_value());
  for (const auto& [domain, pages] : sound.pages) {
    if (std::ranges::any_of(pages, is_hit) || found.contains(domain)) continue;
    FAIL_CHECK("lost " << domain << ", which lies on sound pages");
  }
  const auto saved = store.save({make_policy("new.example")});
  if (!saved) FAIL_CHECK("save: " << saved.error().detail);
  CHECK(store.find(Domain::parse("new.example").value()).has_value());
}

}  // namespace

TEST_CASE("whichever octet is damaged, the store starts with all rows of the other pages") {
  const auto sound = make_sound();
  REQUIRE(sound.pages.size() == kRows);
  REQUIRE(sound.octets.size() >= 65536);
  const TempDir dir;
  constexpr std::size_t kStep = kSanitized ? 256 : 64;
  const auto flip = [&](std::size_t at) {
    CAPTURE(at);
    auto octets = sound.octets;
    octets[at] = static_cast<char>(octets[at] ^ 0xff);
    check_start(dir, sound, octets, [&](std::size_t page) { return page == at / kPageBytes; });
  };
  for (std::size_t at = 0; at < sound.octets.size(); at += kStep) flip(at);
  for (std::size_t at = 1; at < 128; ++at) flip(at);  // the file's header
  for (std::size_t page = 0; page < sound.octets.size() / kPageBytes; ++page) {
    for (std::size_t at = 1; at < 16; ++at) flip(page * kPageBytes + at);
  }
}

TEST_CASE("wherever the file is cut off, the store starts with all rows before") {
  const auto sound = make_sound();
  const TempDir dir;
  for (std::size_t length = 0; length < sound.octets.size(); length += 512) {
    CAPTURE(length);
    // SQLite takes an empty file for a new one.
    check_start(dir, sound, sound.octets.substr(0, length),
                [&](std::size_t page) { return (page + 1) * kPageBytes > length; });
  }
}

TEST_CASE("a page of any other content costs the rows on it and no more") {
  const auto sound = make_sound();
  const TempDir dir;
  for (std::size_t page = 0; page < sound.octets.size() / kPageBytes; ++page) {
    for (const char fill : {'\0', '\xa5', '\xff'}) {
      CAPTURE(page);
      auto octets = sound.octets;
      octets.replace(page * kPageBytes, kPageBytes, std::string(kPageBytes, fill));
      check_start(dir, sound, octets, [&](std::size_t hit) { return hit == page; });
    }
  }
}

TEST_CASE("a damaged key costs its row: a search misses no other, wherever it now belongs") {
  const auto sound = make_sound();
  const auto hit = make_numbered(75);
  const auto at = sound.octets.find(hit.domain.text() + hit.id);
  REQUIRE(at != std::string::npos);
  for (const char first : {'a', 'z'}) {
    CAPTURE(first);
    const TempDir dir;
    auto octets = sound.octets;
    octets[at] = first;
    write_all(dir.database(), octets);
    LinesLog log;
    auto store = open_store(dir, log);
    REQUIRE(store->repair().has_value());
    REQUIRE(log.lines.size() == 1);
    CHECK(log.lines[0].find("PRIMARY KEY order") != std::string::npos);
    CHECK(log.lines[0].ends_with(" salvaged=149"));
    REQUIRE(store->save({make_policy("new.example")}).has_value());
    CHECK(store->find(Domain::parse("new.example").value()).has_value());
    for (int i = 0; i < kRows; ++i) {
      const auto policy = make_numbered(i);
      if (store->find(policy.domain).has_value() == (policy.domain == hit.domain))
        FAIL_CHECK(policy.domain.text());
    }
    CHECK(store->load_part("", 1000)->policies.size() == kRows);
  }
}

TEST_CASE("the damaged file is kept, and the log says where and how much was saved") {
  const auto sound = make_sound();
  const TempDir dir;
  auto octets = sound.octets;
  octets.replace(0, kPageBytes, std::string(kPageBytes, 'x'));
  write_all(dir.database(), octets);
  LinesLog log;
  CHECK(list_rows(*open_store(dir, log)).size() == kRows);
  REQUIRE(log.lines.size() == 1);
  CHECK(log.lines[0].starts_with("policy_file_damaged file=" + dir.database().string() + " why="));
  CHECK(log.lines[0].ends_with(" salvaged=150"));
  const auto at = log.lines[0].find("kept_as=");
  const auto kept = log.lines[0].substr(at + 8, log.lines[0].find(' ', at) - at - 8);
  CHECK(kept.starts_with(dir.database().string() + ".damaged-20"));
  CHECK(read_all(kept) == octets);
  CHECK(list_rows(*open_store(dir, log)).size() == kRows);
  CHECK(log.lines.size() == 1);
}

TEST_CASE("of damaged files the last four are kept") {
  const TempDir dir;
  LinesLog log;
  for (int i = 0; i < 7; ++i) {
    write_all(dir.database(), std::string(8192, static_cast<char>('a' + i)));
    open_store(dir, log);
  }
  std::size_t kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir.state())) {
    if (entry.path().filename().string().find(".damaged-") != std::string::npos) ++kept;
  }
  CHECK(kept == kMaxDamagedFiles);
}

TEST_CASE("a file damaged while in use is repaired by the next save") {
  const TempDir dir;
  LinesLog log;
  auto store = open_store(dir, log);
  std::vector<KnownPolicy> policies;
  for (int i = 0; i < kRows; ++i) policies.push_back(make_numbered(i));
  REQUIRE(store->save(policies).has_value());
  {
    auto other = open_policy_file(dir.state(), StoreAccess::read_write);
    REQUIRE(other->run("PRAGMA wal_checkpoint(TRUNCATE)").has_value());
  }
  // Another change makes the daemon's connection read the pages anew.
  const auto octets = read_all(dir.database());
  int hit = kRows / 2;  // the root has some rows of its own
  const auto page_of_hit = [&] {
    return octets.find("mx1.d" + std::to_string(1000 + hit) + ".example") / kPageBytes;
  };
  while (octets[page_of_hit() * kPageBytes] != '\x0a') ++hit;
  const auto page = page_of_hit();
  const auto domain = make_numbered(hit).domain;
  {
    std::fstream file(dir.database(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(page * kPageBytes));
    file << std::string(kPageBytes, '\xa5');
  }
  {
    auto other = SqliteConnection::open(dir.database().string(), "other", SQLITE_OPEN_READWRITE);
    REQUIRE(other->run("UPDATE policies SET id = id WHERE domain = 'd1000.example'").has_value());
  }
  REQUIRE(store->save({make_policy(domain.text(), "new")}).has_value());
  CHECK(store->find(domain).value().id == "new");
  REQUIRE(log.lines.size() == 1);
  CHECK(log.lines[0].starts_with("policy_file_damaged "));
  const auto rows = list_rows(*store);
  CHECK(rows.size() > kRows - 40);
}

TEST_CASE("rows that are in the write-ahead log only are salvaged, the last version of each") {
  const TempDir dir;
  const int status = run_in_child([&] {
    LinesLog log;
    auto store = PolicyStore::open(dir.state(), StoreAccess::read_write, log);
    if (!store) return 1;
    if (!(*store)->save({make_policy("a.example", "1", 1000)})) return 2;
    if (!(*store)->save({make_policy("b.example", "1", 1000)})) return 3;
    if (!(*store)->save({make_policy("a.example", "2", 2000)})) return 4;
    if (!(*store)->erase(Domain::parse("b.example").value())) return 5;
    ::_exit(0);  // without closing: nothing is moved from the log to the file
  });
  REQUIRE(WEXITSTATUS(status) == 0);
  REQUIRE(std::filesystem::file_size(dir.database().string() + "-wal") > 0);
  LinesLog log;
  REQUIRE(salvage_policy_file(dir.state(), "for the test", log).has_value());
  CHECK(list_rows(*open_store(dir, log)) == std::vector<std::string>{"a.example 2 2000"});
}

TEST_CASE("of a file that was cut, all that its write-ahead log has is salvaged") {
  constexpr int kFirst = 40;
  const TempDir dir;
  const int status = run_in_child([&] {
    LinesLog log;
    auto store = PolicyStore::open(dir.state(), StoreAccess::read_write, log);
    if (!store) return 1;
    std::vector<KnownPolicy> policies;
    for (int i = 0; i < kFirst; ++i) policies.push_back(make_numbered(i));
    if (!(*store)->save(policies)) return 2;
    ::_exit(0);  // without closing
  });
  REQUIRE(WEXITSTATUS(status) == 0);
  for (const std::uintmax_t left : {4096U, 4095U, 768U, 1U}) {
    CAPTURE(left);
    const TempDir cut;
    std::filesystem::copy(dir.state(), cut.state());
    std::filesystem::remove(cut.database().string() + "-shm");
    std::filesystem::resize_file(cut.database(), left);
    LinesLog log;
    REQUIRE(salvage_policy_file(cut.state(), "for the test", log).has_value());
    CHECK(list_rows(*open_store(cut, log)).size() == kFirst);
  }
}

TEST_CASE("a salvage that cannot be written leaves the damaged file as it was") {
  const auto sound = make_sound();
  const TempDir dir;
  auto octets = sound.octets;
  octets[0] = 'x';
  write_all(dir.database(), octets);
  std::filesystem::create_directories(dir.state() / "policies.sqlite.new" / "in the way");
  LinesLog log;
  const auto opened = PolicyStore::open(dir.state(), StoreAccess::read_write, log);
  REQUIRE(!opened.has_value());
  CHECK(opened.error().code == Errc::io);
  CHECK(read_all(dir.database()) == octets);
}
