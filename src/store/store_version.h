// store/store_version.h: the number in PRAGMA user_version: which format a file has and which
// readers it is for. It checks itself, so that a damaged number is not taken for a newer format.
// Format: docs/formats/policy-store.md. Pure, private to src/store.
#pragma once
#include <cstdint>
#include <optional>

namespace strictmx {

struct StoreVersion {
  unsigned format;         // 1..255
  unsigned oldest_reader;  // 1..format
  bool operator==(const StoreVersion&) const = default;
};

// Octets, highest first: 255 - oldest_reader, 255 - format, oldest_reader, format.
constexpr std::int32_t format_store_version(StoreVersion version) {
  const std::uint32_t low = (version.oldest_reader << 8) | version.format;
  return static_cast<std::int32_t>(((~low & 0xffffU) << 16) | low);
}

// Absent: no number of ours.
constexpr std::optional<StoreVersion> parse_store_version(std::int64_t number) {
  const auto bits = static_cast<std::uint32_t>(number);
  const StoreVersion version{bits & 0xffU, (bits >> 8) & 0xffU};
  if (version.oldest_reader < 1 || version.oldest_reader > version.format) return std::nullopt;
  if (format_store_version(version) != static_cast<std::int32_t>(bits)) return std::nullopt;
  return version;
}

}  // namespace strictmx
