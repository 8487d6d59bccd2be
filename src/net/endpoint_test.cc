#include "net/endpoint.h"

#include <doctest/doctest.h>

namespace strictmx {
namespace {

TEST_CASE("endpoint: accepted forms print as they were written") {
  for (const std::string text :
       {"inet:127.0.0.1:8461", "inet:0.0.0.0:0", "inet:[::1]:65535", "inet:[2001:db8::1]:25",
        "unix:/run/strictmx/policy.sock", "systemd:policy"}) {
    CAPTURE(text);
    const auto endpoint = Endpoint::parse(text);
    REQUIRE(endpoint.has_value());
    CHECK(endpoint->text() == text);
  }
}

TEST_CASE("endpoint: what is wrong is said") {
  struct Row {
    std::string text;
    std::string_view why;
  };
  const Row rows[] = {
      {"", "must begin with inet:, unix: or systemd:"},
      {"127.0.0.1:8461", "must begin with inet:, unix: or systemd:"},
      {"inet:8461", "the port is missing"},
      {"inet:127.0.0.1:", "the port must be a number"},
      {"inet:127.0.0.1:65536", "the port must be a number"},
      {"inet:127.0.0.1:-1", "the port must be a number"},
      {"inet:127.0.0.1:25x", "the port must be a number"},
      {"inet:localhost:25", "the host must be an IP address"},
      {"inet::25", "the host must be an IP address"},
      {"inet:::1:25", "brackets belong around IPv6"},
      {"inet:[127.0.0.1]:25", "brackets belong around IPv6"},
      {"unix:policy.sock", "the path must be absolute"},
      {"unix:", "the path must be absolute"},
      {"unix:/" + std::string(107, 'x'), "over 107 octets"},
      {std::string("unix:/a\0b", 9), "holds a NUL"},
      {"systemd:", "needs the FileDescriptorName"},
      {"systemd:a:b", "needs the FileDescriptorName"},
      {"systemd:a b", "needs the FileDescriptorName"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto endpoint = Endpoint::parse(row.text);
    REQUIRE_FALSE(endpoint.has_value());
    CHECK(endpoint.error().code == Errc::usage);
    CHECK(endpoint.error().detail.find(row.why) != std::string::npos);
  }
}

TEST_CASE("endpoint: the longest path") {
  CHECK(Endpoint::parse("unix:/" + std::string(106, 'x')).has_value());
}

}  // namespace
}  // namespace strictmx
