#include "scenario/text.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "support/vectors.h"

namespace strictmx::scenario {

namespace {

constexpr std::string_view kArrow = "->";

// One word, or a text in quotes, from the front of `line`.
std::string take_word(std::string_view& line) {
  const bool quoted = line.front() == '"';
  if (!quoted) {
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    const std::string word(line.substr(0, end));
    line.remove_prefix(end);
    return word;
  }
  const auto end = line.find('"', 1);
  if (end == std::string_view::npos) throw BadScenario("quote is not closed");
  std::string word = testing::unescape(line.substr(1, end - 1));
  line.remove_prefix(end + 1);
  return word;
}

// Checks what only the whole file shows.
void check(const std::vector<Scenario>& scenarios, const std::string& file) {
  std::set<std::string> names;
  if (scenarios.empty()) throw BadScenario(file + ":1: no scenario");
  for (const auto& scenario : scenarios) {
    const std::string where = scenario.where(scenario.lines.front());
    const bool asks = std::any_of(scenario.lines.begin(), scenario.lines.end(), [](const Line& l) {
      return l.words.front() == "ask" || l.words.front() == "late" || l.words.front() == "begin";
    });
    if (!asks) throw BadScenario(where + "nothing is asked");
    if (!names.insert(scenario.name).second) throw BadScenario(where + "name is taken");
  }
}

Seconds unit(char letter) {
  switch (letter) {
    case 's':
      return Seconds{1};
    case 'm':
      return std::chrono::minutes{1};
    case 'h':
      return std::chrono::hours{1};
    case 'd':
      return std::chrono::days{1};
    case 'w':
      return std::chrono::weeks{1};
    default:
      throw BadScenario("no unit of time: " + std::string(1, letter));
  }
}

}  // namespace

std::string Scenario::where(const Line& line) const {
  return file + ":" + std::to_string(line.number) + ": ";
}

std::vector<std::string> read_words(std::string_view line) {
  std::vector<std::string> words;
  for (;;) {
    line = trim_blanks(line);
    if (line.empty() || line.front() == '#') return words;
    words.push_back(take_word(line));
    if (words.back() != kArrow) continue;
    words.emplace_back(trim_blanks(line));
    if (words.back().empty()) throw BadScenario("nothing behind the arrow");
    return words;
  }
}

std::vector<Scenario> read_scenarios(const std::string& file, std::string_view text) {
  std::vector<Scenario> scenarios;
  int number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    try {
      std::vector<std::string> words = read_words(line);
      if (words.empty()) continue;
      if (words.front() == "scenario") {
        Words rest(words);
        rest.skip("scenario");
        scenarios.push_back(Scenario{file, rest.take("name"), {}});
        rest.end();
      }
      if (scenarios.empty()) throw BadScenario("before the first scenario");
      scenarios.back().lines.push_back(Line{number, std::move(words)});
    } catch (const std::runtime_error& error) {
      throw BadScenario(file + ":" + std::to_string(number) + ": " + error.what());
    }
  }
  check(scenarios, file);
  return scenarios;
}

std::size_t read_count(std::string_view text) {
  constexpr std::size_t kMaxDigits = 10;
  if (text.empty() || text.size() > kMaxDigits || !std::all_of(text.begin(), text.end(), is_digit))
    throw BadScenario("no number: " + std::string(text));
  return std::stoull(std::string(text));
}

Seconds read_duration(std::string_view text) {
  Seconds sum{0};
  if (text.empty()) throw BadScenario("no duration");
  while (!text.empty()) {
    const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
    const Seconds each = end == text.size() ? Seconds{1} : unit(text[end]);
    sum += each * static_cast<std::int64_t>(read_count(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return sum;
}

const std::string& Words::take(std::string_view what) {
  if (empty()) throw BadScenario("missing: " + std::string(what));
  return words_[next_++];
}

bool Words::skip(std::string_view word) {
  if (empty() || words_[next_] != word) return false;
  ++next_;
  return true;
}

void Words::end() const {
  if (!empty()) throw BadScenario("too much: " + words_[next_]);
}

}  // namespace strictmx::scenario
