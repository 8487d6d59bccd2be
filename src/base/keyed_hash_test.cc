#include "base/keyed_hash.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace strictmx {

TEST_CASE("keyed hash: equal texts agree, each octet and the length count") {
  const HashKey key;
  const std::string letters = "abcdefghijklmnopqrstuvwxyz0123456789.-abcdefghijklmnopqrstuvwxyz";
  std::set<std::uint64_t> seen;
  std::size_t texts = 0;
  for (std::size_t size = 0; size <= letters.size(); ++size) {
    std::string text = letters.substr(0, size);
    CHECK(keyed_hash(text, key) == keyed_hash(std::string(text), key));
    seen.insert(keyed_hash(text, key));
    ++texts;
    for (std::size_t i = 0; i < size; ++i) {
      std::string changed = text;
      changed[i] = '!';
      seen.insert(keyed_hash(changed, key));
      ++texts;
    }
  }
  CHECK(seen.size() == texts);
}

TEST_CASE("keyed hash: another key places the same names elsewhere") {
  const HashKey one = HashKey::random();
  const HashKey other = HashKey::random();
  int same = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "d" + std::to_string(i) + ".example";
    same += keyed_hash(name, one) % 1024 == keyed_hash(name, other) % 1024 ? 1 : 0;
  }
  CHECK(same < 20);
}

TEST_CASE("keyed hash: names that differ in a number spread evenly") {
  const HashKey key = HashKey::random();
  constexpr std::size_t kPlaces = 256;
  for (const unsigned shift : {0U, 24U, 56U}) {
    std::size_t count[kPlaces] = {};
    for (int i = 0; i < 64000; ++i) {
      ++count[keyed_hash("d" + std::to_string(i) + ".enforce.example", key) >> shift & 255];
    }
    for (const std::size_t n : count) {
      CHECK(n > 150);  // 250 expected, standard deviation 16
      CHECK(n < 350);
    }
  }
}

}  // namespace strictmx
