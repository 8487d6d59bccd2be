#include "core/check/report_targets.h"
#include "core/check/test_check_rules.h"
#include "core/check/test_mail_hosts.h"

namespace strictmx {

namespace {

void good(CheckFacts&) {}

// What the collector makes of these records; every destination takes reports.
void publish_rpt(CheckFacts& facts, const std::vector<std::string>& records) {
  facts.rpt_txt = txt_with("_smtp._tls.example.com", records);
  facts.report_targets.clear();
  for (auto& target : report_targets(records)) {
    ReportTargetFacts seen{target.uri, target.scheme, target.host, {}, {}, {}};
    if (target.scheme == "https") {
      const auto host = good_policy_host(target.host, "2a00:1::90", "5.0.0.90");
      seen.addresses = host.dns;
      seen.https = {host.addresses[0]};
    } else {
      seen.mx = facts.mx;
    }
    facts.report_targets.push_back(std::move(seen));
  }
}
void rua(CheckFacts& facts, const std::string& uris) {
  publish_rpt(facts, {"v=TLSRPTv1; rua=" + uris});
}
void absent(CheckFacts& facts) { publish_rpt(facts, {}); }
void elsewhere(CheckFacts& facts, const std::string& name) {
  absent(facts);
  facts.rpt_txt_elsewhere = {txt_with(name, {"v=TLSRPTv1; rua=mailto:tls@example.com"})};
}
void without_policy(CheckFacts& facts) { facts.sts_txt = txt_with("_mta-sts.example.com", {}); }
ReportTargetFacts& target(CheckFacts& facts) { return facts.report_targets[0]; }
void https(CheckFacts& facts) { rua(facts, "https://reports.example.com/tls"); }
template <ConnectStatus kStatus>
void https_fails(CheckFacts& facts) {
  https(facts);
  target(facts).https[0] = PolicyAddressFacts{.address = target(facts).https[0].address};
  target(facts).https[0].connect.status = kStatus;
}
void no_destination(CheckFacts& facts, DnsStatus status) {
  target(facts).mx = MxAnswer{dns_status(status), {}};
  target(facts).addresses = name_without("example.com", status);
}

std::vector<RuleRow> rows_of_record() {
  return {
      {"rpt-absent", kYes, "nothing", absent,
       "_smtp._tls.example.com. IN TXT \"v=TLSRPTv1; rua=mailto:tls-reports@example.com\""},
      {"rpt-absent", kNo, "no mail, nothing to report",
       [](CheckFacts& facts) {
         absent(facts);
         facts.mx.hosts = {{0, ""}};
         facts.hosts.clear();
       }},
      {"rpt-absent", kNo, "not looked at", [](CheckFacts& facts) { facts.rpt_txt = {}; }},
      {"rpt-lookup-fails", kYes, "no answer",
       [](CheckFacts& facts) { facts.rpt_txt.meta = dns_status(DnsStatus::servfail); }, "servfail"},
      {"rpt-lookup-fails", kNo, "the resolver fails",
       [](CheckFacts& facts) {
         facts.rpt_txt.meta = dns_status(DnsStatus::timeout);
         facts.vantage.root = dns_status(DnsStatus::timeout);
       }},
      {"rpt-wrong-owner", kYes, "at the domain",
       [](CheckFacts& facts) { elsewhere(facts, "example.com"); },
       "_smtp._tls.example.com. IN TXT"},
      {"rpt-wrong-owner", kNo, "of a draft",
       [](CheckFacts& facts) { elsewhere(facts, "_smtp-tlsrpt.example.com"); }},
      {"rpt-old-prefix", kYes, "of a draft",
       [](CheckFacts& facts) { elsewhere(facts, "_smtp-tlsrpt.example.com"); }},
      {"rpt-old-prefix", kNo, "elsewhere",
       [](CheckFacts& facts) { elsewhere(facts, "_tls.example.com"); }},
  };
}

std::vector<RuleRow> rows_of_text() {
  return {
      {"rpt-multiple", kYes, "two",
       [](CheckFacts& facts) {
         publish_rpt(facts, {"v=TLSRPTv1; rua=mailto:a@example.com",
                             "v=TLSRPTv1; rua=mailto:b@example.com"});
       },
       "rua=mailto:a@example.com,mailto:b@example.com"},
      {"rpt-multiple", kNo, "another record beside",
       [](CheckFacts& facts) {
         publish_rpt(facts, {"v=TLSRPTv1; rua=mailto:a@example.com", "v=spf1 -all"});
       }},
      {"rpt-version", kYes, "lower case",
       [](CheckFacts& facts) { publish_rpt(facts, {"v=tlsrptv1; rua=mailto:a@example.com"}); },
       "v=TLSRPTv1; rua=mailto:a@example.com"},
      {"rpt-version", kYes, "no semicolon",
       [](CheckFacts& facts) { publish_rpt(facts, {"v=TLSRPTv1 rua=mailto:a@example.com"}); }},
      {"rpt-version", kNo, "another record",
       [](CheckFacts& facts) { publish_rpt(facts, {"hello"}); }},
      {"rpt-version-blank", kYes, "a blank",
       [](CheckFacts& facts) { publish_rpt(facts, {"v=TLSRPTv1 ; rua=mailto:a@example.com"}); }},
      {"rpt-version-blank", kNo, "none", good},
      {"rpt-quoted", kYes, "quoted",
       [](CheckFacts& facts) { publish_rpt(facts, {"\"v=TLSRPTv1; rua=mailto:a@example.com\""}); }},
      {"rpt-quoted", kNo, "none", good},
      {"rpt-dmarc-text", kYes, "DMARC",
       [](CheckFacts& facts) { publish_rpt(facts, {"v=DMARC1; p=none"}); }, "v=DMARC1"},
      {"rpt-dmarc-text", kNo, "beside ours",
       [](CheckFacts& facts) {
         publish_rpt(facts, {"v=DMARC1; p=none", "v=TLSRPTv1; rua=mailto:a@example.com"});
       }},
      {"rpt-spf-text", kYes, "SPF", [](CheckFacts& facts) { publish_rpt(facts, {"v=spf1 -all"}); }},
      {"rpt-spf-text", kNo, "DMARC",
       [](CheckFacts& facts) { publish_rpt(facts, {"v=DMARC1; p=none"}); }},
      {"rpt-syntax", kYes, "no name",
       [](CheckFacts& facts) { publish_rpt(facts, {"v=TLSRPTv1; =x; rua=mailto:a@example.com"}); },
       "no field name"},
      {"rpt-syntax", kNo, "no rua: another finding",
       [](CheckFacts& facts) { publish_rpt(facts, {"v=TLSRPTv1;"}); }},
      {"rpt-cname-dangling", kYes, "an alias of nothing",
       [](CheckFacts& facts) {
         absent(facts);
         facts.rpt_txt.meta->canonical = "gone.example.net";
       },
       "gone.example.net"},
      {"rpt-cname-dangling", kNo, "absent", absent},
      {"rpt-delegated", kYes, "an alias",
       [](CheckFacts& facts) { facts.rpt_txt.meta->canonical = "tls.example.net"; },
       "tls.example.net"},
      {"rpt-delegated", kNo, "its own", good},
      {"rpt-wildcard", kYes, "everywhere",
       [](CheckFacts& facts) {
         facts.wildcard_txt = txt_with("strictmx-unknown-name.example.com",
                                       {"v=TLSRPTv1; rua=mailto:tls@example.com"});
       }},
      {"rpt-wildcard", kNo, "another record",
       [](CheckFacts& facts) {
         facts.wildcard_txt = txt_with("strictmx-unknown-name.example.com", {"v=spf1 -all"});
       }},
      {"rpt-extension", kYes, "an unknown field",
       [](CheckFacts& facts) {
         publish_rpt(facts, {"v=TLSRPTv1; ruf=x; rua=mailto:a@example.com;"});
       },
       "ruf=x"},
      {"rpt-extension", kNo, "none", good},
  };
}

std::vector<RuleRow> rows_of_rua() {
  return {
      {"rpt-rua-missing", kYes, "no field",
       [](CheckFacts& facts) { publish_rpt(facts, {"v=TLSRPTv1;"}); }},
      {"rpt-rua-missing", kNo, "an empty one", [](CheckFacts& facts) { rua(facts, ""); }},
      {"rpt-rua-empty", kYes, "an empty one", [](CheckFacts& facts) { rua(facts, ""); }},
      {"rpt-rua-empty", kNo, "no field",
       [](CheckFacts& facts) { publish_rpt(facts, {"v=TLSRPTv1;"}); }},
      {"rpt-rua-twice", kYes, "two fields",
       [](CheckFacts& facts) { rua(facts, "mailto:a@example.com; rua=mailto:b@example.com"); },
       "2 fields"},
      {"rpt-rua-twice", kNo, "two destinations",
       [](CheckFacts& facts) { rua(facts, "mailto:a@example.com,mailto:b@example.com"); }},
      {"rpt-rua-many", kYes, "seventeen",
       [](CheckFacts& facts) {
         std::string uris = "mailto:a@example.com";
         for (int i = 0; i < 16; ++i) uris += ",mailto:a" + std::to_string(i) + "@example.com";
         rua(facts, uris);
       }},
      {"rpt-rua-many", kNo, "two",
       [](CheckFacts& facts) { rua(facts, "mailto:a@example.com,mailto:b@example.com"); }},
      {"rpt-rua-duplicate", kYes, "twice",
       [](CheckFacts& facts) { rua(facts, "mailto:a@example.com,MAILTO:a@EXAMPLE.com"); }},
      {"rpt-rua-duplicate", kNo, "two",
       [](CheckFacts& facts) { rua(facts, "mailto:a@example.com,mailto:b@example.com"); }},
      {"rpt-rua-scheme", kYes, "none", [](CheckFacts& facts) { rua(facts, "a@example.com"); },
       "rua=mailto:a@example.com\""},
      {"rpt-rua-scheme", kYes, "http",
       [](CheckFacts& facts) { rua(facts, "http://example.com/r,mailto:a@example.com"); },
       "rua=https://example.com/r,mailto:a@example.com\""},
      {"rpt-rua-scheme", kNo, "upper case",
       [](CheckFacts& facts) { rua(facts, "MailTo:a@example.com"); }},
      {"rpt-rua-bang", kYes, "10m",
       [](CheckFacts& facts) { rua(facts, "mailto:a@example.com!10m"); },
       "rua=mailto:a@example.com\""},
      {"rpt-rua-bang", kNo, "part of the name",
       [](CheckFacts& facts) { rua(facts, "mailto:a!b@example.com"); }},
      {"rpt-rua-encoding", kYes, "an exclamation mark",
       [](CheckFacts& facts) { rua(facts, "mailto:a!b@example.com"); }, "a!b@example.com"},
      {"rpt-rua-encoding", kYes, "a comma",
       [](CheckFacts& facts) { rua(facts, "mailto:a,b@example.com"); }},
      {"rpt-rua-encoding", kNo, "encoded",
       [](CheckFacts& facts) { rua(facts, "mailto:a%21b@example.com"); }},
      {"rpt-rua-semicolon-list", kYes, "two",
       [](CheckFacts& facts) { rua(facts, "mailto:a@example.com;mailto:b@example.com"); }},
      {"rpt-rua-semicolon-list", kNo, "commas",
       [](CheckFacts& facts) { rua(facts, "mailto:a@example.com,mailto:b@example.com"); }},
      {"rpt-mailto-syntax", kYes, "no domain", [](CheckFacts& facts) { rua(facts, "mailto:a"); }},
      {"rpt-mailto-syntax", kNo, "no scheme", [](CheckFacts& facts) { rua(facts, "a"); }},
      {"rpt-https-syntax", kYes, "no host", [](CheckFacts& facts) { rua(facts, "https:/x"); }},
      {"rpt-https-syntax", kNo, "good", https},
  };
}

std::vector<RuleRow> rows_of_targets() {
  return {
      {"rpt-mailto-no-mx", kYes, "no such domain",
       [](CheckFacts& facts) { no_destination(facts, DnsStatus::no_name); }, "does not exist"},
      {"rpt-mailto-no-mx", kYes, "the null MX",
       [](CheckFacts& facts) { target(facts).mx = MxAnswer{dns_found(), {{0, ""}}}; }, "null MX"},
      {"rpt-mailto-no-mx", kYes, "neither MX nor address",
       [](CheckFacts& facts) { no_destination(facts, DnsStatus::no_data); }},
      {"rpt-mailto-no-mx", kNo, "an address alone",
       [](CheckFacts& facts) {
         no_destination(facts, DnsStatus::no_data);
         target(facts).addresses = name_with("example.com", "2a00:1::1", "5.0.0.1");
       }},
      {"rpt-mailto-dns", kYes, "no answer",
       [](CheckFacts& facts) { no_destination(facts, DnsStatus::timeout); }, "timeout"},
      {"rpt-mailto-dns", kNo, "no such domain",
       [](CheckFacts& facts) { no_destination(facts, DnsStatus::no_name); }},
      {"rpt-mailto-same-domain-enforced", kYes, "mail is deferred",
       [](CheckFacts& facts) { at_each_address(facts, without_starttls); }},
      {"rpt-mailto-same-domain-enforced", kNo, "mail arrives", good},
      {"rpt-mailto-same-domain-enforced", kNo, "a second destination elsewhere",
       [](CheckFacts& facts) {
         at_each_address(facts, without_starttls);
         rua(facts, "mailto:a@example.com,mailto:b@example.net");
       }},
      {"rpt-https-unreachable", kYes, "refused", https_fails<ConnectStatus::refused>, "refused"},
      {"rpt-https-unreachable", kYes, "no address",
       [](CheckFacts& facts) {
         https(facts);
         target(facts).addresses = name_without("reports.example.com", DnsStatus::no_name);
         target(facts).https.clear();
       }},
      {"rpt-https-unreachable", kNo, "no route from here", https_fails<ConnectStatus::no_route>},
      {"rpt-https-cert", kYes, "another name",
       [](CheckFacts& facts) {
         https(facts);
         target(facts).https[0].tls.chain.sent[0].dns_names = {"www.example.com"};
       },
       "for www.example.com"},
      {"rpt-https-cert", kNo, "good", https},
      {"rpt-external", kYes, "another domain",
       [](CheckFacts& facts) { rua(facts, "mailto:a@example.net"); }, "example.net"},
      {"rpt-external", kNo, "below the domain",
       [](CheckFacts& facts) { rua(facts, "mailto:a@reports.example.com"); }},
      {"rpt-single-destination", kYes, "one", good},
      {"rpt-single-destination", kNo, "two",
       [](CheckFacts& facts) { rua(facts, "mailto:a@example.com,mailto:b@example.com"); }},
  };
}

Severity severity_of_absence(const CheckFacts& facts) {
  for (const auto& finding : findings_of(facts)) {
    if (finding.kind->id == "rpt-absent") return finding.severity;
  }
  FAIL("not found");
  return Severity::info;
}

}  // namespace

std::vector<RuleRow> rows_of_rpt() {
  auto rows = rows_of_record();
  for (const auto& more : {rows_of_text(), rows_of_rua(), rows_of_targets()})
    rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

TEST_CASE("findings: TLS reporting") { run_rows(rows_of_rpt()); }

TEST_CASE("findings: no reports are worse where there is something to report") {
  auto facts = good_domain();
  absent(facts);
  CHECK(severity_of_absence(facts) == Severity::warning);
  without_policy(facts);
  CHECK(severity_of_absence(facts) == Severity::notice);
  sign_with_dane(facts);
  CHECK(severity_of_absence(facts) == Severity::warning);
}

}  // namespace strictmx
