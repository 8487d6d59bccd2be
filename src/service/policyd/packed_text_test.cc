#include "service/policyd/packed_text.h"

#include <doctest/doctest.h>

#include <random>

using namespace strictmx;

namespace {

constexpr std::string_view kDomain = "customer.example";

void check_way_back(const std::string& text) {
  CAPTURE(text);
  CHECK(unpack_policy_text(pack_policy_text(text, kDomain), kDomain) == text);
}

}  // namespace

TEST_CASE("a usual policy needs a third of its octets") {
  const std::string text =
      "version: STSv1\r\nmode: enforce\r\nmx: mx1.customer.example\r\nmx: mx2.customer.example\r\n"
      "max_age: 1209600\r\n";
  CHECK(pack_policy_text(text, kDomain).size() * 3 < text.size());
  check_way_back(text);
}

TEST_CASE("every octet and every word's beginning survives") {
  for (int octet = 0; octet < 256; ++octet) {
    const std::string one(1, static_cast<char>(octet));
    check_way_back(one);
    check_way_back("mode: enforce" + one + "\r\nmx: " + one + one + std::string(kDomain) + one);
  }
  for (const char* text :
       {"", "version: STSv", "mode: enforc", "\r\nmx:", "\r", "customer.exampl"}) {
    check_way_back(text);
  }
  CHECK(unpack_policy_text(pack_policy_text("mode: none", ""), "") == "mode: none");
}

TEST_CASE("random texts of words and codes survive") {
  std::mt19937 random(8461);
  const std::string pieces[] = {"version: STSv1", "\r\nmx: ", "\n",   std::string(1, '\0'),
                                "\x01",           "\x08",     "mode", std::string(kDomain)};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int piece = 0; piece < 12; ++piece) text += pieces[random() % std::size(pieces)];
    check_way_back(text);
  }
}
