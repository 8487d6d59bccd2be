#include "core/report/report_date.h"

#include <algorithm>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxDate = 64;

// Reads from the front; a part that is not there leaves the text as it is.
class DateText {
 public:
  explicit DateText(std::string_view text) : text_(text) {}

  std::optional<int> number(std::size_t digits) {
    if (text_.size() < digits) return std::nullopt;
    const auto part = text_.substr(0, digits);
    if (!std::ranges::all_of(part, is_digit)) return std::nullopt;
    text_.remove_prefix(digits);
    int value = 0;
    for (const char c : part) value = value * 10 + (c - '0');
    return value;
  }

  bool skip(std::string_view any_of) {
    if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }

  void skip_digits() {
    while (!text_.empty() && is_digit(text_.front())) text_.remove_prefix(1);
  }

  char front() const { return text_.empty() ? '\0' : text_.front(); }
  bool empty() const { return text_.empty(); }

 private:
  std::string_view text_;
};

std::optional<ReadDate> read_epoch(std::string_view text) {
  constexpr std::size_t kMaxDigits = 12;
  if (text.size() < 9 || text.size() > kMaxDigits || !std::ranges::all_of(text, is_digit)) {
    return std::nullopt;
  }
  std::int64_t seconds = 0;
  for (const char c : text) seconds = seconds * 10 + (c - '0');
  const WallTime when{Seconds(seconds)};
  if (when > WallTime(Seconds(253402300799))) return std::nullopt;  // year 9999
  return ReadDate{when, false};
}

std::optional<Seconds> read_zone(DateText& text, bool& exact) {
  if (text.empty()) {
    exact = false;  // Seen: Microsoft, 2023: no zone, UTC is meant
    return Seconds(0);
  }
  if (text.front() == 'Z' || text.front() == 'z') {
    text.skip("Zz");
    return Seconds(0);
  }
  const bool west = text.front() == '-';
  if (!text.skip("+-")) return std::nullopt;
  const auto hours = text.number(2);
  exact = text.skip(":") && exact;
  const auto minutes = text.number(2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const Seconds offset{*hours * 3600 + *minutes * 60};
  return west ? -offset : offset;
}

struct Clock24 {
  Seconds time{0};
  bool exact = true;
};

// RFC 3339 §5.6: partial-time.
std::optional<Clock24> read_clock(DateText& text) {
  Clock24 clock;
  const auto hour = text.number(2);
  const bool colon = text.skip(":");
  const auto minute = text.number(2);
  if (!hour || !colon || !minute || *hour > 24 || *minute > 59) return std::nullopt;
  int second = 0;
  if (text.skip(":")) {
    const auto value = text.number(2);
    if (!value || *value > 60) return std::nullopt;
    second = std::min(*value, 59);  // a leap second
  } else {
    clock.exact = false;
  }
  if (*hour == 24) {  // Seen: ends of days; RFC 3339 has hours up to 23
    if (*minute != 0 || second != 0) return std::nullopt;
    clock.exact = false;
  }
  if (text.skip(".")) text.skip_digits();
  clock.time = Seconds(*hour * 3600 + *minute * 60 + second);
  return clock;
}

}  // namespace

std::optional<ReadDate> read_report_date(std::string_view text) {
  text = trim_blanks(text);
  if (text.size() > kMaxDate) return std::nullopt;
  if (const auto epoch = read_epoch(text)) return epoch;
  DateText rest(text);
  const auto year = rest.number(4);
  const bool first = rest.skip("-");
  const auto month = rest.number(2);
  const bool second = rest.skip("-");
  const auto day = rest.number(2);
  if (!year || !first || !month || !second || !day || *year < 1970) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  ReadDate read{std::chrono::sys_days(date), true};
  if (rest.empty()) return ReadDate{read.when, false};
  if (!rest.skip("Tt")) {
    if (!rest.skip(" ")) return std::nullopt;
    read.exact = false;
  }
  const auto clock = read_clock(rest);
  if (!clock) return std::nullopt;
  read.exact = read.exact && clock->exact;
  if (rest.skip(" ")) read.exact = false;
  const auto offset = read_zone(rest, read.exact);
  if (!offset || !rest.empty()) return std::nullopt;
  read.when += clock->time - *offset;
  return read;
}

}  // namespace strictmx
