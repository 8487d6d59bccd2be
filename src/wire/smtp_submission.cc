#include "wire/smtp_submission.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxDetail = 200;

// RFC 5321 §4.5.2, with the line that ends it.
std::string transparent(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 64);
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    if (line.starts_with('.')) out += '.';
    out += line;
    text.remove_prefix(line.size());
  }
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out + ".\r\n";
}

}  // namespace

SmtpSubmission::SmtpSubmission(SubmissionOptions options, std::string from, std::string to,
                               std::string text)
    : options_(std::move(options)),
      from_(std::move(from)),
      to_(std::move(to)),
      text_(std::move(text)) {}

std::string_view SmtpSubmission::protocol() const {
  return options_.protocol == SubmissionProtocol::lmtp ? "LMTP" : "SMTP";
}

SmtpAction SmtpSubmission::start() { return SmtpRead{}; }

SmtpAction SmtpSubmission::on_octets(std::string_view octets) {
  const auto next = reader_.next(octets);
  if (!next && quitting_) return SmtpClose{};
  if (!next) return give_up(fmt::format("{}: {}", protocol(), next.error().detail));
  if (!*next) return SmtpRead{};
  if (quitting_) return SmtpClose{};
  return on_reply(**next);
}

SmtpAction SmtpSubmission::on_reply(const SmtpReply& reply) {
  switch (stage_) {
    case Stage::greeting:
      return reply.positive() ? ask_hello(Stage::hello) : refuse(reply);
    case Stage::hello:
      return after_hello(reply);
    case Stage::helo:
    case Stage::hello_again:
      return reply.positive() ? ask_mail() : refuse(reply);
    case Stage::starttls:
      if (reply.positive()) return SmtpHandshake{};
      return ask_mail();  // RPT-T13
    case Stage::mail:
      return reply.positive() ? ask(Stage::rcpt, fmt::format("RCPT TO:<{}>\r\n", to_))
                              : refuse(reply);
    case Stage::rcpt:
      return reply.positive() ? ask(Stage::data, "DATA\r\n") : refuse(reply);
    case Stage::data:
      return reply.intermediate() ? ask(Stage::text, transparent(text_)) : refuse(reply);
    case Stage::text:  // RFC 2033 §4.2: a reply for each recipient, and there is one
      return reply.positive() ? end(AttemptOutcome::Kind::accepted, reply) : refuse(reply);
  }
  return SmtpClose{};
}

SmtpAction SmtpSubmission::after_hello(const SmtpReply& reply) {
  const bool smtp = options_.protocol == SubmissionProtocol::smtp;
  if (smtp && reply.permanent()) {  // RFC 5321 §3.2
    return ask(Stage::helo, fmt::format("HELO {}\r\n", options_.helo_name));
  }
  if (!reply.positive()) return refuse(reply);
  const bool tls = options_.tls == SubmissionTls::if_offered && offers(reply, "STARTTLS");
  return tls ? ask(Stage::starttls, "STARTTLS\r\n") : ask_mail();
}

SmtpAction SmtpSubmission::on_handshake(const TlsFacts& tls) {
  reader_ = SmtpReplyReader();
  tls_failed_ = tls.status != HandshakeStatus::done;
  if (tls_failed_) return give_up(fmt::format("STARTTLS: {}", tls.detail));
  return ask_hello(Stage::hello_again);  // RFC 3207 §4.2
}

SmtpAction SmtpSubmission::on_lost(std::string_view why) {
  if (quitting_) return SmtpClose{};
  return give_up(fmt::format("{}: {}", protocol(), why));
}

SmtpAction SmtpSubmission::ask(Stage stage, std::string octets) {
  stage_ = stage;
  return SmtpSend{std::move(octets)};
}

SmtpAction SmtpSubmission::ask_hello(Stage stage) {
  const bool lmtp = options_.protocol == SubmissionProtocol::lmtp;
  return ask(stage, fmt::format("{} {}\r\n", lmtp ? "LHLO" : "EHLO", options_.helo_name));
}

SmtpAction SmtpSubmission::ask_mail() {
  return ask(Stage::mail, fmt::format("MAIL FROM:<{}>\r\n", from_));
}

SmtpAction SmtpSubmission::refuse(const SmtpReply& reply) {
  using Kind = AttemptOutcome::Kind;
  const bool about_mail = stage_ >= Stage::rcpt;
  return end(about_mail && reply.permanent() ? Kind::rejected : Kind::deferred, reply);
}

SmtpAction SmtpSubmission::end(AttemptOutcome::Kind kind, const SmtpReply& reply) {
  const auto said = reply.lines.empty() ? "" : escape_remote(reply.lines.back(), kMaxDetail);
  outcome_ = {kind, fmt::format("{} {} {}", protocol(), reply.code, said)};
  quitting_ = true;
  return SmtpSend{"QUIT\r\n"};
}

SmtpAction SmtpSubmission::give_up(std::string detail) {
  outcome_ = {AttemptOutcome::Kind::deferred, std::move(detail)};
  return SmtpClose{};
}

}  // namespace strictmx
