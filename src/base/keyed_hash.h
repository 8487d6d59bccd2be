// base/keyed_hash.h: a fast hash of short texts for tables in memory, with a key of the process, so
// that nobody outside can choose names that meet in one place. Not for signatures, not for disk.
// Made of products of 64 by 64 bits whose halves are folded, 16 octets at a time.
#pragma once
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>

namespace strictmx {

struct HashKey {
  std::uint64_t first = 0x9e3779b97f4a7c15;
  std::uint64_t second = 0xd1b54a32d192ed03;

  // From the system's randomness.
  static HashKey random() {
    std::random_device source;
    const auto word = [&source] { return std::uint64_t{source()} << 32 | source(); };
    const std::uint64_t first = word();
    return {first, word() | 1};
  }
};

namespace detail {

inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

template <class Word>
std::uint64_t read_word(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

}  // namespace detail

inline std::uint64_t keyed_hash(std::string_view text, const HashKey& key) {
  using detail::fold;
  using detail::read_word;
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t state = key.first ^ text.size();
  for (; left > 16; at += 16, left -= 16) {
    state =
        fold(read_word<std::uint64_t>(at) ^ key.second, read_word<std::uint64_t>(at + 8) ^ state);
  }
  std::uint64_t low = 0;  // the last 1 to 16 octets, with overlap
  std::uint64_t high = 0;
  if (left >= 8) {
    low = read_word<std::uint64_t>(at);
    high = read_word<std::uint64_t>(at + left - 8);
  } else if (left >= 4) {
    low = read_word<std::uint32_t>(at);
    high = read_word<std::uint32_t>(at + left - 4);
  } else {
    for (std::size_t i = 0; i < left; ++i) low = low << 8 | static_cast<unsigned char>(at[i]);
  }
  return fold(fold(low ^ key.second, high ^ state), key.first ^ key.second);
}

}  // namespace strictmx
