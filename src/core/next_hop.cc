#include "core/next_hop.h"

#include <algorithm>

#include "base/text.h"
#include "core/ip_address.h"

namespace strictmx {

namespace {

// A decimal port or the name of a service, as "587" or "submission".
bool is_port(std::string_view text) {
  constexpr std::size_t kMaxServiceName = 15;  // RFC 6335 §5.1
  return !text.empty() && text.size() <= kMaxServiceName &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alnum(c) || c == '-' || c == '_'; });
}

NextHopKey read_domain(std::string_view text, Routing routing) {
  auto domain = Domain::parse(text);
  if (!domain) {
    return domain.error().code == Errc::unsupported ? NoPolicyKey::address_literal
                                                    : NoPolicyKey::malformed;
  }
  if (domain->single_label()) return NoPolicyKey::single_label;
  return NextHop{*std::move(domain), routing};
}

// "[host]" or "[host]:port", from the bracket on.
NextHopKey read_bracketed(std::string_view key) {
  const auto close = key.find(']');
  if (close == std::string_view::npos) return NoPolicyKey::malformed;
  const auto rest = key.substr(close + 1);
  if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) {
    return NoPolicyKey::malformed;
  }
  return read_domain(key.substr(1, close - 1), Routing::host);
}

}  // namespace

NextHopKey parse_next_hop(std::string_view key) {
  if (key.starts_with('[')) return read_bracketed(key);
  if (key.starts_with('.')) return NoPolicyKey::parent;  // RFC 8461 §3.4: no parent fallback
  if (IpAddress::parse(key)) return NoPolicyKey::address_literal;  // RFC 8461 §3.4
  const auto colon = key.find(':');
  if (colon != std::string_view::npos) {
    if (!is_port(key.substr(colon + 1))) return NoPolicyKey::malformed;
    key = key.substr(0, colon);
  }
  return read_domain(key, Routing::mx);
}

std::string format_next_hop(const NextHop& hop) {
  return hop.routing == Routing::host ? "[" + hop.domain.text() + "]" : hop.domain.text();
}

std::string_view describe(NoPolicyKey key) {
  switch (key) {
    case NoPolicyKey::parent:
      return "parent domains are not asked";
    case NoPolicyKey::address_literal:
      return "address literals have no policy";
    case NoPolicyKey::single_label:
      return "a name without a dot has no policy";
    case NoPolicyKey::malformed:
      return "not a domain name";
  }
  return "not a domain name";
}

}  // namespace strictmx
