#include "service/policyd/cost_map.h"

#include <doctest/doctest.h>

using namespace strictmx;

TEST_CASE("what is used stays, what is not goes when the limit is reached") {
  CostMap<int> map(100);
  map.put("used", 1, 10);
  map.put("unused", 2, 10);
  for (int i = 0; i < 100; ++i) {
    map.put("n" + std::to_string(i), i, 10);
    CHECK(map.find("used") == 1);
    CHECK(map.size() <= 10);
  }
  CHECK_FALSE(map.find("unused"));
  CHECK(map.find("n99") == 99);
}

TEST_CASE("an entry that is too dear is not kept, and replaces what was there") {
  CostMap<int> map(100);
  map.put("a", 1, 50);
  CHECK(map.find("a") == 1);
  map.put("a", 2, 51);
  CHECK_FALSE(map.find("a"));
}

TEST_CASE("replacing and erasing give the cost back") {
  CostMap<int> map(100);
  for (int i = 0; i < 50; ++i) map.put("a", i, 30);
  map.put("b", 1, 20);
  CHECK(map.find("a") == 49);
  map.erase("a");
  map.put("c", 2, 30);
  CHECK(map.find("b") == 1);
  CHECK(map.find("c") == 2);
  CHECK_FALSE(map.find("a"));
}
