// cmd/config/config_values.h: configuration texts to values, range checked. Pure.
// Every error is Errc::usage; its detail names the value as it was given and what is allowed.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace strictmx {

// A whole number and a unit without a blank between them: ms, s, m, h or d ("1500ms", "10s").
Result<Millis> parse_duration(std::string_view text, Millis min, Millis max);
// The same in the largest unit that needs no fraction.
std::string format_duration(Millis duration);

// Decimal digits only.
Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t min, std::uint64_t max);

// "HOST:PORT"; HOST is an IP address, IPv6 in brackets. Port 0 lets the system choose.
Result<void> check_address_port(std::string_view text);
// As net/endpoint.h reads it.
Result<void> check_endpoint(std::string_view text);
// "ADDR" or "ADDR@PORT", IPv6 without brackets.
Result<void> check_forwarder(std::string_view text);

}  // namespace strictmx
