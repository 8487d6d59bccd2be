#include "service/collectd/collectd.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "store/day_store.h"

namespace strictmx {

namespace {

class TempDir {
 public:
  TempDir() {
    std::string name =
        (std::filesystem::temp_directory_path() / "strictmx-collect-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

class LinesLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view event, std::span<const LogField> fields) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back(format_log_line(event, fields));
  }
  std::size_t count(std::string_view event) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::ranges::count_if(lines_, [&](const auto& line) { return line.starts_with(event); }));
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

class TestClock final : public Clock {
 public:
  explicit TestClock(WallTime when) : wall(when) {}
  Now now() const override { return Now{wall, std::chrono::steady_clock::now()}; }
  WallTime wall;
};

// As libtlsrpt sends, but waits for room.
void tell(const std::string& path, const std::string& octets) {
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  CHECK(::sendto(fd, octets.data(), octets.size(), 0, reinterpret_cast<const sockaddr*>(&address),
                 sizeof address) == static_cast<ssize_t>(octets.size()));
  ::close(fd);
}

std::string session(const std::string& domain) {
  return R"({"d":")" + domain + R"(","policies":[{"policy-type":9,"f":0}]})";
}

std::uint64_t successes(DayStore& store, const char* day, const char* domain) {
  const auto found = store.find(parse_day(day).value(), Domain::parse(domain).value());
  return found ? found->policies.at(0).successes : 0;
}

}  // namespace

TEST_CASE("what was received is stored when the collector stops, by the day of receipt (RPT-T01)") {
  const TempDir dir;
  LinesLog log;
  Metrics metrics;
  CollectdOptions options;
  options.socket = (dir.path / "socket").string();
  options.state = dir.path / "state";
  const auto collect = [&](const char* when, const std::vector<std::string>& datagrams) {
    const TestClock clock(parse_utc(when).value());
    Collectd collectd(options, clock, metrics, log);
    REQUIRE(collectd.open().has_value());
    collectd.start();
    for (const auto& datagram : datagrams) tell(options.socket, datagram);
    collectd.stop();
    CHECK(collectd.trouble().empty());
  };
  collect("2026-11-24T23:59:59Z", {session("Shop.Example"), session("shop.example"), "", "{", "[]",
                                   session("a.example"), "\xff\xff"});
  collect("2026-11-25T00:00:00Z", {session("shop.example")});
  CHECK(!std::filesystem::exists(options.socket));
  auto store = DayStore::open(options.state, StoreAccess::read_write, log);
  REQUIRE(store.has_value());
  CHECK(successes(**store, "2026-11-24", "shop.example") == 2);
  CHECK(successes(**store, "2026-11-24", "a.example") == 1);
  CHECK(successes(**store, "2026-11-25", "shop.example") == 1);
  CHECK(log.count("datagram_malformed") == 4);
  const std::string text = metrics.text();
  CHECK(text.find("strictmx_tls_datagrams_total 8\n") != std::string::npos);
  CHECK(text.find("strictmx_tls_datagrams_malformed_total{why=\"empty\"} 1\n") !=
        std::string::npos);
  CHECK(text.find("strictmx_tls_datagrams_malformed_total{why=\"syntax\"} 2\n") !=
        std::string::npos);
}

TEST_CASE("old days are erased, whether reported or not") {
  const TempDir dir;
  LinesLog log;
  Metrics metrics;
  CollectdOptions options;
  options.socket = (dir.path / "socket").string();
  options.state = dir.path / "state";
  options.keep_days = 3;
  for (const char* when :
       {"2026-11-20T12:00:00Z", "2026-11-22T12:00:00Z", "2026-11-25T12:00:00Z"}) {
    const TestClock clock(parse_utc(when).value());
    Collectd collectd(options, clock, metrics, log);
    REQUIRE(collectd.open().has_value());
    collectd.start();
    tell(options.socket, session("shop.example"));
    collectd.stop();
  }
  auto store = DayStore::open(options.state, StoreAccess::read_write, log);
  REQUIRE(store.has_value());
  CHECK((*store)->list_days().value() ==
        std::vector{parse_day("2026-11-22").value(), parse_day("2026-11-25").value()});
}

}  // namespace strictmx
