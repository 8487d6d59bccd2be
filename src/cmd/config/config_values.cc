#include "cmd/config/config_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "core/ip_address.h"
#include "net/endpoint.h"

namespace strictmx {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array kUnits{Unit{"d", 86400000}, Unit{"h", 3600000}, Unit{"m", 60000},
                            Unit{"s", 1000}, Unit{"ms", 1}};

std::unexpected<Error> refuse(std::string_view value, std::string_view allowed) {
  return fail(Errc::usage, fmt::format("\"{}\" is not {}", escape_remote(value), allowed));
}

bool read_digits(std::string_view text, std::uint64_t& number) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string format_duration(Millis duration) {
  for (const auto& unit : kUnits) {
    if (duration.count() != 0 && duration.count() % unit.milliseconds == 0) {
      return fmt::format("{}{}", duration.count() / unit.milliseconds, unit.name);
    }
  }
  return "0s";
}

Result<Millis> parse_duration(std::string_view text, Millis min, Millis max) {
  const auto allowed = fmt::format("a duration from {} to {} (units: ms, s, m, h, d)",
                                   format_duration(min), format_duration(max));
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::uint64_t number = 0;
  if (!read_digits(text.substr(0, digits), number)) return refuse(text, allowed);
  for (const auto& unit : kUnits) {
    if (text.substr(digits) != unit.name) continue;
    const auto most = static_cast<std::uint64_t>(max.count() / unit.milliseconds);
    if (number > most) break;
    const Millis duration{static_cast<std::int64_t>(number) * unit.milliseconds};
    if (duration < min) break;
    return duration;
  }
  return refuse(text, allowed);
}

Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t min, std::uint64_t max) {
  std::uint64_t number = 0;
  if (!read_digits(text, number) || number < min || number > max) {
    return refuse(text, fmt::format("a number from {} to {}", min, max));
  }
  return number;
}

Result<void> check_address_port(std::string_view text) {
  if (text.starts_with("systemd:") && Endpoint::parse(text)) return {};
  if (Endpoint::parse(fmt::format("inet:{}", text))) return {};
  return refuse(text, "ADDRESS:PORT, e.g. 127.0.0.1:8462 or [::1]:8462 (ports 0 to 65535)");
}

Result<void> check_endpoint(std::string_view text) {
  if (Endpoint::parse(text)) return {};
  return refuse(text,
                "an endpoint: inet:ADDRESS:PORT (ports 0 to 65535), unix:PATH (absolute, at most "
                "107 octets) or systemd:NAME");
}

Result<void> check_forwarder(std::string_view text) {
  const auto at = text.find('@');
  const bool port_good =
      at == std::string_view::npos || parse_number(text.substr(at + 1), 1, 65535);
  if (!port_good || !IpAddress::parse(text.substr(0, at))) {
    return refuse(text, "ADDRESS or ADDRESS@PORT, e.g. 127.0.0.1@5353 (ports 1 to 65535)");
  }
  return {};
}

}  // namespace strictmx
