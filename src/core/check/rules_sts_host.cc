#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/text.h"
#include "core/check/address_faults.h"
#include "core/check/check_rules.h"
#include "core/check/rule_evidence.h"
#include "core/check/sts_attempt.h"

namespace strictmx {

namespace {

constexpr Millis kSlow{5000};

struct Mark {
  std::string_view text;
  std::string_view who;
};

// On the pages of hosting providers for names that no customer has claimed.
constexpr Mark kUnclaimed[] = {
    {"There isn't a GitHub Pages site here", "GitHub Pages"},
    {"NoSuchBucket", "Amazon S3"},
    {"The specified bucket does not exist", "a storage bucket"},
    {"herokucdn.com/error-pages/no-such-app", "Heroku"},
    {"Fastly error: unknown domain", "Fastly"},
    {"404 Web Site not found", "Microsoft Azure"},
    {"Not Found - Request ID:", "Netlify"},
    {"DEPLOYMENT_NOT_FOUND", "Vercel"},
    {"project not found", "Surge"},
    {"Sorry, this shop is currently unavailable", "Shopify"},
};

// On pages that ask for a browser.
constexpr std::string_view kChallenges[] = {"challenge-platform",
                                            "cf-browser-verification",
                                            "Just a moment...",
                                            "_Incapsula_Resource",
                                            "captcha",
                                            "ddos-guard"};

constexpr Mark kNetworkFields[] = {
    {"cf-ray", "Cloudflare"},          {"x-amz-cf-id", "Amazon CloudFront"},
    {"x-azure-ref", "Azure"},          {"x-fastly-request-id", "Fastly"},
    {"x-akamai-request-id", "Akamai"}, {"x-github-request-id", "GitHub Pages"},
    {"x-nf-request-id", "Netlify"},    {"x-vercel-id", "Vercel"},
};

bool is_failed(ConnectStatus status) {
  return status == ConnectStatus::refused || status == ConnectStatus::unreachable ||
         status == ConnectStatus::timeout || status == ConnectStatus::reset;
}

std::string_view id_of(ConnectStatus status) {
  if (status == ConnectStatus::refused) return "sts-host-refused";
  if (status == ConnectStatus::reset) return "sts-host-reset";
  return status == ConnectStatus::timeout ? "sts-host-timeout" : "sts-host-unreachable";
}

std::string address_record(const PolicyHostFacts& host) {
  return host.dns.name + ". IN A ADDRESS-OF-THE-WEB-SERVER";
}

class PolicyHostRules {
 public:
  PolicyHostRules(const CheckView& view, Findings& findings)
      : view_(view),
        host_(view.facts.policy_host),
        name_(view.facts.policy_host.dns.name),
        findings_(findings) {}

  void run() {
    if (has_no_address(host_.dns)) return check_absence();
    check_names();
    check_special();
    check_connections();
    for (const auto& address : host_.addresses) {
      check_time(address);
      check_answer(address);
    }
    faults_.report(findings_, name_);
    check_difference();
    check_network();
  }

 private:
  void check_absence() {
    const auto target = final_name(host_.dns);
    if (target != name_ || (host_.dns.alias && host_.dns.alias->status == DnsStatus::found)) {
      const bool free = is_free_to_register(target, host_.dns, view_.facts.domain);
      const auto evidence =
          fmt::format("{} is {}: {}{}", name_, escape_remote(target), name_of(host_.dns.v4->status),
                      free ? ", and anybody can register that domain" : "");
      return findings_.add_as(free ? Severity::critical : Severity::error,
                              "sts-host-cname-dangling", name_, evidence);
    }
    if (does_not_exist(host_.dns)) {
      return findings_.add("sts-host-nxdomain", name_, "NXDOMAIN", address_record(host_));
    }
    findings_.add("sts-host-no-address", name_, "neither A nor AAAA record", address_record(host_));
  }

  void check_names() {
    const auto& dns = host_.dns;
    const bool failed = look_up_failed(dns) && dns.addresses.empty();
    const bool everything = !view_.facts.planned_mx && is_failure(view_.facts.mx.meta.status);
    if (failed && !everything && !own_resolver_failed(view_.facts)) {
      const auto& meta = dns.v4 && is_failure(dns.v4->status) ? *dns.v4 : *dns.v6;
      findings_.add("sts-host-servfail", name_, fmt::format("{}", name_of(meta.status)));
    }
    const bool v4 = std::ranges::any_of(dns.addresses, &IpAddress::is_v4);
    if (!v4 && !dns.addresses.empty() && dns.v4 && !is_failure(dns.v4->status)) {
      findings_.add("sts-host-v6-only", name_, "no A record", address_record(host_));
    }
    check_wildcard();
  }

