#include <algorithm>

#include "abnf.h"
#include "naive.h"

namespace strictmx::naive {

namespace {

// RFC 3629 §4: UTF8-2, UTF8-3, UTF8-4.
Rule utf8_tail() { return octets(0x80, 0xbf); }
Rule utf8_2() { return sequence({octets(0xc2, 0xdf), utf8_tail()}); }
Rule utf8_3() {
  return either({sequence({literal("\xe0"), octets(0xa0, 0xbf), utf8_tail()}),
                 sequence({octets(0xe1, 0xec), utf8_tail(), utf8_tail()}),
                 sequence({literal("\xed"), octets(0x80, 0x9f), utf8_tail()}),
                 sequence({octets(0xee, 0xef), utf8_tail(), utf8_tail()})});
}
Rule utf8_4() {
  return either({sequence({literal("\xf0"), octets(0x90, 0xbf), utf8_tail(), utf8_tail()}),
                 sequence({octets(0xf1, 0xf3), utf8_tail(), utf8_tail(), utf8_tail()}),
                 sequence({literal("\xf4"), octets(0x80, 0x8f), utf8_tail(), utf8_tail()})});
}

// RFC 8461 §3.2. Every field is also an extension by its form.
Rule ext_name() {
  return sequence(
      {alphanum(), repeat(0, 31, either({alphanum(), literal("_"), literal("-"), literal(".")}))});
}
Rule vchar() { return either({octets(0x21, 0x7e), utf8_2(), utf8_3(), utf8_4()}); }
Rule ext_value() {
  return sequence(
      {vchar(), maybe(sequence({any_number(either({literal(" "), vchar()})), vchar()}))});
}
Rule field() {
  return sequence({ext_name(), literal(":"), any_number(wsp()), ext_value(), any_number(wsp())});
}
Rule max_age() { return repeat(1, 10, octets('0', '9')); }

constexpr std::uint64_t kMostSeconds = 31557600;  // STS-P05

// STS-P01: a line ends with LF or CRLF; STS-P11: with nothing else.
std::vector<std::string> lines_of(std::string_view body) {
  std::vector<std::string> lines;
  std::string line;
  for (const char c : body) {
    if (c != '\n') {
      line += c;
      continue;
    }
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(line);
    line.clear();
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

bool is_blank_line(const std::string& line) {
  return line.find_first_not_of(" \t") == std::string::npos;
}

struct Field {
  std::string key;
  std::string value;
};

Field split_field(const std::string& line) {
  const auto colon = line.find(':');
  const auto begin = line.find_first_not_of(" \t", colon + 1);
  return {line.substr(0, colon), line.substr(begin, line.find_last_not_of(" \t") + 1 - begin)};
}

// STS-P08: of duplicates the first, whatever it holds.
std::optional<std::string> first(const std::vector<Field>& fields, std::string_view key) {
  for (const auto& field : fields) {
    if (field.key == key) return field.value;
  }
  return std::nullopt;
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::optional<StsPolicy> make_policy(const std::vector<Field>& fields) {
  static const Rule age = max_age();
  const auto version = first(fields, "version");
  const auto mode = first(fields, "mode");
  const auto seconds = first(fields, "max_age");
  if (version != "STSv1" || !mode || !seconds || !matches(age, *seconds)) return std::nullopt;
  if (mode != "enforce" && mode != "testing" && mode != "none") return std::nullopt;
  StsPolicy policy;
  policy.mode = *mode;
  policy.max_age = std::min<std::uint64_t>(std::stoull(*seconds), kMostSeconds);  // G-07
  for (const auto& field : fields) {
    const bool pattern = field.key == "mx" && is_mx_pattern(field.value);  // G-13
    if (pattern) policy.mx.push_back(lower(field.value));
  }
  if (policy.mx.empty() && policy.mode != "none") return std::nullopt;  // STS-P04
  return policy;
}

}  // namespace

std::optional<StsPolicy> read_sts_policy(std::string_view body) {
  static const Rule rule = field();
  if (body.starts_with("\xef\xbb\xbf")) body.remove_prefix(3);  // G-11: one byte order mark
  std::vector<Field> fields;
  for (const auto& line : lines_of(body)) {
    if (is_blank_line(line)) continue;  // G-11
    if (!matches(rule, line)) return std::nullopt;
    fields.push_back(split_field(line));
  }
  return make_policy(fields);
}

}  // namespace strictmx::naive
