// scenario/text.h: reads scenario files (README.md has the grammar) into lines of words. Pure.
// Every complaint is a BadScenario whose text begins with "file:line: ".
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace strictmx::scenario {

// The text of a scenario is not in the form.
struct BadScenario : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// The daemon did something else than the scenario says.
struct Deviation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Line {
  int number;
  std::vector<std::string> words;  // quotes and escapes resolved; what follows "->" is one word
};

struct Scenario {
  std::string file;
  std::string name;
  std::vector<Line> lines;

  std::string where(const Line& line) const;  // "file:line: "
};

// `file` is used in messages only. Each scenario has a name of its own and at least one "ask".
std::vector<Scenario> read_scenarios(const std::string& file, std::string_view text);

// The words of one line. Throws BadScenario without a place.
std::vector<std::string> read_words(std::string_view line);

// "90", "90s", "5m", "2h", "30d", "52w", and sums as "365d6h". Throws BadScenario without a place.
Seconds read_duration(std::string_view text);
std::size_t read_count(std::string_view text);

// Takes words of a line one by one. Throws BadScenario without a place.
class Words {
 public:
  explicit Words(const std::vector<std::string>& words) : words_(words) {}

  bool empty() const { return next_ == words_.size(); }
  const std::string& peek() const { return words_.at(next_); }
  const std::string& take(std::string_view what);  // `what` is missing when there is none
  bool skip(std::string_view word);                // takes the word if it is the next one
  void end() const;                                // nothing may be left

 private:
  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
};

}  // namespace strictmx::scenario
