#include "store/policy_list.h"

#include <sstream>

#include "core/policy_export.h"
#include "store/test_support.h"

using namespace strictmx;

TEST_CASE("good lines are read, bad ones named with their place") {
  std::stringstream list(format_export_line(make_policy("a.example")) + "\n\n{\n" +
                         format_export_line(make_policy("b.example")) + "\r\n" +
                         "{\"domain\":\"c.example\"}\n" +
                         format_export_line(make_policy("d.example")));
  std::vector<std::string> read;
  std::vector<std::string> bad;
  read_policy_list(list, "list", WallTime{Seconds{1795500000}},
                   {[&](const KnownPolicy& policy) { read.push_back(policy.domain.text()); },
                    [&](const std::string& problem) { bad.push_back(problem); }});
  CHECK(read == std::vector<std::string>{"a.example", "b.example", "d.example"});
  REQUIRE(bad.size() == 2);
  CHECK(bad[0].starts_with("list:3: offset 1: "));
  CHECK(bad[1] == "list:5: id: is missing");
}
