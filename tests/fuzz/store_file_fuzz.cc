// A damaged policy file: opening, loading and repairing it never crashes nor hangs, gives no policy
// that was not stored, and leaves a store that takes new ones. The input is a list of injuries to a
// sound file and its write-ahead log, five octets each: what, where, how. With three octets left
// over, `strictmx policy verify` looks at it first.
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <tuple>

#include "check.h"
#include "store/policy_backup.h"
#include "store/policy_store.h"

using namespace strictmx;
using fuzz::check;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kMostInjuries = 40;

class NoLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::span<const LogField>) override {}
};
NoLog no_log;

using Key = std::tuple<std::string, std::string, std::string, std::int64_t>;
Key key_of(const KnownPolicy& policy) {
  return {policy.domain.text(), policy.id, policy.body,
          policy.fetched_at.time_since_epoch().count()};
}

// In memory where the system has a place for that; gone with the process.
class TempDir {
 public:
  TempDir() {
    std::string name = fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
    name += "/strictmx-fuzz-XXXXXX";
    check(::mkdtemp(name.data()) != nullptr, "a directory");
    path = name;
  }
  ~TempDir() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path path;
};

KnownPolicy make_policy(int number, int version) {
  const auto domain = "d" + std::to_string(number) + ".example";
  std::string body = "version: STSv1\nmode: enforce\nmx: mx." + domain + "\nmax_age: 604800\n";
  if (number == 5) body += "x-note: " + std::string(5000, 'n') + "\n";  // over several pages
  return {Domain::parse(domain).value(), "v" + std::to_string(version), body,
          parse_policy(body).value().policy, WallTime{Seconds{1795500000 + version}}};
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& path, std::string_view octets) {
  std::ofstream(path, std::ios::binary)
      .write(octets.data(), static_cast<std::streamsize>(octets.size()));
}

// Two transactions: the first in the file, the second in the log.
struct Sound {
  Sound() {
    const TempDir dir;
    save(dir.path, 0, 12, 1);
    const auto store = PolicyStore::open(dir.path, StoreAccess::read_write, no_log);
    std::vector<KnownPolicy> newer;
    for (int i = 8; i < 14; ++i) newer.push_back(make_policy(i, 2));
    check((*store)->save(newer).has_value(), "saved");
    for (const auto& policy : newer) known.insert(key_of(policy));
    files = {read_file(dir.path / "policies.sqlite"), read_file(dir.path / "policies.sqlite-wal")};
    check(files[0].size() >= kPage && files[1].size() >= kPage, "a file and its log");
  }

  void save(const fs::path& dir, int first, int last, int version) {
    const auto store = PolicyStore::open(dir, StoreAccess::read_write, no_log);
    std::vector<KnownPolicy> policies;
    for (int i = first; i < last; ++i) policies.push_back(make_policy(i, version));
    check((*store)->save(policies).has_value(), "saved");
    for (const auto& policy : policies) known.insert(key_of(policy));
  }

  std::array<std::string, 2> files;
  std::set<Key> known;
};

enum class Injury : std::uint8_t { noise, octet, cut, zeros, copy, swap, repeat, end };

// True when an octet was set on purpose: then a row can be forged, checksum and all.
bool injure(std::string& file, const std::uint8_t* how) {
  const auto injury = static_cast<Injury>(how[0] / 2 % static_cast<int>(Injury::end));
  const std::size_t at = (how[1] * 256U + how[2]) * 3U % (file.size() + 1);
  const std::size_t pages = file.size() / kPage;
  const auto page = [&](std::size_t number) { return pages == 0 ? 0 : number % pages * kPage; };
  switch (injury) {
    case Injury::noise:
      for (std::size_t i = at; i < std::min(file.size(), at + how[4] % 32U + 1); ++i) {
        const auto noise = (i * 2654435761U + how[3] * 40503U) >> 7;
        file[i] = static_cast<char>(static_cast<std::size_t>(file[i]) ^ noise);
      }
      return false;
    case Injury::octet:
      if (at < file.size()) file[at] = static_cast<char>(how[3]);
      return true;
    case Injury::cut:
      file.resize(at);
      return false;
    case Injury::zeros:
      if (pages > 0) file.replace(page(how[3]), kPage, kPage, '\0');
      return false;
    case Injury::copy:
      if (pages > 0) file.replace(page(how[3]), kPage, file.substr(page(how[4]), kPage));
      return false;
    case Injury::swap:
      if (pages > 0)
        std::swap_ranges(&file[page(how[3])], &file[page(how[3])] + kPage, &file[page(how[4])]);
      return false;
    case Injury::repeat:
      if (file.size() < 40 * kPage) file += file.substr(at, how[3] * 16U);
      return false;
    case Injury::end:
      break;
  }
  return false;
}

void check_store(const fs::path& dir, const std::set<Key>* known) {
  const auto opened = PolicyStore::open(dir, StoreAccess::read_write, no_log);
  if (!opened) {  // a file that says it belongs to somebody else is left alone
    check(opened.error().code == Errc::unsupported, "opened, repaired if need be");
    return;
  }
  auto& store = **opened;
  const auto loaded = store.load_all([&](const KnownPolicy& policy) {
    check(known == nullptr || known->contains(key_of(policy)), "only what was stored");
  });
  if (!loaded) {
    check(loaded.error().code == Errc::unsupported, "loaded, repaired if need be");
    return;
  }
  const auto fresh = make_policy(99, 3);
  check(store.save({fresh}).has_value(), "takes a new policy");
  const auto found = store.find(fresh.domain);
  check(found && key_of(*found) == key_of(fresh), "and has it");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TempDir dir;
  static const Sound sound;
  auto files = sound.files;
  bool forged = false;
  for (std::size_t i = 0; i + 5 <= size && i < 5 * kMostInjuries; i += 5) {
    forged = injure(files[data[i] % 2], data + i) || forged;
  }
  const auto state = dir.path / "state";
  fs::remove_all(state);
  fs::create_directory(state);
  write_file(state / "policies.sqlite", files[0]);
  if (!files[1].empty()) write_file(state / "policies.sqlite-wal", files[1]);
  if (size % 4 == 3) static_cast<void>(verify_policies(state / "policies.sqlite"));
  check_store(state, forged ? nullptr : &sound.known);
  return 0;
}
