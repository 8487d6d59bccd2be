// flow/report_delivery.h: when a day's reports are made and when each of them is sent, over days:
// delay, retries, the end (RFC 8460 §4.1, §5.5). Pure: the time and all randomness are parameters.
// Limits: 24 hours from the first attempt to the last; 3 refusals.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/time.h"
#include "core/report/delivery_status.h"
#include "core/tls_result.h"

namespace strictmx {

constexpr Seconds kDayCloseDelay{300};         // what was counted late is in by then
constexpr std::chrono::days kMaxReportAge{7};  // older days are not reported any more
constexpr Seconds kRetryTime{86400};           // RFC 8460 §5.5

// The oldest day that is over and was not closed yet, if its time has come.
std::optional<Day> next_day_to_close(std::span<const Day> days, std::span<const Day> closed,
                                     WallTime now);

// A new delivery: at a random time within `spread` (RFC 8460 §4.1, RPT-T02). `random`: any number.
DeliveryStatus schedule_delivery(WallTime now, Seconds spread, std::uint64_t random);

// RFC 8460 §5.5, RPT-T19: again after 5 minutes, then after twice as long each time, at most after
// 4 hours, once more at the end of 24 hours, then never.
DeliveryStatus after_attempt(DeliveryStatus before, const AttemptOutcome& outcome, WallTime now,
                             std::uint64_t random);

}  // namespace strictmx
