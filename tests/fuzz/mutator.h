// tests/fuzz/mutator.h: changes of an input that keep its form more often than octets changed at
// random do: libFuzzer calls them as LLVMFuzzerCustomMutator, and mixes in its own changes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace strictmx::fuzz {

// What libFuzzer hands over, and takes back.
struct Input {
  std::uint8_t* data;
  std::size_t size;
  std::size_t max_size;
  unsigned seed;
};

// A text of pieces, each with the octet of `ends` behind it: lines, fields, lists.
struct PieceForm {
  std::string_view ends;
  std::span<const std::string_view> words;  // whole pieces and parts of them
  std::size_t head = 0;                     // octets in front that are no text
};

// Erases, doubles, moves, replaces or changes a piece. Returns the new size.
std::size_t mutate_pieces(const Input& input, const PieceForm& form);

// The same for the values and members of JSON. `words`: values, or "name":value.
std::size_t mutate_json(const Input& input, std::span<const std::string_view> words);

}  // namespace strictmx::fuzz
