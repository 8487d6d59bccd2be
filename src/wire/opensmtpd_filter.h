// wire/opensmtpd_filter.h: the reports that OpenSMTPD gives a filter of a relay action about its
// outgoing sessions, smtpd-filters(7), as `event` lines of the line protocol (docs/line.md). Pure.
// The domain of a session is known from its first recipient. A session that ends before has none;
// its event names the host alone, and the daemon knows for which domain it gave that host.
// Limits: 10,000 sessions at once, further ones are not followed; names of 255 octets.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace strictmx {

class OpenSmtpdFilter {
 public:
  struct Output {
    std::vector<std::string> replies;  // lines for smtpd
    std::vector<std::string> events;   // lines for strictmx
  };
  // `line` without its end.
  Output on_line(std::string_view line);

 private:
  struct Session {
    std::string host;     // as it greets
    std::string address;  // without the port
    bool greeted = false;
    bool offered = false;   // STARTTLS
    bool accepted = false;  // STARTTLS was answered 220
    bool asked = false;     // STARTTLS was sent
    bool tls = false;
    bool told = false;  // an event was made of it
  };

  void on_report(std::string_view kind, std::string_view id, std::string_view rest, Output& out);
  static void on_server_line(Session& session, std::string_view line);

  std::map<std::string, Session, std::less<>> sessions_;
};

}  // namespace strictmx
