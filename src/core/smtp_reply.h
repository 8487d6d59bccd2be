// core/smtp_reply.h: one reply of an SMTP or LMTP server, as values (RFC 5321 §4.2). Pure.
// Not here: its octets (wire/smtp_reply).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strictmx {

// What is wrong with the form of a reply that could be read all the same.
enum class ReplyDefect : std::uint8_t {
  bare_lf,        // a line ends without CR
  bare_cr,        // CR inside of a line
  nul,            // an octet 00
  not_ascii,      // octets over 7F without SMTPUTF8
  line_too_long,  // over 512 octets (RFC 5321 §4.5.3.1.5)
  code_changes,   // lines of one reply with different codes; the last counts
  no_text,        // a code and nothing behind it, not even a blank; allowed and rare
};
std::string_view name_of(ReplyDefect defect);

struct SmtpReply {
  unsigned code = 0;                 // 200 to 599
  std::vector<std::string> lines;    // without code and line end; remote text
  std::vector<ReplyDefect> defects;  // each at most once, in the order they were met

  bool positive() const { return code >= 200 && code < 300; }
  bool intermediate() const { return code >= 300 && code < 400; }
  bool temporary() const { return code >= 400 && code < 500; }
  bool permanent() const { return code >= 500; }
  std::string_view first_line() const { return lines.empty() ? "" : std::string_view(lines[0]); }
};

// The keyword of one EHLO extension among the lines behind the first, without regard to case
// (RFC 5321 §4.1.1.1). `keyword` is in upper case.
bool offers(const SmtpReply& ehlo, std::string_view keyword);

}  // namespace strictmx
