#include "core/smtp_reply.h"

#include "base/text.h"

namespace strictmx {

std::string_view name_of(ReplyDefect defect) {
  switch (defect) {
    case ReplyDefect::bare_lf:
      return "bare_lf";
    case ReplyDefect::bare_cr:
      return "bare_cr";
    case ReplyDefect::nul:
      return "nul";
    case ReplyDefect::not_ascii:
      return "not_ascii";
    case ReplyDefect::line_too_long:
      return "line_too_long";
    case ReplyDefect::code_changes:
      return "code_changes";
    case ReplyDefect::no_text:
      return "no_text";
  }
  return "unknown";
}

bool offers(const SmtpReply& ehlo, std::string_view keyword) {
  if (!ehlo.positive()) return false;
  for (std::size_t i = 1; i < ehlo.lines.size(); ++i) {
    const auto line = std::string_view(ehlo.lines[i]);
    if (equals_ignore_case(line.substr(0, line.find_first_of(" \t")), keyword)) return true;
  }
  return false;
}

}  // namespace strictmx
