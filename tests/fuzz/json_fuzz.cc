// JSON as the control socket, lists and reports use it: what was read is printed as JSON that means
// the same, whatever stands behind it is left, and nesting has its limit.
#include <algorithm>
#include <cmath>
#include <string>

#include "base/json.h"
#include "check.h"
#include "mutator.h"

using namespace strictmx;
using fuzz::check;

namespace {

constexpr std::string_view kWords[] = {"{}",
                                       "[]",
                                       "null",
                                       "true",
                                       "-0",
                                       "1e308",
                                       "9223372036854775808",
                                       "0.1",
                                       "\"a\":1",
                                       "\"\\u0000\"",
                                       "\"\\ud83d\\ude00\"",
                                       "[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]"};

int depth(const Json& value) {
  int deepest = 0;
  if (const auto* array = value.array()) {
    for (const auto& element : *array) deepest = std::max(deepest, 1 + depth(element));
  } else if (const auto* object = value.object()) {
    for (const auto& member : *object) deepest = std::max(deepest, 1 + depth(member.second));
  }
  return deepest;
}

// But for the last digits of fractions.
bool same(const Json& a, const Json& b) {
  if (const auto* array = a.array()) {
    return b.array() != nullptr && std::ranges::equal(*array, *b.array(), same);
  }
  if (const auto* object = a.object()) {
    return b.object() != nullptr &&
           std::ranges::equal(*object, *b.object(), [](const auto& left, const auto& right) {
             return left.first == right.first && same(left.second, right.second);
           });
  }
  if (a.real() == nullptr) return a.dump() == b.dump();
  return b.real() != nullptr &&
         std::abs(*a.real() / 2 - *b.real() / 2) <= std::abs(*a.real()) * 1e-14;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_json({data, size, max_size, seed}, kWords);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text(data, size);
  auto rest = text;
  const auto front = Json::parse_front(rest);
  check(front ? rest.size() < text.size() : !front.error().detail.empty(), "read or refused");
  const auto value = Json::parse(text);
  if (!value) return 0;
  check(front.has_value(), "a whole text has a front");
  check(depth(*value) <= 16, "nesting is bounded");
  static_cast<void>(Json::repeated_name(text));
  const auto printed = value->dump();
  check(printed.find('\n') == printed.npos, "one line");
  const auto again = Json::parse(printed);
  check(again && same(*value, *again), "the same");
  return 0;
}
