#include "cmd/json_text.h"

#include <doctest/doctest.h>

namespace strictmx {

TEST_CASE("a JSON object is shown as lines for people") {
  const Json::Object object{{"domain", "a.example"},
                            {"last_used", Json()},
                            {"pinned", true},
                            {"expired", false},
                            {"count", 7},
                            {"mx", Json::strings({"a", "*.b"})},
                            {"policy", Json::Object{{"id", "evil\x1b[2J"}}}};
  CHECK(format_json_text(object) ==
        "domain: a.example\nlast used: -\npinned: yes\nexpired: no\ncount: 7\nmx: a *.b\n"
        "policy:\n  id: evil\\x1b[2J\n");
}

}  // namespace strictmx
