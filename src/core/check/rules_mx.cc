#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "core/check/check_rules.h"
#include "core/check/rule_evidence.h"

namespace strictmx {

namespace {

constexpr std::size_t kManyHosts = 10;
constexpr Seconds kLongTtl{2 * 86400};

// What the connections to one host showed.
enum class HostFate : std::uint8_t {
  reachable,
  dead,     // every address was tried in vain
  absent,   // there is nothing to connect to, which other findings tell
  unknown,  // not all of it was looked at
};

HostFate fate_of(const CheckView& view, const MxHostFacts& host) {
  if (!host.host || has_no_address(host.dns)) return HostFate::absent;
  if (host.addresses.empty() || host.addresses.size() < host.dns.addresses.size()) {
    return HostFate::unknown;
  }
  bool tried = false;
  for (const auto& address : host.addresses) {
    if (is_wrongly_special(view, address.address)) continue;
    switch (address.connect.status) {
      case ConnectStatus::connected:
        return HostFate::reachable;
      case ConnectStatus::refused:
      case ConnectStatus::unreachable:
      case ConnectStatus::timeout:
      case ConnectStatus::reset:
        tried = true;
        break;
      case ConnectStatus::not_public:
        break;
      case ConnectStatus::not_tried:
      case ConnectStatus::no_route:
      case ConnectStatus::local:
        return HostFate::unknown;
    }
  }
  return tried ? HostFate::dead : HostFate::absent;
}

std::string connect_text(const MxHostFacts& host) {
  std::vector<std::string> texts;
  for (const auto& address : host.addresses) {
    texts.push_back(fmt::format("{} [{}]: {}", escape_remote(host.name, 255),
                                address.address.text(), name_of(address.connect.status)));
  }
  return join(texts, ", ");
}

class MailHostRules {
 public:
  MailHostRules(const CheckView& view, Findings& findings)
      : view_(view), facts_(view.facts), domain_(view.facts.domain.text()), findings_(findings) {}

  void run() {
    check_answer();
    check_null();
    if (is_null_mx(facts_.mx)) return;
    check_implicit();
    check_list();
    for (const auto& host : facts_.hosts) check_host(host);
    check_families();
    check_connections();
  }

 private:
  void add(std::string_view id, std::string evidence = {}, std::string fix = {}) {
    findings_.add(id, domain_, std::move(evidence), std::move(fix));
  }

  // RFC 7505 §3.
  void check_null() {
    const auto& hosts = facts_.mx.hosts;
    const auto null = std::ranges::find(hosts, "", &MxHost::exchange);
    if (null == hosts.end()) return;
    if (!is_null_mx(facts_.mx)) {
      return add("mx-null-mixed", fmt::format("{} MX records, one of them \".\"", hosts.size()),
                 fmt::format("delete: {}. IN MX {} .", domain_, null->preference));
    }
    add("mx-null", fmt::format("MX {} .", null->preference));
    if (null->preference != 0) {
      add("mx-null-preference", fmt::format("MX {} .", null->preference),
          fmt::format("{}. IN MX 0 .", domain_));
    }
    if (const auto left = left_records(); !left.empty()) add("mx-null-with-policy", left);
  }

  std::string left_records() const {
    std::vector<std::string> left;
    if (view_.record != nullptr) left.push_back("_mta-sts." + domain_);
    if (view_.policy) left.push_back("https://mta-sts." + domain_ + "/.well-known/mta-sts.txt");
    if (std::holds_alternative<TlsRptRecord>(view_.rpt)) left.push_back("_smtp._tls." + domain_);
    return join(left, ", ");
  }

