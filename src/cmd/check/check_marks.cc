#include "cmd/check/check_marks.h"

namespace strictmx {

Paint paint_of(CheckOutcome outcome) {
  switch (outcome) {
    case CheckOutcome::good:
      return Paint::green;
    case CheckOutcome::warnings:
      return Paint::yellow;
    case CheckOutcome::broken:
      return Paint::bright_red;
    case CheckOutcome::unknown:
      return Paint::cyan;
  }
  return Paint::plain;
}

Paint paint_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return Paint::dim;
    case Severity::notice:
      return Paint::cyan;
    case Severity::warning:
      return Paint::yellow;
    case Severity::error:
      return Paint::red;
    case Severity::critical:
      return Paint::bright_red;
  }
  return Paint::plain;
}

Paint paint_of(Mark mark) {
  switch (mark) {
    case Mark::good:
      return Paint::green;
    case Mark::fair:
      return Paint::plain;
    case Mark::weak:
      return Paint::yellow;
    case Mark::bad:
      return Paint::bright_red;
    case Mark::unknown:
      return Paint::dim;
  }
  return Paint::plain;
}

std::string_view sign_of(const TextPage& page, Mark mark) {
  switch (mark) {
    case Mark::good:
      return page.mark("✓", "+");
    case Mark::fair:
      return "~";
    case Mark::weak:
      return "!";
    case Mark::bad:
      return page.mark("✗", "x");
    case Mark::unknown:
      return "?";
  }
  return "?";
}

std::string_view sign_of(const TextPage& page, CheckOutcome outcome) {
  switch (outcome) {
    case CheckOutcome::good:
      return page.mark("✓", "+");
    case CheckOutcome::warnings:
      return "!";
    case CheckOutcome::broken:
      return page.mark("✗", "x");
    case CheckOutcome::unknown:
      return "?";
  }
  return "?";
}

std::string padded(std::string text, std::size_t columns) {
  const auto used = columns_of(text);
  if (used < columns) text.append(columns - used, ' ');
  return text;
}

}  // namespace strictmx
