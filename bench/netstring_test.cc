#include "bench/netstring.h"

#include <doctest/doctest.h>

using namespace strictmx::bench;

TEST_CASE("netstrings are taken one by one") {
  std::string_view input = "3:abc,0:,5:OK";
  CHECK(take_netstring(input).payload == "abc");
  CHECK(take_netstring(input).state == FrameState::complete);
  CHECK(take_netstring(input).state == FrameState::partial);
  CHECK(input == "5:OK");
}

TEST_CASE("every beginning of a netstring is partial") {
  const std::string whole = make_netstring("hello, world");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    std::string_view input = std::string_view(whole).substr(0, length);
    CHECK(take_netstring(input).state == FrameState::partial);
    CHECK(input.size() == length);
  }
}

TEST_CASE("what cannot become a netstring is broken") {
  for (const std::string_view text :
       {":", "a", "-1:", "01:a,", "00:,", "1:ab", "1:a;", "1 :a,", "1234567", "3:abc\n"}) {
    CAPTURE(text);
    std::string_view input = text;
    CHECK(take_netstring(input).state == FrameState::broken);
  }
}
