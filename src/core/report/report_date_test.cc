#include "core/report/report_date.h"

#include <doctest/doctest.h>

using namespace strictmx;

TEST_CASE("dates as reporters write them") {
  struct Row {
    const char* text;
    const char* when;  // empty: unreadable
    bool exact;
  };
  const Row rows[] = {
      {"2026-11-24T00:00:00Z", "2026-11-24T00:00:00Z", true},
      {"2026-11-24t23:59:59z", "2026-11-24T23:59:59Z", true},
      {"2026-11-24T00:00:00+00:00", "2026-11-24T00:00:00Z", true},
      {"2026-11-24T00:00:00-05:30", "2026-11-24T05:30:00Z", true},
      {"2026-11-24T02:00:00+02:00", "2026-11-24T00:00:00Z", true},
      {"2026-11-24T00:00:00.123456Z", "2026-11-24T00:00:00Z", true},
      {"2026-11-24T23:59:60Z", "2026-11-24T23:59:59Z", true},
      {"2026-11-24T00:00:00", "2026-11-24T00:00:00Z", false},
      {"2026-11-24 00:00:00Z", "2026-11-24T00:00:00Z", false},
      {"2026-11-24 00:00:00 +0000", "2026-11-24T00:00:00Z", false},
      {"2026-11-24T00:00Z", "2026-11-24T00:00:00Z", false},
      {"2026-11-24", "2026-11-24T00:00:00Z", false},
      {"2026-11-24T24:00:00Z", "2026-11-25T00:00:00Z", false},
      {"1795478400", "2026-11-24T00:00:00Z", false},
      {"  2026-11-24T00:00:00Z ", "2026-11-24T00:00:00Z", true},
      {"2026-02-29T00:00:00Z", "", false},
      {"2026-11-24T24:00:01Z", "", false},
      {"2026-11-24T12:60:00Z", "", false},
      {"2026-11-24T12:00:61Z", "", false},
      {"2026-11-24T00:00:00+24:00", "", false},
      {"2026-11-24T00:00:00X", "", false},
      {"2026-11-24T00:00:00Zx", "", false},
      {"2026-11-24x", "", false},
      {"24.11.2026", "", false},
      {"999999999999", "", false},
      {"0001-01-01T00:00:00Z", "", false},
      {"now", "", false},
      {"", "", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto date = read_report_date(row.text);
    CHECK((date ? format_utc(date->when) : "") == row.when);
    if (date) CHECK(date->exact == row.exact);
  }
}
