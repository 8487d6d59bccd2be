#include "core/check/mail_provider.h"
#include "core/check/test_check_rules.h"

namespace strictmx {

namespace {

void set_lines(CheckFacts& facts, std::string_view mode, const std::vector<std::string>& mx) {
  std::vector<std::string> lines = {"version: STSv1", "mode: " + std::string(mode)};
  for (const auto& pattern : mx) lines.push_back("mx: " + pattern);
  lines.emplace_back("max_age: 1209600");
  set_policy(facts, policy_text(lines));
}

void set_mx(CheckFacts& facts, const std::vector<std::string>& mx) {
  set_lines(facts, "enforce", mx);
}

void set_host(CheckFacts& facts, const std::string& name) {
  facts.mx.hosts = {{10, name}};
  facts.hosts = {good_host(10, name, "2a00:1::9", "5.0.0.9")};
}

void set_implicit(CheckFacts& facts) {
  facts.mx = {dns_status(DnsStatus::no_data), {}};
  facts.hosts = {good_host(0, "example.com", "2a00:1::9", "5.0.0.9")};
}

// Yesterday: the good policy under this id.
void remember(CheckFacts& facts, const std::string& id, const std::string& policy) {
  facts.earlier = EarlierFacts{kTestNow - kTestDay, id, policy};
}

std::string testing_policy() {
  return policy_text({"version: STSv1", "mode: testing", "mx: mx1.example.com",
                      "mx: mx2.example.com", "max_age: 86400"});
}

void lose_record(CheckFacts& facts) {
  facts.sts_txt = txt_with("_mta-sts.example.com", {});
  facts.policy_host = {};
}

void spoil_tlsa(CheckFacts& facts) {
  sign_with_dane(facts);
  for (auto& tlsa : facts.hosts[0].addresses[1].tlsa) tlsa.match = TlsaMatch::no_match;
}

const RuleRow kCoverRows[] = {
    {"sts-mode-none", kYes, "switched off", [](CheckFacts& f) { set_lines(f, "none", {}); }},
    {"sts-mode-none", kNo, "tested", [](CheckFacts& f) { set_policy(f, testing_policy()); }},
    {"sts-mode-testing", kYes, "tested", [](CheckFacts& f) { set_policy(f, testing_policy()); },
     "mode: enforce\n_mta-sts.example.com."},
    {"sts-mode-testing", kNo, "enforced", [](CheckFacts&) {}},
    {"sts-mx-not-covered", kYes, "the first one",
     [](CheckFacts& f) { set_mx(f, {"mx2.example.com"}); },
     "mx: mx1.example.com\n_mta-sts.example.com. IN TXT \"v=STSv1; id=20261126T190000;\""},
    {"sts-mx-not-covered", kNo, "mode none",
     [](CheckFacts& f) { set_lines(f, "none", {"mx2.example.com"}); }},
    {"sts-mx-not-covered", kNo, "a host that does not exist",
     [](CheckFacts& f) {
       set_mx(f, {"mx2.example.com"});
       f.hosts[0].dns = name_without("mx1.example.com", DnsStatus::no_name);
     }},
    {"sts-mx-none-covered", kYes, "both", [](CheckFacts& f) { set_mx(f, {"mx9.example.com"}); },
     "mx: mx1.example.com\nmx: mx2.example.com\n"},
    {"sts-mx-none-covered", kNo, "one is", [](CheckFacts& f) { set_mx(f, {"mx2.example.com"}); }},
    {"sts-mx-backup-not-covered", kYes, "the second one",
     [](CheckFacts& f) { set_mx(f, {"mx1.example.com"}); }, "MX 20 mx2.example.com"},
    {"sts-mx-backup-not-covered", kNo, "of equal preference",
     [](CheckFacts& f) {
       set_mx(f, {"mx1.example.com"});
       f.hosts[1].preference = 10;
     }},
    {"sts-mx-implicit-not-covered", kYes, "the domain itself", set_implicit, "mx: example.com\n"},
    {"sts-mx-implicit-not-covered", kNo, "it is in the policy",
     [](CheckFacts& f) {
       set_implicit(f);
       set_mx(f, {"example.com"});
     }},
    {"sts-mx-wildcard-depth", kYes, "two labels",
     [](CheckFacts& f) {
       set_host(f, "a.mx.example.com");
       set_mx(f, {"*.example.com"});
     },
     "mx: a.mx.example.com\n"},
    {"sts-mx-wildcard-depth", kNo, "one label",
     [](CheckFacts& f) { set_mx(f, {"*.example.com"}); }},
    {"sts-mx-none-covered", kNo, "the wildcard's depth is told already",
     [](CheckFacts& f) {
       set_host(f, "a.mx.example.com");
       set_mx(f, {"*.example.com"});
     }},
    {"sts-mx-provider-moved", kYes, "another name of the same provider",
     [](CheckFacts& f) {
       set_host(f, "example-com.a-v1.mx.microsoft");
       set_mx(f, {"*.mail.protection.outlook.com"});
     },
     "mx: example-com.a-v1.mx.microsoft\n"},
    {"sts-mx-provider-moved", kNo, "a host of their own",
     [](CheckFacts& f) { set_mx(f, {"*.mail.protection.outlook.com"}); }},
    {"sts-mx-stale", kYes, "a host of old",
     [](CheckFacts& f) { set_mx(f, {"mx1.example.com", "mx2.example.com", "mx3.example.com"}); },
     "delete: mx: mx3.example.com"},
    {"sts-mx-stale", kNo, "no host is known",
     [](CheckFacts& f) {
       f.mx = {dns_status(DnsStatus::servfail), {}};
       f.hosts.clear();
     }},
    {"sts-mx-wildcard-shared", kYes, "a top-level domain",
     [](CheckFacts& f) { set_mx(f, {"*.com"}); }},
    {"sts-mx-wildcard-shared", kYes, "a cloud",
     [](CheckFacts& f) { set_mx(f, {"mx1.example.com", "*.outlook.com"}); }, "mx: *.outlook.com"},
    {"sts-mx-wildcard-shared", kNo, "what the provider documents",
     [](CheckFacts& f) {
       set_host(f, "example-com.mail.protection.outlook.com");
       set_mx(f, {"*.mail.protection.outlook.com"});
     }},
    {"sts-mx-wildcard-wide", kYes, "the domain's own hosts",
     [](CheckFacts& f) { set_mx(f, {"*.example.com"}); },
     "mx: mx1.example.com\nmx: mx2.example.com\n"},
    {"sts-mx-wildcard-wide", kNo, "what the provider documents",
     [](CheckFacts& f) {
       set_host(f, "example-com.mail.protection.outlook.com");
       set_mx(f, {"*.mail.protection.outlook.com"});
     }},
    {"sts-dane-conflict", kYes, "no record matches", spoil_tlsa, "[5.0.0.1]"},
    {"sts-dane-conflict", kNo, "one of two matches",
     [](CheckFacts& f) {
       sign_with_dane(f);
       f.hosts[0].addresses[1].tlsa[0].match = TlsaMatch::no_match;
     }},
    {"sts-dane-conflict", kNo, "no policy asks for it",
     [](CheckFacts& f) {
       spoil_tlsa(f);
       lose_record(f);
     }},
};

const RuleRow kHistoryRows[] = {
    {"sts-id-not-changed", kYes, "another policy",
     [](CheckFacts& f) { remember(f, "20261101T120000", testing_policy()); },
     "_mta-sts.example.com. IN TXT \"v=STSv1; id=20261126T190000;\""},
    {"sts-id-not-changed", kNo, "the same policy",
     [](CheckFacts& f) { remember(f, "20261101T120000", good_policy()); }},
    {"sts-id-not-changed", kNo, "a new id",
     [](CheckFacts& f) { remember(f, "1a", testing_policy()); }},
    {"sts-id-changed-policy-same", kYes, "the same policy",
     [](CheckFacts& f) { remember(f, "1a", good_policy()); },
     "id=20261101T120000, before that id=1a"},
    {"sts-id-changed-policy-same", kNo, "another policy",
     [](CheckFacts& f) { remember(f, "1a", testing_policy()); }},
    {"sts-id-before-policy", kYes, "one address is late",
     [](CheckFacts& f) {
       remember(f, "1a", testing_policy());
       f.policy_host.addresses[1].http.body = testing_policy();
     },
     "the old policy is at 5.0.0.80"},
    {"sts-id-before-policy", kNo, "all have the new one",
     [](CheckFacts& f) { remember(f, "1a", testing_policy()); }},
    {"sts-removed-abruptly", kYes, "the record",
     [](CheckFacts& f) {
       remember(f, "1a", good_policy());
       lose_record(f);
     },
     "mode: none"},
    {"sts-removed-abruptly", kYes, "the host",
     [](CheckFacts& f) {
       remember(f, "1a", good_policy());
       f.policy_host = {};
       f.policy_host.dns = name_without("mta-sts.example.com", DnsStatus::no_name);
       f.policy_host.fetched = true;
     }},
    {"sts-removed-abruptly", kNo, "the look-up failed",
     [](CheckFacts& f) {
       remember(f, "1a", good_policy());
       lose_record(f);
       f.sts_txt.meta->status = DnsStatus::servfail;
     }},
    {"sts-removed-abruptly", kNo, "max_age has passed",
     [](CheckFacts& f) {
       remember(f, "1a", good_policy());
       f.earlier->when = kTestNow - 40 * kTestDay;
       lose_record(f);
     }},
    {"sts-removed-abruptly", kNo, "it was only tested",
     [](CheckFacts& f) {
       remember(f, "1a", testing_policy());
       lose_record(f);
     }},
    {"sts-policy-rollback", kYes, "from enforce to testing",
     [](CheckFacts& f) {
       remember(f, "1a", good_policy());
       set_policy(f, testing_policy());
     },
     "mode: enforce"},
    {"sts-policy-rollback", kNo, "from enforce to none, on the way out",
     [](CheckFacts& f) {
       remember(f, "1a", good_policy());
       set_lines(f, "none", {});
     }},
};

}  // namespace

std::vector<RuleRow> rows_of_sts_mx() { return rows_in({kCoverRows, kHistoryRows}); }

TEST_CASE("rules about policy and reality") { run_rows(rows_of_sts_mx()); }

TEST_CASE("how grave a missing host is depends on the mode") {
  const auto severity = [](std::string_view mode) {
    auto facts = good_domain();
    set_lines(facts, mode, {"mx9.example.com"});
    for (const auto& finding : findings_of(facts)) {
      if (finding.kind->id == "sts-mx-none-covered") return finding.severity;
    }
    return Severity::info;
  };
  CHECK(severity("enforce") == Severity::critical);
  CHECK(severity("testing") == Severity::warning);
}

TEST_CASE("providers by the names of their hosts") {
  CHECK(provider_of_mx("example-com.mail.protection.outlook.com") == "Microsoft 365");
  CHECK(provider_of_mx("aspmx.l.google.com") == "Google");
  CHECK(provider_of_mx("google.com") == "Google");
  CHECK(provider_of_mx("notgoogle.com").empty());
  CHECK(is_shared_domain("com"));
  CHECK(is_shared_domain("co.uk"));
  CHECK_FALSE(is_shared_domain("example.com"));
}

}  // namespace strictmx
