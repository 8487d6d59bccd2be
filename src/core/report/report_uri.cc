#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "core/report/mail_address.h"
#include "core/tlsrpt_record.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxUri = 2048;

// RFC 3986 §2: what may stand in a URI at all. RFC 8460 §3: no "," "!" ";" unless encoded.
bool is_uri_char(char c) {
  constexpr std::string_view kOthers = "-._~:/?#[]@$&'()*+=%";
  return is_alnum(c) || kOthers.find(c) != std::string_view::npos;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// RFC 3986 §2.1, once and not again.
Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low < 0) return fail(Errc::syntax, "\"%\" without two hexadecimal digits");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

// RFC 6068 §2: only the one address is used; what follows "?" would come from DNS into a mail.
Result<ReportUri> read_mailto(std::string_view text, std::string_view rest) {
  const auto decoded = percent_decode(rest.substr(0, rest.find_first_of("?#")));
  if (!decoded) return std::unexpected(decoded.error());
  auto address = MailAddress::parse(*decoded);
  if (!address) return std::unexpected(address.error());
  return ReportUri{ReportScheme::mailto, std::string(text), address->text(), address->domain()};
}

Result<std::uint16_t> read_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0) {
    return fail(Errc::syntax, "no port number");
  }
  return port;
}

// RFC 9110 §4.2.2; user information is refused (RFC 9110 §4.2.4).
Result<ReportUri> read_https(std::string_view text, std::string_view rest) {
  rest = rest.substr(0, rest.find('#'));
  const auto end = rest.find_first_of("/?");
  auto authority = rest.substr(0, end);
  std::string target(end == std::string_view::npos ? "" : rest.substr(end));
  if (!target.starts_with('/')) target.insert(0, "/");
  if (auto good = percent_decode(target); !good) return std::unexpected(good.error());
  if (authority.find('@') != std::string_view::npos) {
    return fail(Errc::unsupported, "user information in the URL");
  }
  std::uint16_t port = 443;
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && !authority.ends_with(']')) {
    const auto digits = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
    if (!digits.empty()) {  // RFC 3986 §3.2.3: the port may be empty
      const auto number = read_port(digits);
      if (!number) return std::unexpected(number.error());
      port = *number;
    }
  }
  auto host = Domain::parse_ascii(
      authority.ends_with('.') ? authority.substr(0, authority.size() - 1) : authority);
  if (!host) return fail(host.error().code, "host: " + host.error().detail);
  return ReportUri{ReportScheme::https, std::string(text), std::move(target), *std::move(host),
                   port};
}

}  // namespace

std::string_view name_of(ReportScheme scheme) {
  switch (scheme) {
    case ReportScheme::mailto:
      return "mailto";
    case ReportScheme::https:
      return "https";
  }
  return "mailto";
}

std::string ReportUri::key() const {
  return scheme == ReportScheme::mailto ? "mailto:" + target
                                        : fmt::format("https://{}:{}{}", host.text(), port, target);
}

Result<ReportUri> parse_report_uri(std::string_view text) {
  if (text.empty()) return fail(Errc::syntax, "no URI");
  if (text.size() > kMaxUri) return fail(Errc::too_large, "URI is too long");
  if (!std::ranges::all_of(text, is_uri_char)) {
    return fail(Errc::syntax, "octet that must be percent-encoded");
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return fail(Errc::syntax, "no scheme");
  const auto scheme = ascii_lower(text.substr(0, colon));  // RFC 3986 §3.1: no case
  const auto rest = text.substr(colon + 1);
  if (scheme == "mailto") return read_mailto(text, rest);  // RFC 8460 §3, RPT-D06
  if (scheme != "https") return fail(Errc::unsupported, "scheme is not mailto or https");
  if (!rest.starts_with("//")) return fail(Errc::syntax, "\"//\" expected after https:");
  return read_https(text, rest.substr(2));
}

}  // namespace strictmx
