#include "store/policy_preload.h"

#include <sstream>

#include "core/policy_export.h"
#include "store/test_support.h"

using namespace strictmx;

TEST_CASE("of a preload list those are used that apply") {
  LinesLog log;
  constexpr std::int64_t kNow = 1795500000;
  std::stringstream list;
  list << format_export_line(make_policy("a.example", "1", kNow)) << "\n"
       << format_export_line(make_policy("old.example", "1", kNow - 604800)) << "\n"
       << "no policy\n"
       << format_export_line(make_policy("b.example", "1", kNow - 604799)) << "\n";
  std::vector<std::string> used;
  const auto keep = [&](const KnownPolicy& policy) { used.push_back(policy.domain.text()); };
  load_preload(list, "list", WallTime{Seconds{kNow}}, keep, log);
  CHECK(used == std::vector<std::string>{"a.example", "b.example"});
  REQUIRE(log.lines.size() == 2);
  CHECK(log.lines[0].starts_with("preload_line_refused why=\"list:3: offset "));
  CHECK(log.lines[1] == "preload_loaded used=2 expired=1 refused=1");
}
