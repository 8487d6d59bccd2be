// net/mail_submit.h: one mail to a relay by SMTP or LMTP, over TCP or a unix socket. Private to
// net: included by report_sender.cc only. STARTTLS is used when offered and not verified: the relay
// is the operator's own, and a report goes out whatever is wrong with TLS (RFC 8460 §3). On a unix
// socket it is not asked for. Limits: the deadline for all of it, 8 addresses of the relay, 10 s to
// connect to one. Not here: what is said (wire/smtp_submission).
#pragma once
#include <memory>
#include <set>
#include <vector>

#include "core/report/delivery_status.h"
#include "net/asio.h"
#include "net/outgoing_stream.h"
#include "net/report_sender.h"

namespace strictmx {

class MailSubmit {
 public:
  // `io` must outlive the object, and the object all coroutines that use it.
  // Errors: Errc::unsupported (OpenSSL).
  static Result<std::unique_ptr<MailSubmit>> create(asio::io_context& io, MailRelay relay);
  MailSubmit(const MailSubmit&) = delete;
  MailSubmit& operator=(const MailSubmit&) = delete;

  Task<AttemptOutcome> submit(OutgoingMail mail, MonoTime deadline);

  // Ends all attempts under way, and at once all later ones, as deferred.
  void cancel_all();

 private:
  // How the words with one peer ended.
  struct Said {
    AttemptOutcome outcome;
    bool connected = false;
    bool tls_failed = false;
  };
  MailSubmit(asio::io_context& io, MailRelay relay, TlsClientContext tls)
      : io_(io), relay_(std::move(relay)), tls_(std::move(tls)) {}
  Task<std::vector<Endpoint>> find_peers(MonoTime deadline);
  Task<Said> talk(const OutgoingMail& mail, Endpoint peer, SubmissionTls tls, MonoTime deadline);
  Task<SmtpAction> act(OutgoingStream& stream, SmtpSubmission& submission, SmtpAction action,
                       MonoTime deadline);

  asio::io_context& io_;
  const MailRelay relay_;
  const TlsClientContext tls_;
  std::set<OutgoingStream*> streams_;  // in the frames of the running coroutines
  bool cancelled_ = false;
};

}  // namespace strictmx
