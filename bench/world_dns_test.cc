#include "bench/world_dns.h"

#include <doctest/doctest.h>

#include "bench/world_name.h"

using namespace strictmx::bench;

namespace {

constexpr char kA = 1;
constexpr char kMx = 15;
constexpr char kTxt = 16;

std::string query(std::string_view name, char type) {
  std::string out("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    out += static_cast<char>(label.size());
    out += label;
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  return out + std::string{0, 0, type, 0, 1};
}

struct Counts {
  int rcode, answers, authorities;
  bool operator==(const Counts&) const = default;
};

Counts counts_of(const std::string& message) {
  REQUIRE(message.size() > 12);
  return {message[3] & 0xf, message[7], message[9]};
}

Counts ask(std::string_view name, char type) {
  return counts_of(answer_dns(query(name, type), std::chrono::seconds{60}));
}

}  // namespace

TEST_CASE("the world's names") {
  CHECK(ask("_mta-sts.d1.enforce.bench.example", kTxt) == Counts{0, 1, 0});
  CHECK(ask("_MTA-STS.D1.Enforce.Bench.Example", kTxt) == Counts{0, 1, 0});
  CHECK(ask("_mta-sts.d1.absent.bench.example", kTxt) == Counts{3, 0, 1});
  CHECK(ask("d1.absent.bench.example", kMx) == Counts{0, 2, 0});
  CHECK(ask("mx2.d1.enforce.bench.example", kA) == Counts{0, 1, 0});
  CHECK(ask("mta-sts.d1.enforce.bench.example", kMx) == Counts{0, 0, 1});
  CHECK(ask("enforce.bench.example", kA) == Counts{0, 0, 1});
  CHECK(ask("x1.enforce.bench.example", kMx) == Counts{3, 0, 1});
  CHECK(ask("d1.other.bench.example", kMx) == Counts{3, 0, 1});
  CHECK(ask("bench.example.org", kA) == Counts{3, 0, 1});
  CHECK(ask("", kA) == Counts{0, 0, 1});
}

TEST_CASE("the world's messages") {
  const std::string asked = query("_mta-sts.d7.enforce.bench.example", kTxt);
  const std::string answer = answer_dns(asked, std::chrono::seconds{60});
  CHECK(answer.substr(0, 2) == asked.substr(0, 2));
  CHECK(answer.find("v=STSv1; id=") != std::string::npos);
  for (std::size_t length = 0; length < asked.size(); ++length) {
    CHECK(answer_dns(asked.substr(0, length), std::chrono::seconds{60}).empty());
  }
  CHECK(answer_dns(answer, std::chrono::seconds{60}).empty());
  CHECK(answer_dns(std::string(600, 'x'), std::chrono::seconds{60}).empty());
}

TEST_CASE("the world's policies") {
  CHECK(policy_body(*find_world_name("mta-sts.d7.testing.bench.example")) ==
        "version: STSv1\r\nmode: testing\r\nmx: mx1.d7.testing.bench.example\r\n"
        "mx: mx2.d7.testing.bench.example\r\nmax_age: 604800\r\n");
  CHECK(policy_body(*find_world_name("mta-sts.d7.none.bench.example")).contains("mode: none"));
}