  void check_answer() {
    const auto& meta = facts_.mx.meta;
    if (facts_.planned_mx) return;
    if (!meta.canonical.empty())
      add("mx-owner-cname", domain_ + " is " + escape_remote(meta.canonical));
    if (meta.status == DnsStatus::no_name) return add("mx-domain-nxdomain", "MX query: NXDOMAIN");
    // A forged answer is told by the rules about DNSSEC.
    const bool silent = meta.status == DnsStatus::servfail || meta.status == DnsStatus::timeout;
    if (silent && !own_resolver_failed(facts_)) {
      add("mx-servfail",
          fmt::format("MX query: {} {}", name_of(meta.status), escape_remote(meta.why, 120)));
    }
    if (meta.status == DnsStatus::found && meta.ttl > kLongTtl) {
      add("mx-ttl-extreme", fmt::format("TTL {} s", meta.ttl.count()));
    }
  }

  bool is_implicit() const {
    return facts_.mx.hosts.empty() && facts_.mx.meta.status == DnsStatus::no_data;
  }

  void check_implicit() {
    if (!is_implicit()) return;
    const auto& own = facts_.own_addresses;
    if (has_no_address(own)) {
      return add("mx-none-no-address", "neither MX, A nor AAAA record",
                 fmt::format("{}. IN MX 0 .", domain_));
    }
    if (own.addresses.empty()) return;
    add("mx-implicit", address_list(own.addresses), mx_line(domain_, 10, domain_));
  }

  void check_list() {
    const auto& hosts = facts_.mx.hosts;
    if (hosts.size() > kManyHosts) add("mx-many", fmt::format("{} MX records", hosts.size()));
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      const auto& name = hosts[i].exchange;
      const auto same = [&](const MxHost& other) { return other.exchange == name; };
      if (name.empty() || std::none_of(hosts.begin(), hosts.begin() + static_cast<long>(i), same))
        continue;
      findings_.add("mx-duplicate", escape_remote(name, 255),
                    fmt::format("preferences include {}", hosts[i].preference));
    }
  }

  void check_host(const MxHostFacts& host) {
    const auto name = escape_remote(host.name, 255);
    const auto at = fmt::format("MX {} {}", host.preference, name);
    if (!is_ascii(host.name)) {
      const auto ascii = host.host ? mx_line(domain_, host.preference, host.host->text()) : "";
      return findings_.add("mx-target-ulabel", name, at, ascii);
    }
    if (!host.host) return check_no_host(host, name, at);
    if (host.host->single_label()) return findings_.add("mx-target-is-tld", name, at);
    if (host.name.ends_with(".msv1.invalid")) {
      return findings_.add("mx-o365-verification", name, at,
                           "delete: " + mx_line(domain_, host.preference, host.name));
    }
    if (const auto meant = without_double_suffix(host.name); !meant.empty()) {
      return findings_.add("mx-double-suffix", name, at, mx_line(domain_, host.preference, meant));
    }
    check_dns_of(host, name);
  }

  void check_no_host(const MxHostFacts& host, const std::string& name, const std::string& at) {
    const auto error = Domain::parse(host.name);
    const bool literal = !error && error.error().code == Errc::unsupported;
    findings_.add(literal ? "mx-target-ip-literal" : "mx-target-invalid-name", name, at);
  }

  // "mx.example.com.example.com" without its second half; empty where nothing is doubled.
  std::string without_double_suffix(std::string_view name) const {
    for (const std::string_view suffix : {std::string_view(domain_), zone_apex()}) {
      if (suffix.find('.') == std::string_view::npos) continue;
      const auto doubled = fmt::format("{0}.{0}", suffix);
      if (!name.ends_with(doubled)) continue;
      return std::string(name.substr(0, name.size() - suffix.size() - 1));
    }
    return {};
  }

  std::string_view zone_apex() const { return facts_.zone.apex; }

