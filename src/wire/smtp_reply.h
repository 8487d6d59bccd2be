// wire/smtp_reply.h: replies of an SMTP or LMTP server, read incrementally. Pure.
// Source: RFC 5321 §4.2, §4.5.3.1.5. Read beyond the grammar, and noted as a defect of the reply:
// LF without CR, CR or NUL inside of a line, octets over 7F, lines over 512 octets, changing codes.
// Limits: 2048 octets a line, 128 lines and 32768 octets a reply.
// Not here: what a reply means (wire/smtp_client for a probe; each other dialogue for itself).
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/smtp_reply.h"

namespace strictmx {

class SmtpReplyReader {
 public:
  // Takes octets from the front of `input` and removes what was consumed: never more than up to
  // the end of one reply, so that what stays came behind it. nullopt: more is needed.
  // Errors (Errc::syntax, Errc::too_large; "offset N: ..." of the line, counted from the stream's
  // start) are final: every later call fails likewise, the connection must be closed.
  Result<std::optional<SmtpReply>> next(std::string_view& input);

  // True between the first octet of a reply and its end.
  bool inside() const { return !line_.empty() || !reply_.lines.empty(); }

 private:
  Result<bool> end_line();
  void note(ReplyDefect defect);
  std::unexpected<Error> give_up(Errc code, std::string_view what);

  std::string line_;  // what came of the current line
  SmtpReply reply_;   // the lines before it
  std::size_t reply_bytes_ = 0;
  std::size_t line_at_ = 0;  // where the current line begins, from the stream's start
  std::optional<Error> failed_;
};

}  // namespace strictmx
