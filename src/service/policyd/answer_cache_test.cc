#include "service/policyd/answer_cache.h"

#include <doctest/doctest.h>

namespace strictmx {

namespace {

const MonoTime kStart = MonoTime{} + Seconds{1000};
const MtaAnswer kSecure{MtaStatus::ok, "secure match=mx.example.com servername=hostname"};
const MtaAnswer kNotFound{MtaStatus::not_found, ""};
const MtaAnswer kTemp{MtaStatus::temp, "DNS timeout"};

AnswerCache::Life life(int refresh, int drop) {
  return {kStart + Seconds{refresh}, kStart + Seconds{drop}};
}

}  // namespace

TEST_CASE("an answer is given until its end and asks for renewal before") {
  AnswerCache cache(100, kStart);
  cache.put_policy("example.com", kSecure, life(60, 600));
  const auto early = cache.find("example.com", kStart + Seconds{59});
  REQUIRE(early);
  CHECK(early->reply == "50:OK secure match=mx.example.com servername=hostname,");
  CHECK_FALSE(early->refresh);
  CHECK(cache.find("example.com", kStart + Seconds{60})->refresh);
  CHECK_FALSE(cache.find("example.com", kStart + Seconds{600}));
  CHECK_FALSE(cache.find("other.example", kStart));
}

TEST_CASE("unknown names do not push out policies and stay bounded") {
  AnswerCache cache(1000, kStart);
  cache.put_policy("example.com", kSecure, life(60, 600));
  for (int i = 0; i < 10000; ++i) {
    cache.put_plain("n" + std::to_string(i) + ".example", kNotFound, life(60, 600));
  }
  CHECK(cache.find("example.com", kStart));
  CHECK(cache.plain() <= 1002);
  CHECK(cache.find("n9999.example", kStart));
  CHECK_FALSE(cache.find("n1.example", kStart));
}

TEST_CASE("what is used stays, what is not goes") {
  AnswerCache cache(100, kStart);
  cache.put_plain("hot.example", kNotFound, life(60, 600));
  for (int i = 0; i < 1000; ++i) {
    cache.put_plain("n" + std::to_string(i) + ".example", kNotFound, life(60, 600));
    REQUIRE(cache.find("hot.example", kStart));
  }
}

TEST_CASE("the newer kind of answer replaces the other") {
  AnswerCache cache(100, kStart);
  cache.put_plain("example.com", kNotFound, life(60, 600));
  cache.put_policy("example.com", kSecure, life(60, 600));
  CHECK(cache.find("example.com", kStart)->status == MtaStatus::ok);
  cache.put_plain("example.com", kTemp, life(60, 600));
  CHECK(cache.find("example.com", kStart)->status == MtaStatus::temp);
  CHECK(cache.policies() == 0);
}

TEST_CASE("countless reasons end in a general one of the same status") {
  AnswerCache cache(10000, kStart);
  for (int i = 0; i < 1000; ++i) {
    cache.put_plain("n" + std::to_string(i), {MtaStatus::temp, "reason " + std::to_string(i)},
                    life(60, 600));
  }
  CHECK(cache.find("n1", kStart)->reply == "13:TEMP reason 1,");
  CHECK(cache.find("n999", kStart)->status == MtaStatus::temp);
}

}  // namespace strictmx
