#include <algorithm>
#include <charconv>

#include "abnf.h"
#include "naive.h"

namespace strictmx::naive {

namespace {

// RFC 8460 §3.
Rule ext_name() {
  return sequence(
      {alphanum(), repeat(0, 31, either({alphanum(), literal("_"), literal("-"), literal(".")}))});
}
Rule ext_value() {
  return at_least_one(either({octets(0x21, 0x3a), octets(0x3c, 0x3c), octets(0x3e, 0x7e)}));
}
Rule extension() { return sequence({ext_name(), literal("="), ext_value()}); }

// RFC 3986 §2, without the "!" "," ";" that RFC 8460 §3 wants encoded.
Rule uri_octet() {
  Rule others = literal("%");
  for (const char c : std::string_view("-._~:/?#[]@$&'()*+=")) {
    others = either({others, literal(std::string_view(&c, 1))});
  }
  return either({alphanum(), others});
}
Rule pct_encoded() {
  const auto hex = either({octets('0', '9'), octets('A', 'F'), octets('a', 'f')});
  return sequence({literal("%"), hex, hex});
}
Rule atext() {
  Rule all = alphanum();
  for (const char c : std::string_view("!#$%&'*+-/=?^_`{|}~")) {
    all = either({all, literal(std::string_view(&c, 1))});
  }
  return all;
}
// RFC 5322 §3.2.3.
Rule dot_atom() {
  const auto atom = repeat(1, 64, atext());
  return sequence({atom, any_number(sequence({literal("."), atom}))});
}

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t") + 1 - begin));
}

std::vector<std::string> split_and_trim(std::string_view text, char at) {
  std::vector<std::string> parts;
  for (;;) {
    const auto end = text.find(at);
    parts.push_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// Nothing when a "%" is not followed by two hexadecimal digits.
std::optional<std::string> decoded(std::string text) {
  static const Rule encoded = pct_encoded();
  for (std::size_t at = 0; (at = text.find('%', at)) != std::string::npos; ++at) {
    if (encoded(text, at).none()) return std::nullopt;
    const auto octet = std::stoi(text.substr(at + 1, 2), nullptr, 16);
    text.replace(at, 3, 1, static_cast<char>(octet));
  }
  return text;
}

// RFC 6068 §2; RPT-D06: the one address before any "?" or "#".
std::optional<std::string> read_mailto(const std::string& rest) {
  static const Rule local_part = dot_atom();
  const auto address = decoded(rest.substr(0, rest.find_first_of("?#")));
  if (!address) return std::nullopt;
  const auto at = address->rfind('@');
  if (at == std::string::npos) return std::nullopt;
  const auto local = address->substr(0, at);
  const auto domain = address->substr(at + 1);
  if (local.size() > 64 || !matches(local_part, local) || !is_domain(domain)) return std::nullopt;
  return "mailto:" + local + "@" + lower(domain);
}

// RFC 9110 §4.2.2, RFC 3986 §3.2: no user information, a host name, perhaps a port.
std::optional<std::string> read_https(std::string rest) {
  if (!rest.starts_with("//")) return std::nullopt;
  rest = rest.substr(2, rest.find('#') == std::string::npos ? rest.npos : rest.find('#') - 2);
  const auto end = std::min(rest.find_first_of("/?"), rest.size());
  auto host = rest.substr(0, end);
  auto path = rest.substr(end);
  if (!path.starts_with('/')) path = "/" + path;
  if (!decoded(path)) return std::nullopt;
  int port = 443;
  if (const auto colon = host.rfind(':'); colon != std::string::npos) {
    const auto digits = host.substr(colon + 1);
    host = host.substr(0, colon);
    const bool number = digits.find_first_not_of("0123456789") == std::string::npos;
    const auto significant = digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
    if (!number || significant.size() > 5) return std::nullopt;
    if (!digits.empty()) port = std::stoi("0" + significant);
    if (port == 0 || port > 65535) return std::nullopt;
  }
  if (host.ends_with('.')) host.pop_back();
  if (!is_domain(host)) return std::nullopt;
  return "https://" + lower(host) + ":" + std::to_string(port) + path;
}

// Nothing for one that cannot be used: RPT-D04.
std::optional<std::string> read_uri(const std::string& uri) {
  static const Rule octet = uri_octet();
  for (std::size_t i = 0; i < uri.size(); ++i) {
    if (octet(uri, i).none()) return std::nullopt;
  }
  const auto colon = uri.find(':');
  if (colon == std::string::npos) return std::nullopt;
  const auto scheme = lower(uri.substr(0, colon));
  if (scheme == "mailto") return read_mailto(uri.substr(colon + 1));
  if (scheme == "https") return read_https(uri.substr(colon + 1));
  return std::nullopt;
}

std::optional<std::vector<std::string>> read_record(const std::string& rr) {
  static const Rule other = extension();
  auto fields = split_and_trim(rr, ';');
  fields.erase(fields.begin());
  if (!fields.empty() && fields.back().empty()) fields.pop_back();
  std::vector<std::string> rua;
  for (const auto& field : fields) {
    if (!field.starts_with("rua=")) {
      if (!matches(other, field)) return std::nullopt;  // RPT-D03
      continue;
    }
    for (const auto& text : split_and_trim(field.substr(4), ',')) {
      const auto uri = read_uri(text);
      if (uri && std::ranges::find(rua, *uri) == rua.end()) rua.push_back(*uri);  // G-25
    }
  }
  if (rua.empty()) return std::nullopt;
  return rua;
}

}  // namespace

TlsRptTxt read_tlsrpt_txt(const std::vector<std::string>& rrs) {
  static const Rule version = sequence({literal("v=TLSRPTv1"), any_number(wsp()), literal(";")});
  TlsRptTxt txt;
  std::string candidate;
  for (const auto& rr : rrs) {
    if (version(rr, 0).none()) continue;  // RPT-D02, G-01
    ++txt.candidates;
    candidate = rr;
  }
  if (txt.candidates == 1) txt.rua = read_record(candidate);
  return txt;
}

}  // namespace strictmx::naive
