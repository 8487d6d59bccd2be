#include "cmd/config/reportd_options.h"

#include <doctest/doctest.h>

namespace strictmx {

TEST_CASE("where report mails are handed over") {
  using enum SubmissionProtocol;
  const auto tcp = [](SubmissionProtocol protocol, const char* host, std::uint16_t port) {
    return MailRelay{protocol, host, port, "", {}};
  };
  CHECK(parse_relay("127.0.0.1:25") == tcp(smtp, "127.0.0.1", 25));
  CHECK(parse_relay("mail.example.com:587") == tcp(smtp, "mail.example.com", 587));
  CHECK(parse_relay("lmtp:localhost:24") == tcp(lmtp, "localhost", 24));
  CHECK(parse_relay("lmtp:[::1]:24") == tcp(lmtp, "::1", 24));
  CHECK(parse_relay("unix:/run/smtp") == MailRelay{smtp, "127.0.0.1", 25, "/run/smtp", {}});
  CHECK(parse_relay("lmtp:unix:/run/l") == MailRelay{lmtp, "127.0.0.1", 25, "/run/l", {}});
  for (const char* bad : {"", "lmtp:", "host", "lmtp:host", "host:0", "host:65536", "unix:relative",
                          "lmtp:lmtp:host:24", "lmtp://host:24", "[host]:25", "unix:"}) {
    CAPTURE(bad);
    CHECK(parse_relay(bad).error().code == Errc::usage);
  }
}

}  // namespace strictmx
