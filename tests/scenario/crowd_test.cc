// A crowd of names that nobody knows must not push out what is known, nor grow without end.
#include <doctest/doctest.h>

#include <string>

#include "base/text.h"
#include "scenario/daemon.h"
#include "scenario/facts.h"

namespace strictmx::scenario {

namespace {

constexpr int kNames = 100000;
constexpr std::size_t kLookupsAtOnce = 64;  // of Daemon
const std::string kSecure = "OK secure match=mx1.example.com servername=hostname";

struct Crowd {
  explicit Crowd(std::size_t max_negatives) : settings{{}, {}, max_negatives} {
    state_fact(world, {"txt", "example.com", "v=STSv1; id=1;"});
    state_fact(world, {"mx", "example.com", "mx1.example.com"});
    state_fact(world, {"policy", "example.com", "enforce", "7d", "mx1.example.com"});
    REQUIRE(daemon.ask("example.com") == kSecure);
    state_fact(world, {"txt", "example.com", "servfail"});
    state_fact(world, {"mx", "example.com", "servfail"});
  }

  static std::string name(int number) { return "n" + std::to_string(number) + ".example"; }

  // The value of an unlabelled metric.
  std::size_t gauge(const std::string& metric) const {
    for (const auto line : split(metrics.text(), '\n')) {
      if (line.starts_with(metric + " ")) {
        return std::stoull(std::string(line.substr(metric.size() + 1)));
      }
    }
    FAIL("no metric " << metric);
    return 0;
  }

  Settings settings;
  World world;
  WorldLog log;
  Metrics metrics;
  Daemon daemon{world, metrics, log, settings};
};

}  // namespace

TEST_CASE("STS-C01 100,000 unknown names do not evict a policy or its answer") {
  constexpr std::size_t kRoom = 1000;
  Crowd crowd(kRoom);
  const std::size_t questions = crowd.world.txt_questions;
  std::size_t most = 0;
  for (int i = 0; i < kNames; ++i) {
    REQUIRE(crowd.daemon.ask(Crowd::name(i)) == "NOTFOUND ");
    if (i % (kNames / 10) == 0) most = std::max(most, crowd.gauge("strictmx_negative_entries"));
  }
  CHECK(crowd.world.txt_questions == questions + kNames);
  CHECK(most <= kRoom);
  CHECK(crowd.daemon.policies() == 1);
  CHECK(crowd.daemon.ask("example.com") == kSecure);
  CHECK(crowd.world.txt_questions == questions + kNames);  // from memory
}

TEST_CASE("STS-C01 look-ups that hang take no room from a domain that is known") {
  Crowd crowd(1000);
  for (int i = 0; i < kNames / 100; ++i) {
    state_fact(crowd.world, {"hold", "txt", Crowd::name(i)});
    const std::string& reply = crowd.daemon.begin(Crowd::name(i));
    const bool room = static_cast<std::size_t>(i) < kLookupsAtOnce;
    REQUIRE(reply.empty() == room);
    if (!room) REQUIRE(Daemon::payload_of(reply) == "TEMP too many look-ups at once");
  }
  CHECK(crowd.daemon.ask("example.com") == kSecure);
  crowd.daemon.advance(std::chrono::hours(2));  // due for renewal, for which there is no room
  CHECK(crowd.daemon.ask("example.com") == kSecure);
  CHECK(crowd.daemon.ask("example.com") == kSecure);
  CHECK(crowd.daemon.policies() == 1);
}

}  // namespace strictmx::scenario
