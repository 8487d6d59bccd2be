#include "flow/report_delivery.h"

#include <algorithm>

namespace strictmx {

namespace {

constexpr Seconds kFirstPause{300};
constexpr Seconds kLongestPause{14400};
constexpr unsigned kMaxRefusals = 3;

// Doubled with each attempt, and up to a tenth more so that many do not come at once.
Seconds pause_after(unsigned attempts, std::uint64_t random) {
  const auto doublings = std::min(attempts > 0 ? attempts - 1 : 0U, 10U);
  const auto pause = std::min(kFirstPause * (1U << doublings), kLongestPause);
  const auto tenth = static_cast<std::uint64_t>(pause.count() / 10 + 1);
  return pause + Seconds(static_cast<std::int64_t>(random % tenth));
}

DeliveryStatus end(DeliveryStatus status, DeliveryState state, WallTime now) {
  status.state = state;
  status.next_at = now;
  return status;
}

}  // namespace

std::optional<Day> next_day_to_close(std::span<const Day> days, std::span<const Day> closed,
                                     WallTime now) {
  std::optional<Day> oldest;
  for (const auto day : days) {
    const bool over = now >= day + std::chrono::days(1) + kDayCloseDelay;
    const bool too_old = now >= day + kMaxReportAge + std::chrono::days(1);
    if (!over || too_old || std::ranges::find(closed, day) != closed.end()) continue;
    if (!oldest || day < *oldest) oldest = day;
  }
  return oldest;
}

DeliveryStatus schedule_delivery(WallTime now, Seconds spread, std::uint64_t random) {
  DeliveryStatus status;
  const auto range = static_cast<std::uint64_t>(std::max<std::int64_t>(spread.count(), 0)) + 1;
  status.next_at = now + Seconds(static_cast<std::int64_t>(random % range));
  return status;
}

DeliveryStatus after_attempt(DeliveryStatus before, const AttemptOutcome& outcome, WallTime now,
                             std::uint64_t random) {
  using Kind = AttemptOutcome::Kind;
  auto status = std::move(before);
  if (status.attempts == 0) status.first_at = now;
  ++status.attempts;
  status.detail = outcome.detail;
  if (outcome.kind == Kind::accepted) return end(status, DeliveryState::delivered, now);
  if (outcome.kind == Kind::rejected) return end(status, DeliveryState::refused, now);
  if (outcome.kind == Kind::refused && status.attempts >= kMaxRefusals) {
    return end(status, DeliveryState::refused, now);
  }
  const auto last = status.first_at + kRetryTime;
  if (now >= last) return end(status, DeliveryState::expired, now);
  const auto pause = std::max(pause_after(status.attempts, random),
                              std::min(outcome.retry_after.value_or(Seconds(0)), kLongestPause));
  status.next_at = std::min(now + pause, last);
  return status;
}

}  // namespace strictmx