  void check_dns_of(const MxHostFacts& host, const std::string& name) {
    const auto& dns = host.dns;
    const auto target = final_name(dns);
    const bool alias = !is_implicit() && target != dns.name && !target.empty();
    if (alias) {
      findings_.add("mx-target-cname", name, fmt::format("{} is {}", name, escape_remote(target)),
                    mx_line(domain_, host.preference, target));
    }
    check_absence(host, name, target);
    const bool forged = (dns.v4 && dns.v4->status == DnsStatus::bogus) ||
                        (dns.v6 && dns.v6->status == DnsStatus::bogus);
    if (look_up_failed(dns) && dns.addresses.empty() && !forged && !own_resolver_failed(facts_)) {
      findings_.add("mx-target-servfail", name, failure_text(dns));
    }
    std::vector<IpAddress> special;
    std::ranges::copy_if(dns.addresses, std::back_inserter(special), [&](const IpAddress& address) {
      return is_wrongly_special(view_, address);
    });
    if (!special.empty()) findings_.add("mx-target-special-address", name, address_list(special));
  }

  void check_absence(const MxHostFacts& host, const std::string& name, const std::string& target) {
    if (is_implicit() || !has_no_address(host.dns)) return;
    const auto gone = "delete: " + mx_line(domain_, host.preference, host.name);
    if (is_free_to_register(target, host.dns, facts_.domain)) {
      findings_.add("mx-target-unregistered", name,
                    fmt::format("{}: NXDOMAIN by the zone {}", escape_remote(target),
                                escape_remote(host.dns.v4->zone)),
                    gone);
    } else if (does_not_exist(host.dns)) {
      findings_.add("mx-target-nxdomain", name, escape_remote(target) + ": NXDOMAIN", gone);
    } else {
      findings_.add("mx-target-no-address", name, escape_remote(target) + ": no A, no AAAA", gone);
    }
  }

  static std::string failure_text(const NameFacts& dns) {
    std::string text;
    for (const auto& [type, meta] : {std::pair("AAAA", &dns.v6), std::pair("A", &dns.v4)}) {
      if (!*meta || !is_failure((*meta)->status)) continue;
      text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", type, name_of((*meta)->status));
    }
    return text;
  }

  void check_families() {
    bool v4 = false;
    bool v6 = false;
    for (const auto& host : facts_.hosts) {
      if (host.host && (!host.dns.v4 || !host.dns.v6 || look_up_failed(host.dns))) return;
      for (const auto& address : host.dns.addresses) (address.is_v4() ? v4 : v6) = true;
    }
    if (v4 && !v6) add("mx-no-ipv6", "no AAAA record");
    if (v6 && !v4) add("mx-only-ipv6", "no A record");
  }

  void check_connections() {
    const auto& hosts = facts_.hosts;
    std::vector<const MxHostFacts*> dead;
    bool reachable = false;
    bool unknown = false;
    for (const auto& host : hosts) {
      const auto fate = fate_of(view_, host);
      if (fate == HostFate::dead) dead.push_back(&host);
      reachable = reachable || fate == HostFate::reachable;
      unknown = unknown || fate == HostFate::unknown;
    }
    if (dead.empty() || (!reachable && unknown)) return;
    if (!reachable) return add_all_unreachable(dead);
    for (const auto* host : dead) {
      if (host->preference == hosts.front().preference) continue;
      findings_.add("mx-backup-unreachable", host->host->text(), connect_text(*host),
                    "delete: " + mx_line(domain_, host->preference, host->name));
    }
  }

  // A network that blocks port 25 looks like servers that never answer.
  void add_all_unreachable(const std::vector<const MxHostFacts*>& dead) {
    std::vector<std::string> texts;
    bool refused = false;
    for (const auto* host : dead) {
      texts.push_back(connect_text(*host));
      refused = refused || std::ranges::any_of(host->addresses, [](const SmtpAddressFacts& a) {
                  return a.connect.status == ConnectStatus::refused ||
                         a.connect.status == ConnectStatus::reset;
                });
    }
    findings_.add_as(refused ? Severity::critical : Severity::warning, "mx-all-unreachable",
                     domain_, join(texts, ", "));
  }

  const CheckView& view_;
  const CheckFacts& facts_;
  const std::string& domain_;
  Findings& findings_;
};

}  // namespace

void check_mail_hosts(const CheckView& view, Findings& findings) {
  MailHostRules(view, findings).run();
}

}  // namespace strictmx
