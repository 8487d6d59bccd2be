// The histories in tests/scenario/*.scn, and that the runner itself can fail.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "scenario/runner.h"

namespace strictmx::scenario {

namespace {

constexpr std::size_t kFewestHistories = 60;

std::vector<Scenario> load_all() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(STRICTMX_SCENARIOS)) {
    if (entry.path().extension() == ".scn") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Scenario> all;
  for (const auto& file : files) {
    std::ifstream stream(file);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    auto some = read_scenarios("tests/scenario/" + file.filename().string(), text);
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

// What a text of one scenario leads to: "" when all is as it says.
std::string complaint(const std::string& text) {
  try {
    for (const auto& scenario : read_scenarios("x.scn", text)) run_scenario(scenario);
  } catch (const BadScenario& error) {
    return std::string("bad ") + error.what();
  } catch (const Deviation& error) {
    return std::string("deviation ") + error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("every history ends as it is written") {
  const auto scenarios = load_all();
  for (const auto& scenario : scenarios) {
    try {
      run_scenario(scenario);
    } catch (const std::runtime_error& error) {
      FAIL_CHECK(std::string(error.what()));
    }
  }
  MESSAGE(scenarios.size(), " histories");
  CHECK(scenarios.size() >= kFewestHistories);
}

TEST_CASE("a text that is no scenario is refused with its place") {
  struct Row {
    std::string text;
    std::string complaint;
  };
  const std::vector<Row> rows = {
      {"", "bad x.scn:1: no scenario"},
      {"\nask a.example -> NOTFOUND", "bad x.scn:2: before the first scenario"},
      {"scenario", "bad x.scn:1: missing: name"},
      {"scenario a", "bad x.scn:1: nothing is asked"},
      {"scenario a\nask a.example ->", "bad x.scn:2: nothing behind the arrow"},
      {"scenario a\nask a.example", "bad x.scn:2: a: missing: ->"},
      {"scenario a\nask a.example -> NOTFOUND\nscenario a\nask a.example -> NOTFOUND",
       "bad x.scn:3: name is taken"},
      {"scenario a\ntxt a.example \"open\nask a.example -> NOTFOUND",
       "bad x.scn:2: quote is not closed"},
      {"scenario a\nfly\nask a.example -> NOTFOUND", "bad x.scn:2: a: unknown word: fly"},
      {"scenario a\nafter 3y\nask a.example -> NOTFOUND", "bad x.scn:2: a: no unit of time: y"},
      {"scenario a\nask a.example -> NOTFOUND\nexpect love 1",
       "bad x.scn:3: a: unknown expectation: love"},
      {"scenario a\nmx a.example no_data x.example\nask a.example -> NOTFOUND",
       "bad x.scn:2: a: too much: x.example"},
      {"scenario a\nmx a.example\nask a.example -> NOTFOUND", "bad x.scn:2: a: no records"},
  };
  for (const auto& row : rows) {
    const std::string found = complaint(row.text);
    CHECK(found.substr(0, row.complaint.size()) == row.complaint);
  }
}

TEST_CASE("another answer than the written one is a deviation with its place") {
  const std::string world =
      "scenario a  # comment\n"
      "txt a.example \"v=STSv1; id=1;\"\n"
      "mx a.example mx.a.example\n"
      "policy a.example enforce 1d mx.a.example\n";
  const std::string ask = "ask a.example -> OK secure match=mx.a.example servername=hostname\n";
  CHECK(complaint(world + ask + "expect fetches 1\nexpect stored a.example enforce id 1") == "");
  for (const std::string wrong :
       {"ask a.example -> NOTFOUND", "late a.example -> NOTFOUND", "expect fetches 7",
        "expect stored a.example enforce id 2", "expect failure validation-failure"}) {
    const std::string expected =
        wrong.starts_with("late") ? "deviation x.scn:5: a: answered" : "deviation x.scn:5: a: ";
    CHECK(complaint(world + wrong + "\n" + ask).starts_with(expected));
  }
  CHECK(complaint(world + "hold txt a.example\n" + ask)
            .starts_with("deviation x.scn:6: a: no answer"));
}

}  // namespace strictmx::scenario
