#include "core/report/dkim.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

bool is_space(char c) { return is_blank(c) || c == '\r' || c == '\n'; }

std::string_view field_name(MailField field) {
  auto name = field.substr(0, field.find(':'));
  while (!name.empty() && is_space(name.back())) name.remove_suffix(1);
  return name;
}

// Runs of white space become one blank, also at the front; none at the end.
void append_relaxed(std::string& out, std::string_view text) {
  bool blank = false;
  for (const char c : text) {
    if (is_space(c)) {
      blank = true;
      continue;
    }
    if (blank) out += ' ';
    blank = false;
    out += c;
  }
}

}  // namespace

MailParts split_mail(std::string_view mail) {
  MailParts parts;
  while (!mail.empty()) {
    if (mail.starts_with(kLineEnd)) {
      parts.body = mail.substr(kLineEnd.size());
      return parts;
    }
    auto end = mail.find(kLineEnd);
    while (end != std::string_view::npos && end + 2 < mail.size() && is_blank(mail[end + 2])) {
      end = mail.find(kLineEnd, end + 2);
    }
    parts.fields.push_back(mail.substr(0, end));
    mail.remove_prefix(end == std::string_view::npos ? mail.size() : end + kLineEnd.size());
  }
  return parts;
}

std::string relaxed_field(MailField field) {
  std::string out = ascii_lower(field_name(field)) + ':';
  const auto colon = field.find(':');
  if (colon == MailField::npos) return out;
  auto value = field.substr(colon + 1);
  while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
  append_relaxed(out, value);
  return out;
}

std::string relaxed_body(std::string_view body) {
  std::string out;
  std::size_t empty_lines = 0;
  while (!body.empty()) {
    const auto end = body.find(kLineEnd);
    const auto line = body.substr(0, end);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + kLineEnd.size());
    std::string relaxed;
    append_relaxed(relaxed, line);
    if (relaxed.empty()) {
      ++empty_lines;
      continue;
    }
    for (; empty_lines > 0; --empty_lines) out += kLineEnd;
    out += relaxed;
    out += kLineEnd;
  }
  return out;
}

std::string dkim_signed_text(std::span<const MailField> fields,
                             std::span<const std::string> signed_names, MailField signature_field) {
  std::vector<MailField> left(fields.begin(), fields.end());
  std::string text;
  for (const auto& name : signed_names) {
    for (auto field = left.rbegin(); field != left.rend(); ++field) {
      if (!equals_ignore_case(field_name(*field), name)) continue;
      text += relaxed_field(*field);
      text += kLineEnd;
      left.erase(std::next(field).base());
      break;
    }
  }
  return text + relaxed_field(signature_field);
}

bool is_dkim_selector(std::string_view text) {
  return Domain::parse_ascii(std::string(text) + ".x").has_value() && text.size() <= 63;
}

std::string format_dkim_field(const DkimIdentity& identity, std::string_view algorithm,
                              std::int64_t signed_at, std::span<const std::string> signed_names,
                              std::string_view body_hash) {
  constexpr std::size_t kLine = 76;
  std::string names = "h=";
  std::size_t line = names.size();
  for (std::size_t i = 0; i < signed_names.size(); ++i) {
    if (i > 0) names += ':';
    if (line + signed_names[i].size() + 1 > kLine) {  // RFC 6376 §3.5: FWS around the colons
      names += "\r\n  ";
      line = 2;
    }
    names += signed_names[i];
    line += signed_names[i].size() + 1;
  }
  return fmt::format(
      "DKIM-Signature: v=1; a={}; c=relaxed/relaxed;\r\n"
      " d={};\r\n"
      " s={}; t={};\r\n"
      " {};\r\n"
      " bh={};\r\n"
      " b=",
      algorithm, identity.domain.text(), identity.selector, signed_at, names, body_hash);
}

}  // namespace strictmx
