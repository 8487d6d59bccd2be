#include "wire/smtp_reply.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace strictmx {
namespace {

constexpr std::size_t kMaxLine = 2048;
constexpr std::size_t kMaxLines = 128;
constexpr std::size_t kMaxReply = 32768;
constexpr std::size_t kStandardLine = 512;  // RFC 5321 §4.5.3.1.5, with its end
constexpr std::size_t kCode = 3;

// RFC 5321 §4.2: three digits, the first of 2 to 5. The second is not looked at.
std::optional<unsigned> read_code(std::string_view line) {
  if (line.size() < kCode || line[0] < '2' || line[0] > '5') return std::nullopt;
  if (!is_digit(line[1]) || !is_digit(line[2])) return std::nullopt;
  const auto digit = [&](std::size_t i) { return static_cast<unsigned>(line[i] - '0'); };
  return digit(0) * 100 + digit(1) * 10 + digit(2);
}

}  // namespace

Result<std::optional<SmtpReply>> SmtpReplyReader::next(std::string_view& input) {
  if (failed_) return std::unexpected(*failed_);
  while (!input.empty()) {
    const auto newline = input.find('\n');
    const auto piece = input.substr(0, newline == std::string_view::npos ? newline : newline + 1);
    if (piece.size() > kMaxLine - line_.size()) return give_up(Errc::too_large, "line too long");
    if (piece.size() > kMaxReply - reply_bytes_) return give_up(Errc::too_large, "reply too long");
    line_ += piece;
    reply_bytes_ += piece.size();
    input.remove_prefix(piece.size());
    if (newline == std::string_view::npos) return std::nullopt;
    const auto size = line_.size();
    const auto last = end_line();
    if (!last) return std::unexpected(last.error());
    line_at_ += size;
    if (!*last) continue;
    reply_bytes_ = 0;
    return std::exchange(reply_, {});
  }
  return std::nullopt;
}

// Reads line_, which ends with LF, into reply_. True: it was the last one of its reply.
Result<bool> SmtpReplyReader::end_line() {
  if (line_.size() > kStandardLine) note(ReplyDefect::line_too_long);
  line_.pop_back();
  if (line_.ends_with('\r')) {
    line_.pop_back();
  } else {
    note(ReplyDefect::bare_lf);
  }
  const auto code = read_code(line_);
  if (!code) return give_up(Errc::syntax, "no reply code");
  const auto rest = std::string_view(line_).substr(kCode);
  const bool more = rest.starts_with('-');
  if (!more && !rest.empty() && !is_blank(rest.front()))
    return give_up(Errc::syntax, "neither blank nor hyphen behind the code");
  if (reply_.lines.size() == kMaxLines) return give_up(Errc::too_large, "too many lines");
  if (!reply_.lines.empty() && reply_.code != *code) note(ReplyDefect::code_changes);
  if (rest.empty()) note(ReplyDefect::no_text);
  for (const char c : rest) {
    if (c == '\r') note(ReplyDefect::bare_cr);
    if (c == '\0') note(ReplyDefect::nul);
    if (static_cast<unsigned char>(c) > 0x7f) note(ReplyDefect::not_ascii);
  }
  reply_.code = *code;
  reply_.lines.emplace_back(rest.substr(rest.empty() ? 0 : 1));
  line_.clear();
  return !more;
}

void SmtpReplyReader::note(ReplyDefect defect) {
  if (std::ranges::find(reply_.defects, defect) == reply_.defects.end())
    reply_.defects.push_back(defect);
}

std::unexpected<Error> SmtpReplyReader::give_up(Errc code, std::string_view what) {
  failed_ = Error{code, fmt::format("offset {}: {}", line_at_, what)};
  return std::unexpected(*failed_);
}

}  // namespace strictmx
