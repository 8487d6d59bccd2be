// core/report/delivery_status.h: how far the delivery of one report to one destination is. Pure.
// What follows from an attempt is decided in flow/report_delivery.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace strictmx {

enum class DeliveryState : std::uint8_t {
  waiting,    // to be tried at next_at
  delivered,  // accepted by the next hop
  refused,    // the destination does not want it
  expired,    // not accepted within 24 hours
};
std::string_view name_of(DeliveryState state);
std::optional<DeliveryState> parse_delivery_state(std::string_view word);

struct DeliveryStatus {
  DeliveryState state = DeliveryState::waiting;
  unsigned attempts = 0;
  WallTime first_at{};  // of the first attempt; 0: none yet
  WallTime next_at{};   // waiting: when to try; else when it ended
  std::string detail;   // of the last attempt, remote text within
  bool operator==(const DeliveryStatus&) const = default;
};

// How one attempt ended.
struct AttemptOutcome {
  enum class Kind : std::uint8_t {
    accepted,  // 2xx
    deferred,  // may work later: no connection, a 4xx reply, HTTP 5xx
    refused,   // an answer that rarely changes: HTTP 4xx and 3xx
    rejected,  // a final answer: an SMTP 5xx reply
  };
  Kind kind;
  std::string detail;                       // one line, remote text within
  std::optional<Seconds> retry_after = {};  // what the destination asked for

  static AttemptOutcome later(std::string why) { return {Kind::deferred, std::move(why)}; }
};

}  // namespace strictmx
