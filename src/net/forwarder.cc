#include "net/forwarder.h"

#include <fmt/format.h>

#include <charconv>

namespace strictmx {

Result<Forwarder> Forwarder::parse(const std::string& text) {
  const auto refuse = [&](std::string_view why) {
    return fail(Errc::usage, fmt::format("forwarder \"{}\": {}", text, why));
  };
  const auto at = text.find('@');
  const auto address = IpAddress::parse(std::string_view(text).substr(0, at));
  if (!address) return refuse("must be an IP address, with or without @PORT");
  Forwarder forwarder{*address};
  if (at != std::string::npos) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + at + 1, end, forwarder.port);
    if (error != std::errc{} || stop != end || forwarder.port == 0)
      return refuse("the port must be a number from 1 to 65535");
  }
  return forwarder;
}

std::string Forwarder::text() const { return fmt::format("{}@{}", address.text(), port); }

bool Forwarder::is_loopback() const {
  return address.is_v4() ? address.octets()[0] == 127 : address == *IpAddress::parse("::1");
}

}  // namespace strictmx
