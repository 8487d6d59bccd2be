#include "core/check/rule_evidence.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "base/text.h"

namespace strictmx {

namespace {

bool was_tried(ConnectStatus status) {
  return status != ConnectStatus::not_tried && status != ConnectStatus::not_public;
}

// The probe was allowed to go where strangers may not.
bool private_allowed(const CheckFacts& facts) {
  const auto reached = [](const auto& address) {
    return !is_public(address.address) && was_tried(address.connect.status);
  };
  return std::ranges::any_of(facts.policy_host.addresses, reached) ||
         std::ranges::any_of(facts.hosts, [&](const MxHostFacts& host) {
           return std::ranges::any_of(host.addresses, reached);
         });
}

// RFC 6890: loopback, link-local, multicast and the unspecified address, which are in no network
// but the machine's own; IPv4 in an IPv6 address is no address to connect to.
bool never_remote(const IpAddress& address) {
  const auto& octets = address.octets();
  if (address.is_v4()) {
    const bool link_local = octets[0] == 169 && octets[1] == 254;
    return octets[0] == 0 || octets[0] == 127 || link_local || octets[0] >= 224;
  }
  if (octets[0] == 0xff || (octets[0] == 0xfe && (octets[1] & 0xc0) == 0x80)) return true;
  return std::all_of(octets.begin(), octets.begin() + 10, [](auto octet) { return octet == 0; });
}

// RFC 6761 §6, RFC 9476 §2: names that no registry sells.
bool is_special_tld(std::string_view tld) {
  constexpr std::array kSpecial = {"test",  "invalid", "example",  "localhost", "local",
                                   "onion", "arpa",    "internal", "alt"};
  return std::ranges::find(kSpecial, tld) != kSpecial.end();
}

bool is_at_or_below(std::string_view name, std::string_view parent) {
  if (name == parent) return true;
  return name.size() > parent.size() && name.ends_with(parent) &&
         name[name.size() - parent.size() - 1] == '.';
}

long days_of(Seconds span) { return static_cast<long>(span / kDay); }

}  // namespace

std::string quoted(std::string_view remote, std::size_t limit) {
  return '"' + escape_remote(remote, limit) + '"';
}

std::string address_list(std::span<const IpAddress> addresses) {
  std::vector<std::string> texts;
  for (const auto& address : addresses) texts.push_back(address.text());
  return join(texts, ", ");
}

bool is_page(std::string_view body) {
  skip_byte_order_mark(body);
  const auto begin = body.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return false;
  return body[begin] == '<' || body[begin] == '{' || body[begin] == '[';
}

std::string fresh_id(WallTime when) {
  auto text = format_utc(when);
  std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == 'Z'; });
  return text;
}

std::string fresh_sts_record(const CheckFacts& facts) {
  return fmt::format("_mta-sts.{}. IN TXT \"v=STSv1; id={};\"", facts.domain.text(),
                     fresh_id(facts.started));
}

std::string with_fresh_record(const CheckFacts& facts, std::string policy_lines) {
  return std::move(policy_lines) + '\n' + fresh_sts_record(facts);
}

std::string mx_line(std::string_view domain, unsigned preference, std::string_view exchange) {
  return fmt::format("{}. IN MX {} {}.", domain, preference, escape_remote(exchange, 255));
}

bool look_up_failed(const NameFacts& name) {
  return (name.v4 && is_failure(name.v4->status)) || (name.v6 && is_failure(name.v6->status));
}

bool has_no_address(const NameFacts& name) {
  return name.v4 && name.v6 && !look_up_failed(name) && name.addresses.empty();
}

bool does_not_exist(const NameFacts& name) {
  return has_no_address(name) &&
         (name.v4->status == DnsStatus::no_name || name.v6->status == DnsStatus::no_name);
}

std::string final_name(const NameFacts& name) {
  for (const auto* meta : {&name.v4, &name.v6, &name.alias}) {
    if (*meta && !(*meta)->canonical.empty()) return (*meta)->canonical;
  }
  return name.name;
}

bool is_free_to_register(std::string_view name, const NameFacts& facts, const Domain& checked) {
  if (!does_not_exist(facts)) return false;
  std::string_view tld = facts.v4->zone;
  if (tld.ends_with('.')) tld.remove_suffix(1);
  if (tld.empty() || tld.find('.') != std::string_view::npos || is_special_tld(tld)) return false;
  if (name == tld || !is_at_or_below(name, tld)) return false;
  const auto above = name.substr(0, name.size() - tld.size() - 1);
  const auto dot = above.rfind('.');
  const auto registered = dot == std::string_view::npos ? name : name.substr(dot + 1);
  return !is_at_or_below(checked.text(), registered);
}

bool is_wrongly_special(const CheckView& view, const IpAddress& address) {
  if (is_public(address)) return false;
  return never_remote(address) || !private_allowed(view.facts);
}

bool is_null_mx(const MxAnswer& mx) {
  return !mx.hosts.empty() &&
         std::ranges::all_of(mx.hosts, [](const MxHost& host) { return host.exchange.empty(); });
}

bool own_resolver_failed(const CheckFacts& facts) {
  return facts.vantage.root && is_failure(facts.vantage.root->status);
}

std::optional<Severity> severity_of_expiry(const CertificateFacts& certificate, WallTime now) {
  const auto life = certificate.not_after - certificate.not_before;
  const auto left = certificate.not_after - now;
  if (life <= Seconds{0} || left <= Seconds{0} || now < certificate.not_before) {
    return std::nullopt;
  }
  if (left * 10 < life) return Severity::error;
  if (left * 4 < life) return Severity::warning;
  return std::nullopt;
}

std::string expiry_text(const CertificateFacts& certificate, WallTime now) {
  const auto end = format_utc(certificate.not_after);
  return fmt::format("ends on {}, in {} of {} days", end.substr(0, 10),
                     days_of(certificate.not_after - now),
                     days_of(certificate.not_after - certificate.not_before));
}

}  // namespace strictmx
