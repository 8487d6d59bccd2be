// net/report_sender.h: hands reports over: by HTTPS POST to their endpoint (RFC 8460 §5.4), by SMTP
// or LMTP to the operator's own relay, or to a sendmail program.
// Limits: 60 s each, 64 KiB of an endpoint's answer are looked at.
// One object belongs to one io_context and is used from its thread only; it must outlive all
// coroutines that use it.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/ip_address.h"
#include "core/report/delivery_status.h"
#include "core/report/mail_address.h"
#include "core/tlsrpt_record.h"
#include "net/asio.h"
#include "net/dns_client.h"
#include "wire/smtp_submission.h"

namespace strictmx {

// What to do when an endpoint's certificate is not good. RFC 8460 §3, RPT-T17: it may be ignored,
// as broken TLS may be just what the report tells of.
enum class EndpointTrust : std::uint8_t { strict, lax };

struct MailRelay {
  SubmissionProtocol protocol = SubmissionProtocol::smtp;
  std::string host = "127.0.0.1";  // name or address
  std::uint16_t port = 25;
  std::string path;                   // a unix socket instead; empty: TCP
  std::vector<std::string> sendmail;  // a program and its arguments instead; empty: none
  bool operator==(const MailRelay&) const = default;
};

struct SenderOptions {
  std::optional<std::filesystem::path> ca_file = {};  // PEM roots; absent: the system's
  AddressRule addresses = AddressRule::public_only;   // of endpoints; the relay may be anywhere
  EndpointTrust trust = EndpointTrust::lax;
  MailRelay relay = {};
  bool operator==(const SenderOptions&) const = default;
};

struct OutgoingMail {
  MailAddress from;  // of the envelope, too
  MailAddress to;
  std::string text;  // lines with CRLF
};

class ReportSender {
 public:
  // `dns` must outlive the object. Errors: Errc::io (no such CA file, or no certificate in it).
  static Result<std::unique_ptr<ReportSender>> create(asio::io_context& io, DnsClient& dns,
                                                      const SenderOptions& options);
  virtual ~ReportSender() = default;

  // POSTs the octets to an https URI; 2xx alone is accepted, redirects are refused (RPT-T20).
  virtual Task<AttemptOutcome> post(ReportUri uri, std::string gzipped_json) = 0;

  // Accepted: the relay took the responsibility (RFC 5321 §6.1), or sendmail ended with 0.
  virtual Task<AttemptOutcome> mail(OutgoingMail mail) = 0;

  // Ends all attempts under way, and at once all later ones, as deferred.
  virtual void cancel_all() = 0;
};

}  // namespace strictmx