  // Equal addresses may be chance; a host that serves its policy was set up on purpose.
  void check_wildcard() {
    const auto& dns = host_.dns;
    const bool proven = (dns.v4 && dns.v4->wildcard) || (dns.v6 && dns.v6->wildcard);
    const auto& unknown = view_.facts.wildcard_address;
    const bool same = !unknown.addresses.empty() && unknown.addresses == dns.addresses &&
                      host_.fetched && host_.outcome.status != FetchStatus::ok;
    if (!proven && !same) return;
    findings_.add(
        "sts-host-wildcard", name_,
        proven ? "expanded from \"*\"" : fmt::format("{} has the same addresses", unknown.name),
        address_record(host_));
  }

  void check_special() {
    std::vector<IpAddress> special;
    std::ranges::copy_if(
        host_.dns.addresses, std::back_inserter(special),
        [&](const IpAddress& address) { return is_wrongly_special(view_, address); });
    if (special.empty()) return;
    findings_.add("sts-host-special-address", name_, address_list(special), address_record(host_));
  }

  // Every address of the family was tried in vain.
  bool family_failed(bool v4) const {
    bool failed = false;
    for (const auto& address : host_.addresses) {
      if (address.address.is_v4() != v4) continue;
      if (!is_failed(address.connect.status)) return false;
      failed = true;
    }
    return failed;
  }

  bool any_connected() const {
    return std::ranges::any_of(host_.addresses, [](const PolicyAddressFacts& address) {
      return address.connect.status == ConnectStatus::connected;
    });
  }

  void check_connections() {
    const bool connected = any_connected();
    const bool v4_failed = connected && family_failed(true);
    const bool v6_failed = connected && family_failed(false);
    const bool all_tried = std::ranges::all_of(
        host_.addresses,
        [](const PolicyAddressFacts& address) { return is_failed(address.connect.status); });
    for (const auto& address : host_.addresses) {
      const auto status = address.connect.status;
      if (!is_failed(status) || is_wrongly_special(view_, address.address)) continue;
      const auto evidence = fmt::format("port 443: {}", name_of(status));
      const bool v4 = address.address.is_v4();
      if (v4 ? v4_failed : v6_failed) {
        faults_.add(v4 ? "sts-host-v4-unreachable" : "sts-host-v6-unreachable", address.address,
                    evidence);
      } else {
        faults_.add_as(all_tried ? Severity::error : Severity::warning, id_of(status),
                       address.address, evidence);
      }
    }
  }

  // RFC 8461 §3.3: a fetch should not last longer than a minute.
  void check_time(const PolicyAddressFacts& address) {
    if (address.tls.status == HandshakeStatus::timeout) {
      faults_.add_as(Severity::error, "sts-host-slow", address.address,
                     "the TLS handshake does not end");
    } else if (address.http.end == HttpEnd::timeout) {
      faults_.add_as(Severity::error, "sts-host-slow", address.address, "the answer does not end");
    } else if (address.http.end == HttpEnd::complete && address.http.total > kSlow) {
      faults_.add("sts-host-slow", address.address,
                  fmt::format("{} ms", address.http.total.count()));
    }
  }

  void check_answer(const PolicyAddressFacts& address) {
    const auto& http = address.http;
    if (http.end != HttpEnd::complete || http.status < 400) return;
    for (const auto& mark : kUnclaimed) {
      if (http.body.find(mark.text) == std::string::npos) continue;
      return faults_.add("sts-host-takeover-fingerprint", address.address,
                         fmt::format("status {}, page of {}", http.status, mark.who));
    }
    const bool refused = http.status == 403 || http.status == 429 || http.status == 503;
    const bool challenge = http.field("cf-mitigated") != nullptr ||
                           std::ranges::any_of(kChallenges, [&](std::string_view text) {
                             return http.body.find(text) != std::string::npos;
                           });
    if (refused && challenge) {
      faults_.add("sts-host-bot-wall", address.address, fmt::format("status {}", http.status));
    }
  }

  void check_difference() {
    const HttpFacts* first = nullptr;
    for (const auto& address : host_.addresses) {
      const auto& http = address.http;
      if (http.end != HttpEnd::complete) continue;
      if (first == nullptr) first = &http;
      if (http.status == first->status && http.body == first->body) continue;
      return findings_.add("sts-host-addresses-differ", name_, answers());
    }
  }

  std::string answers() const {
    std::vector<std::string> texts;
    for (const auto& address : host_.addresses) {
      const auto& http = address.http;
      if (http.end != HttpEnd::complete) continue;
      texts.push_back(fmt::format("{}: status {}, {} octets", address.address.text(), http.status,
                                  http.body_bytes));
    }
    return join(texts, "; ");
  }

  void check_network() {
    for (const auto& address : host_.addresses) {
      for (const auto& mark : kNetworkFields) {
        if (address.http.field(mark.text) == nullptr) continue;
        return findings_.add("sts-host-proxy-only", name_,
                             fmt::format("{}, by the field {}", mark.who, mark.text));
      }
    }
  }

  const CheckView& view_;
  const PolicyHostFacts& host_;
  const std::string& name_;
  Findings& findings_;
  AddressFaults faults_;
};

}  // namespace

void check_policy_host(const CheckView& view, Findings& findings) {
  if (!means_policy(view)) return;
  PolicyHostRules(view, findings).run();
}

}  // namespace strictmx
