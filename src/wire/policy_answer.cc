#include "wire/policy_answer.h"

#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "base/text.h"
#include "core/sts_policy.h"
#include "wire/policy_head.h"

namespace strictmx {
namespace {

FetchOutcome outcome(FetchStatus status, std::string detail) {
  return {status, {}, std::move(detail)};
}

std::optional<FetchOutcome> judge_certificate(const TlsFacts& tls, std::string_view host) {
  const auto& chain = tls.chain;
  switch (chain.status) {
    case ChainStatus::ok:
      if (chain.leaf() != nullptr && names_host(*chain.leaf(), host)) return std::nullopt;
      return outcome(FetchStatus::certificate_name, fmt::format("X509: no DNS-ID for {}", host));
    case ChainStatus::expired:
    case ChainStatus::not_yet_valid:
      return outcome(FetchStatus::certificate_expired,
                     fmt::format("X509: {} (depth {})", chain.detail, chain.depth));
    case ChainStatus::not_checked:
      return outcome(FetchStatus::tls_failed, "no certificate");
    case ChainStatus::self_signed:
    case ChainStatus::unknown_root:
    case ChainStatus::incomplete:
    case ChainStatus::purpose:
    case ChainStatus::weak:
    case ChainStatus::bad_signature:
    case ChainStatus::name_constraint:
    case ChainStatus::other:
      break;
  }
  return outcome(FetchStatus::certificate_untrusted,
                 fmt::format("X509: {} (depth {})", chain.detail, chain.depth));
}

std::string joined(const HttpFacts& http, std::string_view name) {
  std::string list;
  for (const auto& field : http.fields) {
    if (field.name == name) add_field_value(list, field.value);
  }
  return list;
}

std::optional<FetchOutcome> judge_head(const HttpFacts& http) {
  return judge_policy_head({.status = http.status,
                            .is_http_1_0 = http.is_http_1_0,
                            .content_coding = joined(http, "content-encoding"),
                            .transfer_coding = joined(http, "transfer-encoding"),
                            .media_type = joined(http, "content-type")});
}

FetchOutcome judge_body(const HttpFacts& http) {
  switch (http.end) {
    case HttpEnd::complete:
      if (http.body_bytes > kMaxPolicyBytes)
        return outcome(FetchStatus::too_large, fmt::format("body over {} octets", kMaxPolicyBytes));
      return {FetchStatus::ok, http.body, {}};
    case HttpEnd::too_large:
      return outcome(FetchStatus::too_large, fmt::format("body over {} octets", kMaxPolicyBytes));
    case HttpEnd::truncated:
      return outcome(FetchStatus::truncated, http.detail);
    case HttpEnd::timeout:
      return outcome(FetchStatus::timeout, http.detail);
    case HttpEnd::not_tried:
    case HttpEnd::no_connection:
    case HttpEnd::tls_failed:
    case HttpEnd::closed:
    case HttpEnd::protocol:
    case HttpEnd::local:
      break;
  }
  return outcome(FetchStatus::protocol_error, http.detail);
}

FetchOutcome judge_http(const HttpFacts& http) {
  if (http.status == 0) {
    if (http.end == HttpEnd::timeout) return outcome(FetchStatus::timeout, http.detail);
    if (http.end == HttpEnd::too_large) return outcome(FetchStatus::too_large, http.detail);
    return outcome(FetchStatus::protocol_error, http.detail);
  }
  if (auto refused = judge_head(http)) return *std::move(refused);
  return judge_body(http);
}

// Why there is nothing to connect to.
FetchOutcome without_address(const NameFacts& dns) {
  for (const auto* meta : {&dns.v6, &dns.v4}) {
    if (*meta && is_failure((*meta)->status))
      return outcome(FetchStatus::dns_failure, fmt::format("DNS: {}", name_of((*meta)->status)));
  }
  const auto status = dns.v4 ? dns.v4->status : DnsStatus::servfail;
  return outcome(FetchStatus::host_not_found, fmt::format("DNS: {}", name_of(status)));
}

}  // namespace

FetchOutcome judge_policy_answer(const PolicyAddressFacts& facts, std::string_view host) {
  const auto& connect = facts.connect;
  if (connect.status == ConnectStatus::not_public)
    return outcome(FetchStatus::address_refused, "not a public address: " + facts.address.text());
  if (connect.status == ConnectStatus::timeout)
    return outcome(FetchStatus::timeout, connect.detail);
  if (connect.status != ConnectStatus::connected)
    return outcome(FetchStatus::connect_failed, connect.detail);
  if (facts.tls.status == HandshakeStatus::timeout)
    return outcome(FetchStatus::timeout, facts.tls.detail);
  if (facts.tls.status != HandshakeStatus::done)
    return outcome(FetchStatus::tls_failed, facts.tls.detail);
  if (auto refused = judge_certificate(facts.tls, host)) return *std::move(refused);
  return judge_http(facts.http);
}

FetchOutcome judge_policy_host(const PolicyHostFacts& facts) {
  if (facts.addresses.empty()) return without_address(facts.dns);
  const auto first = std::ranges::find_if(facts.addresses, [](const PolicyAddressFacts& address) {
    return address.connect.status == ConnectStatus::connected;
  });
  const auto& decides = first == facts.addresses.end() ? facts.addresses.front() : *first;
  return judge_policy_answer(decides, facts.dns.name);
}

}  // namespace strictmx
