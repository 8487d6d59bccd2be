#include "base/log.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

std::string line(std::vector<LogField> fields) { return format_log_line("event_name", fields); }

// Keeps the lines of one level and above.
class TestLog : public Log {
 public:
  explicit TestLog(LogLevel least) : least_(least) {}
  bool enabled(LogLevel level) const override { return level >= least_; }
  void write(LogLevel, std::string_view event, std::span<const LogField> fields) override {
    lines.push_back(format_log_line(event, fields));
  }
  std::vector<std::string> lines;

 private:
  LogLevel least_;
};

}  // namespace

TEST_CASE("fields follow the event as key=value") {
  CHECK(line({}) == "event_name");
  CHECK(line({{"domain", "example.com"}, {"mode", "enforce"}}) ==
        "event_name domain=example.com mode=enforce");
}

TEST_CASE("values with blanks and empty values are quoted") {
  CHECK(line({{"reason", "two words"}}) == "event_name reason=\"two words\"");
  CHECK(line({{"reason", ""}}) == "event_name reason=\"\"");
}

TEST_CASE("no value can end its line, its quotes, or forge another field") {
  CHECK(line({{"why", "x\nevent_name why=y"}}) == "event_name why=\"x\\x0aevent_name why=y\"");
  CHECK(line({{"why", "x\" user=\"root"}}) == "event_name why=\"x\\x22 user=\\x22root\"");
  CHECK(line({{"why", "x\\"}}) == "event_name why=x\\x5c");
  CHECK(line({{"why", "\xff\x1b[0m"}}) == "event_name why=\\xff\\x1b[0m");
  CHECK(line({{"why", "user=root"}}) == "event_name why=user=root");
}

TEST_CASE("values are cut at 512 octets") {
  CHECK(line({{"why", std::string(600, 'x')}}) ==
        "event_name why=" + std::string(512, 'x') + "...");
}

TEST_CASE("levels below the least are not written") {
  TestLog log(LogLevel::warning);
  log.debug("a");
  log.info("b");
  log.warning("c", {{"k", "v"}});
  log.error("d");
  CHECK(log.lines == std::vector<std::string>{"c k=v", "d"});
}
