// net/mail_submit.h: one mail to a relay by SMTP: the settings of one libcurl handle, and what its
// end means (RFC 5321 §4.2.1). Private to net: included by report_sender.cc only.
// STARTTLS is used when offered and not verified: the relay is the operator's own, and a report
// goes out whatever is wrong with TLS (RFC 8460 §3).
#pragma once
#include <array>
#include <string>

#include "core/delivery_status.h"
#include "net/curl_runner.h"
#include "net/report_sender.h"

namespace strictmx {

class MailSubmit {
 public:
  enum class Tls : std::uint8_t { if_offered, never };

  // `mail` must outlive the object.
  MailSubmit(const OutgoingMail& mail, const MailRelay& relay, Tls tls);
  MailSubmit(const MailSubmit&) = delete;
  MailSubmit& operator=(const MailSubmit&) = delete;

  CURL* handle() const { return easy_.get(); }
  AttemptOutcome finish(CURLcode code) const;
  // The handshake after STARTTLS failed: another attempt without may do.
  static bool tls_failed(CURLcode code);

 private:
  static std::size_t on_read(char* to, std::size_t size, std::size_t count, void* self);
  static std::size_t on_reply(char* data, std::size_t size, std::size_t count, void* self);

  const OutgoingMail& mail_;
  std::size_t sent_ = 0;
  std::string last_reply_;  // the one to the mail, once it came: not the one to QUIT
  bool answered_ = false;
  CurlList recipients_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  CurlEasy easy_;  // last: its end uses the members above
};

}  // namespace strictmx
