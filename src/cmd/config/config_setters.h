// cmd/config/config_setters.h: what the tables of configuration keys share: words of the file or
// the command line into values of one kind. Errors: Errc::usage, the detail names value and range.
// Private to the config_keys_*.cc.
#pragma once
#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "cmd/config/config_values.h"

namespace strictmx {

constexpr Millis kDay{86400000};

inline Result<void> set_all(std::vector<std::string>& to, const std::vector<std::string>& words,
                            Result<void> (*check)(std::string_view)) {
  for (const auto& word : words) {
    if (auto good = check(word); !good) return good;
  }
  to = words;
  return {};
}

inline Result<void> set_text(std::string& to, const std::vector<std::string>& words) {
  to = words.at(0);
  return {};
}

template <class T>
Result<void> set_number(T& to, const std::vector<std::string>& words, std::uint64_t min,
                        std::uint64_t max) {
  const auto number = parse_number(words.at(0), min, max);
  if (!number) return std::unexpected(number.error());
  to = static_cast<T>(*number);
  return {};
}

template <class T>
Result<void> set_duration(T& to, const std::vector<std::string>& words, Millis min, Millis max) {
  const auto duration = parse_duration(words.at(0), min, max);
  if (!duration) return std::unexpected(duration.error());
  const auto value = std::chrono::duration_cast<T>(*duration);
  if (value != *duration) {
    return fail(Errc::usage, fmt::format("\"{}\" is not in whole seconds", words.at(0)));
  }
  to = value;
  return {};
}

template <class T>
struct Choice {
  std::string_view word;
  T value;
};

template <class T>
Result<void> set_choice(T& to, const std::vector<std::string>& words,
                        std::initializer_list<Choice<T>> choices) {
  std::string allowed;
  for (const auto& choice : choices) {
    if (choice.word == words.at(0)) {
      to = choice.value;
      return {};
    }
    allowed += allowed.empty() ? "" : ", ";
    allowed += choice.word;
  }
  return fail(Errc::usage,
              fmt::format("\"{}\" is not one of {}", escape_remote(words.at(0)), allowed));
}

}  // namespace strictmx
