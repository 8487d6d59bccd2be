#include "wire/http_target.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxTarget = 2048;
constexpr std::size_t kMaxParts = 16;

std::optional<int> hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  if (lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
  return std::nullopt;
}

Result<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const auto high = i + 1 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
      const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
      if (!high || !low) return fail(Errc::syntax, "wrong percent-encoding");
      c = static_cast<char>(*high * 16 + *low);
      i += 2;
    }
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7f) return fail(Errc::syntax, "control character");
    out += c;
  }
  return out;
}

}  // namespace

const std::string* HttpTarget::find(std::string_view name) const {
  const auto field = std::find_if(query.begin(), query.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return field == query.end() ? nullptr : &field->second;
}

Result<HttpTarget> parse_http_target(std::string_view text) {
  if (text.size() > kMaxTarget) return fail(Errc::too_large, "the target is too long");
  if (!text.starts_with('/')) return fail(Errc::syntax, "no path");
  const auto question = text.find('?');
  const auto path = split(text.substr(1, question == text.npos ? text.npos : question - 1), '/');
  const auto query = question == text.npos ? std::vector<std::string_view>()
                                           : split(text.substr(question + 1), '&');
  if (path.size() > kMaxParts || query.size() > kMaxParts) {
    return fail(Errc::too_large, "the target has too many parts");
  }
  HttpTarget target;
  for (const auto segment : path) {
    auto decoded = decode(segment);
    if (!decoded) return std::unexpected(decoded.error());
    target.path.push_back(*std::move(decoded));
  }
  for (const auto field : query) {
    const auto equals = std::min(field.find('='), field.size());
    auto name = decode(field.substr(0, equals));
    auto value = decode(field.substr(std::min(equals + 1, field.size())));
    if (!name) return std::unexpected(name.error());
    if (!value) return std::unexpected(value.error());
    target.query.emplace_back(*std::move(name), *std::move(value));
  }
  return target;
}

}  // namespace strictmx
