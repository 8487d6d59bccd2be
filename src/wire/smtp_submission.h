// wire/smtp_submission.h: hands one mail for one recipient to a relay, by SMTP (RFC 5321 §3.3) or
// LMTP (RFC 2033 §4), as a machine without sockets and clock.
//
//   greeting ─ EHLO ─┬─ STARTTLS ─ handshake ─ EHLO ─┬─ MAIL ─ RCPT ─ DATA ─ text ─ QUIT ─ close
//                    ├─ refused: HELO (SMTP) ────────┤
//                    └─ TLS not offered or refused ──┘
//
// Every event is answered with the next action; after SmtpClose the outcome stands. What comes
// behind a reply is dropped (RFC 3207 §4.2). What a relay says before the recipient is about us and
// may be mended, so a 5xx defers there; what it says to the recipient or the text is about the
// mail. Limits: those of wire/smtp_reply. Not here: deadlines (net/mail_submit).
#pragma once
#include <string>
#include <string_view>

#include "core/check/tls_facts.h"
#include "core/report/delivery_status.h"
#include "wire/smtp_client.h"

namespace strictmx {

enum class SubmissionProtocol : std::uint8_t { smtp, lmtp };

enum class SubmissionTls : std::uint8_t { if_offered, never };

struct SubmissionOptions {
  SubmissionProtocol protocol = SubmissionProtocol::smtp;
  SubmissionTls tls = SubmissionTls::if_offered;
  std::string helo_name;
};

class SmtpSubmission {
 public:
  // Addresses without brackets; `text` in lines with CRLF.
  SmtpSubmission(SubmissionOptions options, std::string from, std::string to, std::string text);

  // The connection stands.
  SmtpAction start();
  SmtpAction on_octets(std::string_view octets);
  SmtpAction on_handshake(const TlsFacts& tls);
  // The peer closed, or the connection broke, or it lasts too long; `why` in our words.
  SmtpAction on_lost(std::string_view why);

  // The outcome stands; only politeness waits for an answer to QUIT.
  bool quitting() const { return quitting_; }
  // The handshake failed: another connection without TLS may do.
  bool tls_failed() const { return tls_failed_; }
  const AttemptOutcome& outcome() const { return outcome_; }

 private:
  enum class Stage : std::uint8_t {
    greeting,
    hello,
    helo,
    starttls,
    hello_again,
    mail,
    rcpt,
    data,
    text,
  };
  SmtpAction on_reply(const SmtpReply& reply);
  SmtpAction after_hello(const SmtpReply& reply);
  SmtpAction ask(Stage stage, std::string octets);
  SmtpAction ask_hello(Stage stage);
  SmtpAction ask_mail();
  SmtpAction refuse(const SmtpReply& reply);
  SmtpAction end(AttemptOutcome::Kind kind, const SmtpReply& reply);
  SmtpAction give_up(std::string detail);
  std::string_view protocol() const;

  SubmissionOptions options_;
  std::string from_;
  std::string to_;
  std::string text_;
  SmtpReplyReader reader_;
  Stage stage_ = Stage::greeting;
  AttemptOutcome outcome_{AttemptOutcome::Kind::deferred, ""};
  bool tls_failed_ = false;
  bool quitting_ = false;
};

}  // namespace strictmx
