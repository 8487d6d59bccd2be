#include "store/pin_file.h"

#include <sys/stat.h>

#include <fstream>

#include "store/test_support.h"

namespace strictmx {

namespace {

Pin make_pin(const std::string& domain, const std::string& id = "1") {
  return {make_policy(domain, id), WallTime{Seconds{1795600000}}, std::nullopt};
}

std::vector<std::string> domains(const StoredPins& stored) {
  std::vector<std::string> names;
  for (const auto& pin : stored.pins) names.push_back(pin.policy.domain.text());
  return names;
}

}  // namespace

TEST_CASE("pins are kept in a private file, by domain") {
  const TempDir dir;
  LinesLog log;
  REQUIRE(load_pins(dir.path() / "none", log));
  CHECK(load_pins(dir.path(), log)->pins.empty());
  REQUIRE(save_pins(dir.path(), {{make_pin("b.example"), make_pin("a.example")}, {}}));
  struct stat made{};
  REQUIRE(::stat((dir.path() / "pins.jsonl").c_str(), &made) == 0);
  CHECK((made.st_mode & 0777) == 0600);
  const auto stored = load_pins(dir.path(), log);
  REQUIRE(stored);
  CHECK(domains(*stored) == std::vector<std::string>{"a.example", "b.example"});
  REQUIRE(save_pins(dir.path(), {}));
  CHECK(load_pins(dir.path(), log)->pins.empty());
  CHECK(log.lines.empty());
}

TEST_CASE("a damaged line costs only itself, and stays for people to repair") {
  const TempDir dir;
  LinesLog log;
  REQUIRE(save_pins(dir.path(), {{make_pin("a.example")}, {}}));
  std::ofstream(dir.path() / "pins.jsonl", std::ios::app)
      << "{\"domain\":\n"
      << format_pin_line(make_pin("a.example", "2")) << "\n";
  const auto stored = load_pins(dir.path(), log);
  REQUIRE(stored);
  REQUIRE(stored->pins.size() == 1);
  CHECK(stored->pins[0].policy.id == "2");
  REQUIRE(log.lines.size() == 1);
  CHECK(log.lines[0].find("pins.jsonl:2: ") != std::string::npos);
  REQUIRE(save_pins(dir.path(), *stored));
  CHECK(load_pins(dir.path(), log)->unreadable == std::vector<std::string>{"{\"domain\":"});
}

TEST_CASE("after a failed save the pins are as they were") {
  const TempDir dir;
  LinesLog log;
  REQUIRE(save_pins(dir.path(), {{make_pin("a.example")}, {}}));
  // A directory of that name can be neither written nor replaced.
  std::filesystem::create_directory(dir.path() / "pins.jsonl.new");
  const auto failed = save_pins(dir.path(), {});
  REQUIRE(!failed);
  CHECK(failed.error().code == Errc::io);
  CHECK(load_pins(dir.path(), log)->pins.size() == 1);
  StoredPins many;
  many.unreadable.assign(2, std::string(kMaxPinFile / 2, 'x'));
  CHECK(save_pins(dir.path(), many).error().code == Errc::too_large);
}

}  // namespace strictmx
