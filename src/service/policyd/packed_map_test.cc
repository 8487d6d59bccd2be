#include "service/policyd/packed_map.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>

#include "base/keyed_hash.h"

namespace strictmx {

namespace {

// A PackedMap of texts.
struct Texts {
  explicit Texts(std::uint64_t hash_mask = ~std::uint64_t{0}) : mask(hash_mask) {}

  std::uint64_t hash(std::string_view key) const { return keyed_hash(key, hash_key) & mask; }
  bool put(std::string_view key, std::string_view text) { return map.put(hash(key), key, text); }
  bool erase(std::string_view key) { return map.erase(hash(key), key); }
  std::string get(std::string_view key) {
    const auto found = map.find(hash(key), key);
    return found.data() == nullptr ? "-" : std::string(found.data(), found.size());
  }

  HashKey hash_key;
  std::uint64_t mask;  // few bits: all keys meet in few places
  PackedMap map;
};

}  // namespace

TEST_CASE("packed map: put, replace, erase") {
  Texts texts;
  CHECK(texts.get("a") == "-");
  CHECK_FALSE(texts.erase("a"));
  CHECK(texts.put("a", "one"));
  CHECK(texts.put("b", ""));
  CHECK(texts.get("a") == "one");
  CHECK(texts.get("b") == "");
  CHECK(texts.put("a", "two"));      // in place
  CHECK(texts.put("b", "another"));  // elsewhere
  CHECK(texts.get("a") == "two");
  CHECK(texts.get("b") == "another");
  CHECK(texts.map.size() == 2);
  CHECK(texts.erase("a"));
  CHECK(texts.get("a") == "-");
  CHECK(texts.get("b") == "another");
  CHECK(texts.map.size() == 1);
}

TEST_CASE("packed map: what is too long is not stored, and not there any more") {
  Texts texts;
  const std::string longest(255, 'k');
  CHECK(texts.put(longest, "v"));
  CHECK(texts.get(longest) == "v");
  CHECK_FALSE(texts.put(longest + "k", "v"));
  CHECK(texts.put("a", std::string((std::size_t{1} << 24) - 1, 'v')));
  CHECK(texts.get("a").size() == (std::size_t{1} << 24) - 1);
  CHECK_FALSE(texts.put("a", std::string(std::size_t{1} << 24, 'v')));
  CHECK(texts.get("a") == "-");
}

TEST_CASE("packed map: agrees with a std::map over a random history") {
  for (const std::uint64_t mask : {~std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{0}}) {
    CAPTURE(mask);
    Texts texts(mask);
    std::map<std::string, std::string> model;
    std::mt19937 random(1);
    for (int step = 0; step < 20000; ++step) {
      const std::string key = "k" + std::to_string(random() % 150);
      switch (random() % 4) {
        case 0:
        case 1: {
          const std::string text(random() % 40, static_cast<char>('a' + step % 26));
          REQUIRE(texts.put(key, text));
          model[key] = text;
          break;
        }
        case 2:
          REQUIRE(texts.erase(key) == (model.erase(key) == 1));
          break;
        default:
          REQUIRE(texts.get(key) == (model.contains(key) ? model[key] : "-"));
      }
      REQUIRE(texts.map.size() == model.size());
    }
    for (const auto& [key, text] : model) CHECK(texts.get(key) == text);
  }
}

TEST_CASE("packed map: many entries, all found") {
  Texts texts;
  for (int i = 0; i < 50000; ++i) {
    REQUIRE(texts.put("d" + std::to_string(i) + ".example", std::to_string(i)));
  }
  CHECK(texts.map.size() == 50000);
  int wrong = 0;
  for (int i = 0; i < 50000; ++i) {
    wrong += texts.get("d" + std::to_string(i) + ".example") == std::to_string(i) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("packed map: entries that change in length for ever do not take more and more room") {
  Texts texts;
  for (int i = 0; i < 100; ++i) texts.put("d" + std::to_string(i), std::string(100, 'x'));
  std::size_t most = 0;
  for (int round = 0; round < 3000; ++round) {
    for (int i = 0; i < 100; ++i) {
      texts.put("d" + std::to_string(i),
                std::string(static_cast<std::size_t>(100 + (round + i) % 50), 'y'));
    }
    most = std::max(most, texts.map.octets());
  }
  CHECK(most < 256 * 12 * 1024);  // 47 MB were written
  CHECK(texts.get("d7").size() == 100 + (2999 + 7) % 50);
}

TEST_CASE("packed map: a negative entry costs less than 100 octets") {
  constexpr std::size_t kEntries = 200000;
  Texts texts;
  const std::string record(12, 'r');
  for (std::size_t i = 0; i < kEntries; ++i) {
    texts.put("d" + std::to_string(i) + ".absent.example", record);
  }
  CHECK(texts.map.octets() / kEntries < 100);
}

}  // namespace strictmx
