#include "core/check/test_check_rules.h"

namespace strictmx {

namespace {

void set_mx(CheckFacts& facts, std::vector<MxHost> hosts) {
  facts.mx.hosts = std::move(hosts);
  facts.hosts.clear();
  for (const auto& mx : facts.mx.hosts) {
    if (mx.exchange.empty()) continue;
    auto& host = facts.hosts.emplace_back();
    host.preference = mx.preference;
    host.name = mx.exchange;
    auto name = Domain::parse(mx.exchange);
    if (!name) continue;
    host = good_host(mx.preference, mx.exchange, "2a00:1::9", "5.0.0.9");
  }
}

// The backup host has this name and no address.
void set_absent(CheckFacts& facts, const std::string& name, DnsStatus status) {
  set_mx(facts, {{10, "mx1.example.com"}, {20, name}});
  facts.hosts[1].dns = name_without(name, status);
  facts.hosts[1].addresses.clear();
}

void set_absent_below(CheckFacts& facts, const std::string& name, const std::string& zone) {
  set_absent(facts, name, DnsStatus::no_name);
  facts.hosts[1].dns.v4->zone = zone;
}

void set_implicit(CheckFacts& facts) {
  facts.mx = {dns_status(DnsStatus::no_data), {}};
  facts.own_addresses = name_with("example.com", "2a00:1::7", "5.0.0.7");
  facts.hosts = {good_host(0, "example.com", "2a00:1::7", "5.0.0.7")};
}

void set_connect(MxHostFacts& host, ConnectStatus status) {
  for (auto& address : host.addresses) address.connect = {status, {}, Millis{10}};
}

void set_address(CheckFacts& facts, std::string_view text, ConnectStatus status) {
  auto& host = facts.hosts[1];
  host.dns.addresses = {test_address(text)};
  host.addresses = {good_smtp(host.name, test_address(text))};
  host.addresses[0].connect = {status, {}, Millis{0}};
}

void keep_family(CheckFacts& facts, bool v4) {
  for (auto& host : facts.hosts) {
    std::erase_if(host.dns.addresses, [&](const IpAddress& a) { return a.is_v4() != v4; });
    (v4 ? host.dns.v6 : host.dns.v4)->status = DnsStatus::no_data;
  }
}

const RuleRow kAnswerRows[] = {
    {"mx-domain-nxdomain", kYes, "no such domain",
     [](CheckFacts& f) { f.mx = {dns_status(DnsStatus::no_name), {}}; }},
    {"mx-domain-nxdomain", kNo, "no MX record", set_implicit},
    {"mx-servfail", kYes, "SERVFAIL",
     [](CheckFacts& f) { f.mx = {dns_status(DnsStatus::servfail), {}}; }, "servfail"},
    {"mx-servfail", kYes, "no answer",
     [](CheckFacts& f) { f.mx = {dns_status(DnsStatus::timeout), {}}; }, "timeout"},
    {"mx-servfail", kNo, "nothing was asked",
     [](CheckFacts& f) {
       f.mx = {};
       f.planned_mx = true;
     }},
    {"mx-servfail", kNo, "our resolver answers nobody",
     [](CheckFacts& f) {
       f.mx = {dns_status(DnsStatus::servfail), {}};
       f.vantage.root->status = DnsStatus::timeout;
     }},
    {"mx-servfail", kNo, "a forged answer is told elsewhere",
     [](CheckFacts& f) { f.mx = {dns_status(DnsStatus::bogus), {}}; }},
    {"mx-null", kYes, "the null MX", [](CheckFacts& f) { set_mx(f, {{0, ""}}); }},
    {"mx-null", kNo, "beside another one",
     [](CheckFacts& f) { set_mx(f, {{0, ""}, {10, "mx1.example.com"}}); }},
    {"mx-null-mixed", kYes, "beside another one",
     [](CheckFacts& f) { set_mx(f, {{0, ""}, {10, "mx1.example.com"}}); },
     "delete: example.com. IN MX 0 ."},
    {"mx-null-mixed", kNo, "alone", [](CheckFacts& f) { set_mx(f, {{0, ""}}); }},
    {"mx-null-preference", kYes, "preference 10", [](CheckFacts& f) { set_mx(f, {{10, ""}}); },
     "example.com. IN MX 0 ."},
    {"mx-null-preference", kNo, "preference 0", [](CheckFacts& f) { set_mx(f, {{0, ""}}); }},
    {"mx-null-with-policy", kYes, "all records are left",
     [](CheckFacts& f) { set_mx(f, {{0, ""}}); },
     "_mta-sts.example.com, https://mta-sts.example.com/.well-known/mta-sts.txt, "
     "_smtp._tls.example.com"},
    {"mx-null-with-policy", kNo, "nothing is left",
     [](CheckFacts& f) {
       set_mx(f, {{0, ""}});
       f.sts_txt = txt_with("_mta-sts.example.com", {});
       f.rpt_txt = txt_with("_smtp._tls.example.com", {});
     }},
    {"mx-implicit", kYes, "an address in place of MX", set_implicit,
     "example.com. IN MX 10 example.com."},
    {"mx-implicit", kNo, "no address either",
     [](CheckFacts& f) {
       set_implicit(f);
       f.own_addresses = name_without("example.com", DnsStatus::no_data);
     }},
    {"mx-none-no-address", kYes, "nothing at all",
     [](CheckFacts& f) {
       set_implicit(f);
       f.own_addresses = name_without("example.com", DnsStatus::no_data);
     },
     "example.com. IN MX 0 ."},
    {"mx-none-no-address", kNo, "the address look-up failed",
     [](CheckFacts& f) {
       set_implicit(f);
       f.own_addresses = name_without("example.com", DnsStatus::no_data);
       f.own_addresses.v4->status = DnsStatus::timeout;
     }},
    {"mx-owner-cname", kYes, "the domain is an alias",
     [](CheckFacts& f) { f.mx.meta.canonical = "host.example.net"; }, "host.example.net"},
    {"mx-owner-cname", kNo, "it is none", [](CheckFacts&) {}},
    {"mx-ttl-extreme", kYes, "a week", [](CheckFacts& f) { f.mx.meta.ttl = Seconds{604800}; },
     "TTL 604800 s"},
    {"mx-ttl-extreme", kNo, "two days", [](CheckFacts& f) { f.mx.meta.ttl = Seconds{172800}; }},
    {"mx-duplicate", kYes, "the same host twice",
     [](CheckFacts& f) { set_mx(f, {{10, "mx1.example.com"}, {20, "mx1.example.com"}}); },
     "mx1.example.com"},
    {"mx-duplicate", kNo, "two hosts", [](CheckFacts&) {}},
    {"mx-many", kYes, "eleven",
     [](CheckFacts& f) {
       f.mx.hosts.clear();
       for (char c = 'a'; c <= 'k'; ++c) f.mx.hosts.push_back({10, std::string(1, c) + ".test"});
     },
     "11 MX records"},
    {"mx-many", kNo, "two", [](CheckFacts&) {}},
};

const RuleRow kTargetRows[] = {
    {"mx-target-cname", kYes, "an alias",
     [](CheckFacts& f) { f.hosts[0].dns.v4->canonical = "real.example.com"; },
     "example.com. IN MX 10 real.example.com."},
    {"mx-target-cname", kNo, "the domain itself, without MX",
     [](CheckFacts& f) {
       set_implicit(f);
       f.hosts[0].dns.v4->canonical = "real.example.com";
     }},
    {"mx-target-nxdomain", kYes, "no such host",
     [](CheckFacts& f) { set_absent(f, "gone.example.com", DnsStatus::no_name); },
     "delete: example.com. IN MX 20 gone.example.com."},
    {"mx-target-nxdomain", kNo, "the host is there, without address",
     [](CheckFacts& f) { set_absent(f, "gone.example.com", DnsStatus::no_data); }},
    {"mx-target-unregistered", kYes, "denied by the registry's zone",
     [](CheckFacts& f) { set_absent_below(f, "mx.forgotten.net", "net"); },
     "delete: example.com. IN MX 20 mx.forgotten.net."},
    {"mx-target-unregistered", kNo, "denied by the owner's zone",
     [](CheckFacts& f) { set_absent_below(f, "mx.provider.net", "provider.net"); }},
    {"mx-target-unregistered", kNo, "below the checked domain",
     [](CheckFacts& f) { set_absent_below(f, "gone.example.com", "com"); }},
    {"mx-target-unregistered", kNo, "a name that nobody sells",
     [](CheckFacts& f) { set_absent_below(f, "mx.provider.invalid", "invalid"); }},
    {"mx-target-servfail", kYes, "the look-up fails",
     [](CheckFacts& f) { set_absent(f, "mx9.example.com", DnsStatus::servfail); },
     "AAAA: servfail, A: servfail"},
    {"mx-target-servfail", kNo, "one family's look-up fails",
     [](CheckFacts& f) { f.hosts[0].dns.v6->status = DnsStatus::timeout; }},
    {"mx-target-no-address", kYes, "no address",
     [](CheckFacts& f) { set_absent(f, "empty.example.com", DnsStatus::no_data); },
     "empty.example.com"},
    {"mx-target-no-address", kNo, "no such host",
     [](CheckFacts& f) { set_absent(f, "gone.example.com", DnsStatus::no_name); }},
    {"mx-target-ip-literal", kYes, "an IPv4 address",
     [](CheckFacts& f) { set_mx(f, {{10, "192.0.2.1"}}); }, "192.0.2.1"},
    {"mx-target-ip-literal", kNo, "digits in a name",
     [](CheckFacts& f) { set_mx(f, {{10, "192.0.2.example.com"}}); }},
    {"mx-target-special-address", kYes, "loopback where private ones are allowed",
     [](CheckFacts& f) {
       set_address(f, "127.0.0.1", ConnectStatus::refused);
       f.policy_host.addresses[1].address = test_address("10.0.0.1");
     },
     "127.0.0.1"},
    {"mx-target-special-address", kYes, "a private one that was refused",
     [](CheckFacts& f) { set_address(f, "10.0.0.1", ConnectStatus::not_public); }, "10.0.0.1"},
    {"mx-target-special-address", kYes, "IPv4 in IPv6",
     [](CheckFacts& f) { set_address(f, "::ffff:127.0.0.1", ConnectStatus::not_public); }},
    {"mx-target-special-address", kNo, "a private one in a private network",
     [](CheckFacts& f) { set_address(f, "10.0.0.1", ConnectStatus::connected); }},
    {"mx-target-invalid-name", kYes, "an underscore",
     [](CheckFacts& f) { set_mx(f, {{10, "mail_2.example.com"}}); }, "MX 10 mail_2.example.com"},
    {"mx-target-invalid-name", kNo, "an address",
     [](CheckFacts& f) { set_mx(f, {{10, "192.0.2.1"}}); }},
    {"mx-target-ulabel", kYes, "a letter beyond ASCII",
     [](CheckFacts& f) {
       f.hosts[1].name = "m\xc3\xbc.example.com";
       f.hosts[1].host = *Domain::parse("m\xc3\xbc.example.com");
     },
     "example.com. IN MX 20 xn--m-eha.example.com."},
    {"mx-target-ulabel", kNo, "its ASCII form",
     [](CheckFacts& f) { set_mx(f, {{10, "xn--m-eha.example.com"}}); }},
    {"mx-target-is-tld", kYes, "one label", [](CheckFacts& f) { set_mx(f, {{10, "mail"}}); }},
    {"mx-target-is-tld", kNo, "two labels", [](CheckFacts& f) { set_mx(f, {{10, "mail.net"}}); }},
    {"mx-double-suffix", kYes, "the domain twice",
     [](CheckFacts& f) { set_absent(f, "mx2.example.com.example.com", DnsStatus::no_name); },
     "example.com. IN MX 20 mx2.example.com."},
    {"mx-double-suffix", kNo, "two domains",
     [](CheckFacts& f) { set_mx(f, {{10, "mx.example.net.example.com"}}); }},
    {"mx-target-nxdomain", kNo, "the zone twice is told already",
     [](CheckFacts& f) { set_absent(f, "mx2.example.com.example.com", DnsStatus::no_name); }},
    {"mx-o365-verification", kYes, "a record for verification",
     [](CheckFacts& f) { set_absent(f, "ms12345.msv1.invalid", DnsStatus::no_name); },
     "delete: example.com. IN MX 20 ms12345.msv1.invalid."},
    {"mx-o365-verification", kNo, "another name",
     [](CheckFacts& f) { set_absent(f, "ms12345.invalid", DnsStatus::no_name); }},
};

const RuleRow kReachRows[] = {
    {"mx-no-ipv6", kYes, "IPv4 only", [](CheckFacts& f) { keep_family(f, true); }},
    {"mx-no-ipv6", kNo, "one host has both",
     [](CheckFacts& f) {
       keep_family(f, true);
       f.hosts[1] = good_host(20, "mx2.example.com", "2a00:1::2", "5.0.0.2");
     }},
    {"mx-no-ipv6", kNo, "a look-up failed",
     [](CheckFacts& f) {
       keep_family(f, true);
       f.hosts[1].dns.v6->status = DnsStatus::timeout;
     }},
    {"mx-only-ipv6", kYes, "IPv6 only", [](CheckFacts& f) { keep_family(f, false); }},
    {"mx-only-ipv6", kNo, "IPv4 only", [](CheckFacts& f) { keep_family(f, true); }},
    {"mx-all-unreachable", kYes, "all refuse",
     [](CheckFacts& f) {
       for (auto& host : f.hosts) set_connect(host, ConnectStatus::refused);
     },
     "mx2.example.com [5.0.0.2]: refused"},
    {"mx-all-unreachable", kYes, "one is silent, the other one absent",
     [](CheckFacts& f) {
       set_absent(f, "gone.example.com", DnsStatus::no_name);
       set_connect(f.hosts[0], ConnectStatus::timeout);
     }},
    {"mx-all-unreachable", kNo, "one address answers",
     [](CheckFacts& f) {
       for (auto& host : f.hosts) set_connect(host, ConnectStatus::refused);
       f.hosts[1].addresses[1].connect.status = ConnectStatus::connected;
     }},
    {"mx-all-unreachable", kNo, "no route to one family",
     [](CheckFacts& f) {
       for (auto& host : f.hosts) {
         set_connect(host, ConnectStatus::timeout);
         host.addresses[0].connect.status = ConnectStatus::no_route;
       }
     }},
    {"mx-all-unreachable", kNo, "not probed",
     [](CheckFacts& f) {
       for (auto& host : f.hosts) host.addresses.clear();
     }},
    {"mx-backup-unreachable", kYes, "the backup refuses",
     [](CheckFacts& f) { set_connect(f.hosts[1], ConnectStatus::refused); },
     "delete: example.com. IN MX 20 mx2.example.com."},
    {"mx-backup-unreachable", kNo, "the first host refuses",
     [](CheckFacts& f) { set_connect(f.hosts[0], ConnectStatus::refused); }},
    {"mx-backup-unreachable", kNo, "its loopback address is told already",
     [](CheckFacts& f) { set_address(f, "127.0.0.1", ConnectStatus::refused); }},
    {"mx-backup-unreachable", kNo, "one of its addresses answers",
     [](CheckFacts& f) { f.hosts[1].addresses[0].connect.status = ConnectStatus::timeout; }},
};

}  // namespace

std::vector<RuleRow> rows_of_mx() { return rows_in({kAnswerRows, kTargetRows, kReachRows}); }

TEST_CASE("rules about MX hosts") { run_rows(rows_of_mx()); }

TEST_CASE("nobody listens, or port 25 is blocked here: how sure it is") {
  auto facts = good_domain();
  for (auto& host : facts.hosts) set_connect(host, ConnectStatus::timeout);
  CHECK(findings_of(facts)[0].severity < Severity::critical);
  set_connect(facts.hosts[1], ConnectStatus::refused);
  CHECK(findings_of(facts)[0].severity == Severity::critical);
  CHECK(findings_of(facts)[0].kind->id == "mx-all-unreachable");
}

}  // namespace strictmx
