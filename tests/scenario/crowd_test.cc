// A crowd of names that nobody knows must not push out what is known.
#include <doctest/doctest.h>

#include <string>

#include "scenario/daemon.h"
#include "scenario/facts.h"

namespace strictmx::scenario {

TEST_CASE("STS-C01 100,000 unknown names do not evict a policy or its answer") {
  constexpr int kNames = 100000;
  const std::string secure = "OK secure match=mx1.example.com servername=hostname";
  World world;
  WorldLog log;
  Metrics metrics;
  state_fact(world, {"txt", "example.com", "v=STSv1; id=1;"});
  state_fact(world, {"mx", "example.com", "mx1.example.com"});
  state_fact(world, {"policy", "example.com", "enforce", "7d", "mx1.example.com"});
  Daemon daemon(world, metrics, log, Settings{});
  REQUIRE(daemon.ask("example.com") == secure);
  state_fact(world, {"txt", "example.com", "servfail"});
  state_fact(world, {"mx", "example.com", "servfail"});
  const std::size_t questions = world.txt_questions;
  for (int i = 0; i < kNames; ++i) {
    REQUIRE(daemon.ask("n" + std::to_string(i) + ".example") == "NOTFOUND ");
  }
  CHECK(world.txt_questions == questions + kNames);
  CHECK(daemon.policies() == 1);
  CHECK(daemon.ask("example.com") == secure);
  CHECK(world.txt_questions == questions + kNames);  // from memory
}

}  // namespace strictmx::scenario
