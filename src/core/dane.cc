#include "core/dane.h"

#include <algorithm>

namespace strictmx {

std::string_view name_of(DaneState state) {
  switch (state) {
    case DaneState::none:
      return "none";
    case DaneState::usable:
      return "usable";
    case DaneState::unusable:
      return "unusable";
    case DaneState::failed:
      return "failed";
    case DaneState::unreachable:
      return "unreachable";
  }
  return "failed";
}

DaneState classify_tlsa(const std::vector<TlsaRecord>& records) {
  const bool any = std::any_of(records.begin(), records.end(),
                               [](const TlsaRecord& record) { return record.usable(); });
  return any ? DaneState::usable : DaneState::unusable;
}

}  // namespace strictmx
