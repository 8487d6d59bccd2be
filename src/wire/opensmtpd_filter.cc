#include "wire/opensmtpd_filter.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "core/domain.h"
#include "wire/opensmtpd_field.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxSessions = 10000;
constexpr std::size_t kMaxText = 255;

// Fit for a value of an event that stands without quotes.
std::string word(std::string_view text) {
  std::string clean(text.substr(0, kMaxText));
  std::erase_if(clean, [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\\'; });
  return clean;
}

// "192.0.2.1:25" and "[2001:db8::1]:25" without the port.
std::string_view without_port(std::string_view address) {
  address = address.substr(0, address.rfind(':'));
  if (address.starts_with('[') && address.ends_with(']')) {
    return address.substr(1, address.size() - 2);
  }
  return address;
}

}  // namespace

OpenSmtpdFilter::Output OpenSmtpdFilter::on_line(std::string_view line) {
  Output out;
  if (line == "config|ready") {
    for (const auto kind : {"link-connect", "link-greeting", "protocol-client", "protocol-server",
                            "link-tls", "tx-rcpt", "link-disconnect"}) {
      out.replies.push_back(fmt::format("register|report|smtp-out|{}", kind));
    }
    out.replies.emplace_back("register|ready");
    return out;
  }
  if (take_field(line) != "report") return out;
  take_field(line);  // version
  take_field(line);  // time
  if (take_field(line) != "smtp-out") return out;
  const auto kind = take_field(line);
  const auto id = take_field(line);
  if (!id.empty() && id.size() <= kMaxText) on_report(kind, id, line, out);
  return out;
}

void OpenSmtpdFilter::on_report(std::string_view kind, std::string_view id, std::string_view rest,
                                Output& out) {
  if (kind == "link-connect") {
    if (sessions_.size() >= kMaxSessions) return;
    for (int skipped = 0; skipped < 3; ++skipped) take_field(rest);  // name, its check, source
    sessions_[std::string(id)].address = word(without_port(rest));
    return;
  }
  const auto entry = sessions_.find(id);
  if (entry == sessions_.end()) return;
  Session& session = entry->second;
  if (kind == "link-greeting") {
    session.host = word(rest);
    session.greeted = true;
  } else if (kind == "protocol-client") {
    session.asked = session.asked || equals_ignore_case(trim_blanks(rest), "STARTTLS");
  } else if (kind == "protocol-server") {
    on_server_line(session, rest);
  } else if (kind == "link-tls") {
    session.tls = true;
  } else if (kind == "tx-rcpt" && session.tls && !session.told) {
    const auto at = rest.rfind('@');
    const auto domain = at == rest.npos ? "" : rest.substr(at + 1, rest.find('>', at) - at - 1);
    if (!Domain::parse(domain)) return;
    session.told = true;
    out.events.push_back(
        fmt::format("event mta=opensmtpd domain={} host={} address={} result=success", word(domain),
                    session.host, session.address));
  } else if (kind == "link-disconnect") {
    const char* result = nullptr;
    if (session.greeted && !session.tls && !session.told) {
      if (session.accepted) result = "validation-failure";
      if (!session.offered) result = "starttls-not-supported";
    }
    if (result != nullptr && !session.host.empty()) {
      out.events.push_back(fmt::format("event mta=opensmtpd host={} address={} result={}",
                                       session.host, session.address, result));
    }
    sessions_.erase(entry);
  }
}

// Lines of the EHLO reply, and the reply to STARTTLS.
void OpenSmtpdFilter::on_server_line(Session& session, std::string_view line) {
  if (session.asked && !session.tls && line.starts_with("220")) session.accepted = true;
  if (line.size() < 4 || !line.starts_with("250")) return;
  if (equals_ignore_case(trim_blanks(line.substr(4)), "STARTTLS")) session.offered = true;
}

}  // namespace strictmx
