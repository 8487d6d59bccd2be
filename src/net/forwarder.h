// net/forwarder.h: a DNS server to ask, as written in the configuration: "ADDR" or "ADDR@PORT".
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"
#include "core/ip_address.h"

namespace strictmx {

struct Forwarder {
  IpAddress address;
  std::uint16_t port = 53;

  // Errors: Errc::usage.
  static Result<Forwarder> parse(const std::string& text);

  std::string text() const;  // "ADDR@PORT"
  bool is_loopback() const;
};

}  // namespace strictmx
