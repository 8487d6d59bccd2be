#include "core/report/delivery_status.h"

namespace strictmx {

std::string_view name_of(DeliveryState state) {
  switch (state) {
    case DeliveryState::waiting:
      return "waiting";
    case DeliveryState::delivered:
      return "delivered";
    case DeliveryState::refused:
      return "refused";
    case DeliveryState::expired:
      return "expired";
  }
  return "waiting";
}

std::optional<DeliveryState> parse_delivery_state(std::string_view word) {
  for (const auto state : {DeliveryState::waiting, DeliveryState::delivered, DeliveryState::refused,
                           DeliveryState::expired}) {
    if (word == name_of(state)) return state;
  }
  return std::nullopt;
}

}  // namespace strictmx
