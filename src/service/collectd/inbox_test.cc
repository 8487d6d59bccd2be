#include "service/collectd/inbox.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace strictmx {

namespace {

const Day kDay = parse_day("2026-11-24").value();
const std::chrono::steady_clock::time_point kForever = std::chrono::steady_clock::time_point::max();
constexpr std::chrono::milliseconds kAtOnce{0};

std::vector<std::string> take_all(Inbox& inbox, Inbox::More expected) {
  std::vector<std::string> taken;
  const auto more = inbox.take(kForever, kAtOnce, [&](Day day, std::string_view octets) {
    taken.push_back(format_day(day).substr(8) + " " + std::string(octets));
  });
  CHECK(more == expected);
  return taken;
}

}  // namespace

TEST_CASE("datagrams come out as they went in, each with its day") {
  Inbox inbox;
  const std::string_view first[] = {"one", "", "two"};
  const std::string_view second[] = {"three"};
  CHECK(inbox.put(kDay, first) == 0);
  CHECK(inbox.put(kDay + std::chrono::days{1}, second) == 0);
  CHECK(take_all(inbox, Inbox::More::may_come) ==
        std::vector<std::string>{"24 one", "24 ", "24 two", "25 three"});
  inbox.put(kDay, second);
  inbox.close();
  CHECK(take_all(inbox, Inbox::More::never) == std::vector<std::string>{"24 three"});
  CHECK(take_all(inbox, Inbox::More::never).empty());
}

TEST_CASE("nothing comes: the deadline ends the waiting") {
  Inbox inbox;
  const auto more = inbox.take(std::chrono::steady_clock::time_point::min(), kAtOnce,
                               [](Day, std::string_view) { CHECK(false); });
  CHECK(more == Inbox::More::may_come);
}

TEST_CASE("what does not fit is refused, what came before is kept") {
  Inbox inbox;
  const std::string large(kMaxInboxBytes / 4, 'x');
  const std::string_view five[] = {large, large, large, large, "small"};
  CHECK(inbox.put(kDay, five) == 1);  // heads take room too
  CHECK(take_all(inbox, Inbox::More::may_come).size() == 4);
  CHECK(inbox.put(kDay, five) == 1);
}

TEST_CASE("two threads: nothing is lost or doubled") {
  Inbox inbox;
  constexpr int kMany = 20000;
  std::thread sender([&] {
    for (int i = 0; i < kMany; ++i) {
      const std::string octets = std::to_string(i);
      const std::string_view one[] = {octets};
      CHECK(inbox.put(kDay, one) == 0);
    }
    inbox.close();
  });
  int next = 0;
  while (inbox.take(kForever, kAtOnce, [&](Day, std::string_view octets) {
    CHECK(octets == std::to_string(next));
    ++next;
  }) == Inbox::More::may_come) {
  }
  sender.join();
  CHECK(next == kMany);
}

}  // namespace strictmx
