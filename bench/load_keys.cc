#include "bench/load_keys.h"

#include <fmt/core.h>

#include <charconv>
#include <cstdint>
#include <fstream>

#include "bench/fail.h"
#include "bench/netstring.h"

namespace strictmx::bench {
namespace {

constexpr std::size_t kMaxKeys = 10'000'000;
constexpr std::size_t kMaxRequest = 10'000;

std::uint64_t parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    fail(fmt::format("not a number: {}", text));
  }
  return value;
}

}  // namespace

std::vector<std::string> keys_of_pattern(std::string_view pattern, std::string_view range) {
  const auto hash = pattern.find('#');
  const auto colon = range.find(':');
  if (hash == std::string_view::npos) return {std::string(pattern)};
  if (colon == std::string_view::npos) fail("a pattern with # needs --range FIRST:LAST");
  const std::uint64_t first = parse_number(range.substr(0, colon));
  const std::uint64_t last = parse_number(range.substr(colon + 1));
  if (last < first || last - first >= kMaxKeys) fail(fmt::format("bad range {}", range));
  std::vector<std::string> keys;
  keys.reserve(last - first + 1);
  for (std::uint64_t number = first; number <= last; ++number) {
    keys.push_back(
        fmt::format("{}{}{}", pattern.substr(0, hash), number, pattern.substr(hash + 1)));
  }
  return keys;
}

std::vector<std::string> keys_of_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) fail_errno(path);
  std::vector<std::string> keys;
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) continue;
    if (keys.size() == kMaxKeys) fail("too many keys");
    keys.push_back(std::move(line));
  }
  return keys;
}

std::vector<std::string> make_requests(std::string_view map, const std::vector<std::string>& keys) {
  std::vector<std::string> requests;
  requests.reserve(keys.size());
  for (const std::string& key : keys) {
    requests.push_back(make_netstring(fmt::format("{} {}", map, key)));
    if (requests.back().size() > kMaxRequest) fail("a key is longer than Postfix would send");
  }
  if (requests.empty()) fail("no keys");
  return requests;
}

}  // namespace strictmx::bench
