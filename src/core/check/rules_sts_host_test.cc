#include "core/check/test_check_rules.h"

namespace strictmx {

namespace {

void set_absent(CheckFacts& facts, DnsStatus status) {
  facts.policy_host = {};
  facts.policy_host.dns = name_without("mta-sts.example.com", status);
  facts.policy_host.outcome = {FetchStatus::host_not_found, {}, {}};
  facts.policy_host.fetched = true;
}

void set_alias_of_nothing(CheckFacts& facts, const std::string& target) {
  set_absent(facts, DnsStatus::no_name);
  facts.policy_host.dns.v4->canonical = target;
  facts.policy_host.dns.v4->zone = "net";
}

void without_record(CheckFacts& facts) { facts.sts_txt = txt_with("_mta-sts.example.com", {}); }

void set_connect(CheckFacts& facts, ConnectStatus v6, ConnectStatus v4) {
  auto& addresses = facts.policy_host.addresses;
  const bool good = v6 == ConnectStatus::connected || v4 == ConnectStatus::connected;
  if (!good) facts.policy_host.outcome = {FetchStatus::connect_failed, {}, {}};
  for (auto& address : addresses) {
    address.connect.status = address.address.is_v4() ? v4 : v6;
    if (address.connect.status == ConnectStatus::connected) continue;
    address.tls = {};
    address.http = {};
    address.http.end = HttpEnd::no_connection;
  }
}

void set_answer(CheckFacts& facts, unsigned status, const std::string& body) {
  facts.policy_host.outcome = {FetchStatus::http_status, {}, {}};
  for (auto& address : facts.policy_host.addresses) {
    address.http.status = status;
    address.http.body = body;
    address.http.body_bytes = body.size();
  }
}

void set_address(CheckFacts& facts, std::string_view text, ConnectStatus status) {
  facts.policy_host.dns.addresses[1] = test_address(text);
  facts.policy_host.addresses[1].address = test_address(text);
  facts.policy_host.addresses[1].connect.status = status;
}

const RuleRow kNameRows[] = {
    {"sts-host-nxdomain", kYes, "no such host",
     [](CheckFacts& f) { set_absent(f, DnsStatus::no_name); }, "mta-sts.example.com. IN A"},
    {"sts-host-nxdomain", kNo, "and no record either",
     [](CheckFacts& f) {
       set_absent(f, DnsStatus::no_name);
       without_record(f);
     }},
    {"sts-host-no-address", kYes, "no address",
     [](CheckFacts& f) { set_absent(f, DnsStatus::no_data); }, "neither A nor AAAA record"},
    {"sts-host-no-address", kNo, "no such host",
     [](CheckFacts& f) { set_absent(f, DnsStatus::no_name); }},
    {"sts-host-servfail", kYes, "SERVFAIL",
     [](CheckFacts& f) { set_absent(f, DnsStatus::servfail); }, "servfail"},
    {"sts-host-servfail", kNo, "one family fails",
     [](CheckFacts& f) { f.policy_host.dns.v6->status = DnsStatus::servfail; }},
    {"sts-host-cname-dangling", kYes, "the target is gone",
     [](CheckFacts& f) { set_alias_of_nothing(f, "gone.provider.net"); }, "gone.provider.net"},
    {"sts-host-cname-dangling", kNo, "the target is there",
     [](CheckFacts& f) { f.policy_host.dns.v4->canonical = "web.provider.net"; }},
    {"sts-host-wildcard", kYes, "the signature says so",
     [](CheckFacts& f) { f.policy_host.dns.v4->wildcard = true; }, "mta-sts.example.com. IN A"},
    {"sts-host-wildcard", kYes, "the same addresses, and no policy",
     [](CheckFacts& f) {
       f.wildcard_address = name_with("x.example.com", "2a00:1::80", "5.0.0.80");
       set_answer(f, 404, "not found");
     },
     "x.example.com has the same addresses"},
    {"sts-host-wildcard", kNo, "the same addresses, and a policy",
     [](CheckFacts& f) {
       f.wildcard_address = name_with("x.example.com", "2a00:1::80", "5.0.0.80");
     }},
    {"sts-host-v6-only", kYes, "no A record",
     [](CheckFacts& f) {
       f.policy_host.dns.addresses.pop_back();
       f.policy_host.dns.v4->status = DnsStatus::no_data;
       f.policy_host.addresses.pop_back();
     }},
    {"sts-host-v6-only", kNo, "the A look-up failed",
     [](CheckFacts& f) {
       f.policy_host.dns.addresses.pop_back();
       f.policy_host.dns.v4->status = DnsStatus::servfail;
       f.policy_host.addresses.pop_back();
     }},
    {"sts-host-special-address", kYes, "a private one",
     [](CheckFacts& f) { set_address(f, "192.168.0.1", ConnectStatus::not_public); },
     "192.168.0.1"},
    {"sts-host-special-address", kNo, "in a private network",
     [](CheckFacts& f) { set_address(f, "192.168.0.1", ConnectStatus::connected); }},
};

const RuleRow kConnectRows[] = {
    {"sts-host-v4-unreachable", kYes, "only IPv6 answers",
     [](CheckFacts& f) { set_connect(f, ConnectStatus::connected, ConnectStatus::refused); },
     "port 443: refused [5.0.0.80]"},
    {"sts-host-v4-unreachable", kNo, "none answers",
     [](CheckFacts& f) { set_connect(f, ConnectStatus::refused, ConnectStatus::refused); }},
    {"sts-host-v6-unreachable", kYes, "only IPv4 answers",
     [](CheckFacts& f) { set_connect(f, ConnectStatus::timeout, ConnectStatus::connected); },
     "port 443: timeout [2a00:1::80]"},
    {"sts-host-v6-unreachable", kNo, "no route from here",
     [](CheckFacts& f) { set_connect(f, ConnectStatus::no_route, ConnectStatus::connected); }},
    {"sts-host-refused", kYes, "both families",
     [](CheckFacts& f) { set_connect(f, ConnectStatus::refused, ConnectStatus::refused); },
     "[2a00:1::80, 5.0.0.80]"},
    {"sts-host-refused", kNo, "one family alone has its own finding",
     [](CheckFacts& f) { set_connect(f, ConnectStatus::refused, ConnectStatus::connected); }},
    {"sts-host-timeout", kYes, "silent and refused",
     [](CheckFacts& f) { set_connect(f, ConnectStatus::timeout, ConnectStatus::refused); }},
    {"sts-host-timeout", kNo, "refused",
     [](CheckFacts& f) { set_connect(f, ConnectStatus::refused, ConnectStatus::refused); }},
    {"sts-host-reset", kYes, "cut",
     [](CheckFacts& f) { set_connect(f, ConnectStatus::reset, ConnectStatus::reset); }},
    {"sts-host-reset", kNo, "refused",
     [](CheckFacts& f) { set_connect(f, ConnectStatus::refused, ConnectStatus::refused); }},
    {"sts-host-unreachable", kYes, "no way there",
     [](CheckFacts& f) { set_connect(f, ConnectStatus::no_route, ConnectStatus::unreachable); }},
    {"sts-host-unreachable", kNo, "not tried",
     [](CheckFacts& f) { set_connect(f, ConnectStatus::not_tried, ConnectStatus::not_tried); }},
};

const RuleRow kAddressRows[] = {
    {"sts-host-slow", kYes, "six seconds",
     [](CheckFacts& f) { f.policy_host.addresses[0].http.total = Millis{6000}; }, "6000 ms"},
    {"sts-host-slow", kYes, "no end",
     [](CheckFacts& f) { f.policy_host.addresses[0].http.end = HttpEnd::timeout; }},
    {"sts-host-slow", kYes, "no end of the handshake",
     [](CheckFacts& f) {
       f.policy_host.addresses[0].tls.status = HandshakeStatus::timeout;
       f.policy_host.addresses[0].http = {};
     }},
    {"sts-host-slow", kNo, "five seconds",
     [](CheckFacts& f) { f.policy_host.addresses[0].http.total = Millis{5000}; }},
    {"sts-host-addresses-differ", kYes, "another body",
     [](CheckFacts& f) { f.policy_host.addresses[1].http.body += "\r\n"; },
     "2a00:1::80: status 200"},
    {"sts-host-addresses-differ", kYes, "another status",
     [](CheckFacts& f) { f.policy_host.addresses[1].http.status = 404; }},
    {"sts-host-addresses-differ", kNo, "one gives no answer",
     [](CheckFacts& f) { f.policy_host.addresses[1].http.end = HttpEnd::closed; }},
    {"sts-host-takeover-fingerprint", kYes, "an unclaimed name",
     [](CheckFacts& f) { set_answer(f, 404, "<p>There isn't a GitHub Pages site here.</p>"); },
     "GitHub Pages"},
    {"sts-host-takeover-fingerprint", kNo, "any 404",
     [](CheckFacts& f) { set_answer(f, 404, "not found"); }},
    {"sts-host-bot-wall", kYes, "a challenge",
     [](CheckFacts& f) { set_answer(f, 403, "<title>Just a moment...</title>"); }, "status 403"},
    {"sts-host-bot-wall", kYes, "a field says so",
     [](CheckFacts& f) {
       set_answer(f, 403, "");
       f.policy_host.addresses[0].http.fields = {{"cf-mitigated", "challenge"}};
     }},
    {"sts-host-bot-wall", kNo, "forbidden", [](CheckFacts& f) { set_answer(f, 403, "forbidden"); }},
    {"sts-host-proxy-only", kYes, "a known network",
     [](CheckFacts& f) { f.policy_host.addresses[0].http.fields.push_back({"cf-ray", "8a"}); },
     "Cloudflare"},
    {"sts-host-proxy-only", kNo, "a plain server",
     [](CheckFacts& f) { f.policy_host.addresses[0].http.fields.push_back({"server", "nginx"}); }},
};

}  // namespace

std::vector<RuleRow> rows_of_sts_host() { return rows_in({kNameRows, kConnectRows, kAddressRows}); }

TEST_CASE("rules about the policy host") { run_rows(rows_of_sts_host()); }

TEST_CASE("an alias into a domain that is free to register is critical") {
  auto facts = good_domain();
  set_alias_of_nothing(facts, "gone.forgotten.net");
  CHECK(findings_of(facts)[0].kind->id == "sts-host-cname-dangling");
  CHECK(findings_of(facts)[0].severity == Severity::critical);
  facts.policy_host.dns.v4->zone = "forgotten.net";
  CHECK(findings_of(facts)[0].severity == Severity::error);
}

TEST_CASE("a policy host without address has one finding") {
  for (const auto status : {DnsStatus::no_name, DnsStatus::no_data, DnsStatus::servfail}) {
    auto facts = good_domain();
    set_absent(facts, status);
    std::size_t grave = 0;
    for (const auto& finding : findings_of(facts)) grave += finding.severity > Severity::notice;
    CHECK(grave == 1);
  }
}

TEST_CASE("one dead address of several is less than a dead host") {
  auto facts = good_domain();
  auto third = facts.policy_host.addresses[1];
  third.address = test_address("5.0.0.81");
  third.connect.status = ConnectStatus::refused;
  third.tls = {};
  third.http = {};
  facts.policy_host.addresses.push_back(third);
  CHECK(findings_of(facts)[0].kind->id == "sts-host-refused");
  CHECK(findings_of(facts)[0].severity == Severity::warning);
}

}  // namespace strictmx
