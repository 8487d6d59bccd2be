#include "core/check/sts_attempt.h"
#include "core/check/test_check_rules.h"

namespace strictmx {

namespace {

constexpr const char* kFresh = "_mta-sts.example.com. IN TXT \"v=STSv1; id=20261126T190000;\"";

void set_txt(CheckFacts& facts, std::vector<std::string> records) {
  facts.sts_txt = txt_with("_mta-sts.example.com", std::move(records));
}

void without_policy(CheckFacts& facts) {
  facts.policy_host = {};
  facts.policy_host.dns = name_without("mta-sts.example.com", DnsStatus::no_name);
}

void fail_txt(CheckFacts& facts) { facts.sts_txt.meta->status = DnsStatus::servfail; }

const RuleRow kPlaceRows[] = {
    {"sts-txt-absent", kYes, "nothing at all",
     [](CheckFacts& f) {
       set_txt(f, {});
       without_policy(f);
     },
     kFresh},
    {"sts-txt-absent", kYes, "other records only",
     [](CheckFacts& f) {
       set_txt(f, {"v=spf1 -all"});
       without_policy(f);
     }},
    {"sts-txt-absent", kNo, "a policy is there", [](CheckFacts& f) { set_txt(f, {}); }},
    {"sts-txt-absent", kNo, "the domain takes no mail",
     [](CheckFacts& f) {
       set_txt(f, {});
       without_policy(f);
       f.mx.hosts = {{0, ""}};
     }},
    {"sts-txt-absent", kNo, "the look-up failed", fail_txt},
    {"sts-txt-absent-policy-served", kYes, "a policy is there",
     [](CheckFacts& f) { set_txt(f, {}); }, kFresh},
    {"sts-txt-absent-policy-served", kNo, "a web page is there",
     [](CheckFacts& f) {
       set_txt(f, {});
       set_policy(f, "<html>hello</html>");
     }},
    {"sts-txt-servfail", kYes, "SERVFAIL", fail_txt, "servfail"},
    {"sts-txt-servfail", kNo, "nothing can be looked up",
     [](CheckFacts& f) {
       fail_txt(f);
       f.mx.meta.status = DnsStatus::servfail;
     }},
    {"sts-txt-servfail", kNo, "our resolver answers nobody",
     [](CheckFacts& f) {
       fail_txt(f);
       f.vantage.root->status = DnsStatus::timeout;
     }},
    {"sts-txt-wrong-owner", kYes, "at the domain itself",
     [](CheckFacts& f) {
       set_txt(f, {});
       f.sts_txt_elsewhere = {txt_with("example.com", {"v=spf1 -all", "v=STSv1; id=1a;"})};
     },
     "example.com: \"v=STSv1; id=1a;\""},
    {"sts-txt-wrong-owner", kNo, "other records there",
     [](CheckFacts& f) {
       set_txt(f, {});
       f.sts_txt_elsewhere = {txt_with("example.com", {"v=spf1 -all"})};
     }},
    {"sts-txt-multiple", kYes, "two",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=1a;", "v=STSv1; id=2a;"}); },
     "2 records: \"v=STSv1; id=1a;\", \"v=STSv1; id=2a;\""},
    {"sts-txt-multiple", kNo, "one and SPF",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=1a;", "v=spf1 -all"}); }},
    {"sts-txt-foreign", kYes, "one and SPF",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=1a;", "v=spf1 -all"}); }, "v=spf1 -all"},
    {"sts-txt-foreign", kNo, "one", [](CheckFacts&) {}},
    {"sts-txt-wildcard", kYes, "also at an unknown name",
     [](CheckFacts& f) { f.wildcard_txt = f.sts_txt; }},
    {"sts-txt-wildcard", kYes, "the signature says so",
     [](CheckFacts& f) { f.sts_txt.meta->wildcard = true; }},
    {"sts-txt-wildcard", kNo, "the wildcard is about SPF",
     [](CheckFacts& f) { f.wildcard_txt = txt_with("x.example.com", {"v=spf1 -all"}); }},
    {"sts-txt-ttl-high", kYes, "two days",
     [](CheckFacts& f) { f.sts_txt.meta->ttl = Seconds{172800}; }, "TTL 172800 s"},
    {"sts-txt-ttl-high", kNo, "one day",
     [](CheckFacts& f) { f.sts_txt.meta->ttl = Seconds{86400}; }},
    {"sts-txt-cname-dangling", kYes, "the target does not exist",
     [](CheckFacts& f) {
       set_txt(f, {});
       f.sts_txt.meta->canonical = "example-com.provider.net";
     },
     "example-com.provider.net: no_name"},
    {"sts-txt-cname-dangling", kNo, "the target has the record",
     [](CheckFacts& f) { f.sts_txt.meta->canonical = "example-com.provider.net"; }},
    {"sts-txt-delegated", kYes, "the target has the record",
     [](CheckFacts& f) { f.sts_txt.meta->canonical = "example-com.provider.net"; },
     "example-com.provider.net"},
    {"sts-txt-delegated", kNo, "no alias", [](CheckFacts&) {}},
};

const RuleRow kTextRows[] = {
    {"sts-txt-version", kYes, "lower case", [](CheckFacts& f) { set_txt(f, {"v=stsv1; id=1a;"}); },
     kFresh},
    {"sts-txt-version", kYes, "not first", [](CheckFacts& f) { set_txt(f, {"id=1a; v=STSv1;"}); }},
    {"sts-txt-version", kYes, "blanks", [](CheckFacts& f) { set_txt(f, {"v = STSv1; id=1a;"}); }},
    {"sts-txt-version", kYes, "another one",
     [](CheckFacts& f) { set_txt(f, {"v=STSv11; id=1a;"}); }},
    {"sts-txt-version", kNo, "SPF", [](CheckFacts& f) { set_txt(f, {"v=spf1 include:sts"}); }},
    {"sts-txt-version", kNo, "beside a good one it is only dropped",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=1a;", "v=stsv1; id=2a;"}); }},
    {"sts-txt-no-delimiter", kYes, "a blank instead",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1 id=1a"}); }, kFresh},
    {"sts-txt-no-delimiter", kYes, "a comma instead",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1, id=1a"}); }},
    {"sts-txt-no-delimiter", kYes, "nothing behind it",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1"}); }},
    {"sts-txt-no-delimiter", kNo, "a blank before it",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1 ; id=1a"}); }},
    {"sts-txt-id-missing", kYes, "no field", [](CheckFacts& f) { set_txt(f, {"v=STSv1;"}); },
     kFresh},
    {"sts-txt-id-missing", kYes, "upper case",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; ID=1a;"}); }, "ID=1a"},
    {"sts-txt-id-missing", kNo, "empty", [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=;"}); }},
    {"sts-txt-id-empty", kYes, "empty", [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=;"}); },
     kFresh},
    {"sts-txt-id-empty", kNo, "one digit", [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=1;"}); }},
    {"sts-txt-id-charset", kYes, "hyphens",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=2026-11-01;"}); }, "id=2026-11-01"},
    {"sts-txt-id-charset", kNo, "letters and digits", [](CheckFacts&) {}},
    {"sts-txt-id-length", kYes, "33",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=012345678901234567890123456789012;"}); }, kFresh},
    {"sts-txt-id-length", kNo, "32",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=01234567890123456789012345678901;"}); }},
    {"sts-txt-id-duplicate", kYes, "two",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=1a; id=2a;"}); },
     "_mta-sts.example.com. IN TXT \"v=STSv1; id=1a;\""},
    {"sts-txt-id-duplicate", kNo, "one", [](CheckFacts&) {}},
    {"sts-txt-id-example", kYes, "of RFC 8461",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=20160831085700Z;"}); }, kFresh},
    {"sts-txt-id-example", kYes, "one character over and over",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=xxxx;"}); }},
    {"sts-txt-id-example", kNo, "a time", [](CheckFacts&) {}},
    {"sts-txt-extension", kYes, "an unknown field",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=1a; note=x;"}); }, "note"},
    {"sts-txt-extension", kNo, "none", [](CheckFacts&) {}},
    {"sts-txt-field-syntax", kYes, "no equals sign",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=1a; note;"}); }, "note"},
    {"sts-txt-field-syntax", kYes, "a blank in a value",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; note=x y; id=1a;"}); }},
    {"sts-txt-field-syntax", kYes, "two semicolons",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1;; id=1a;"}); }},
    {"sts-txt-field-syntax", kNo, "a field of the right form",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=1a; note=x;"}); }},
    {"sts-txt-nonascii", kYes, "typographic quotes",
     [](CheckFacts& f) { set_txt(f, {"\xe2\x80\x9cv=STSv1; id=1a;\xe2\x80\x9d"}); }, kFresh},
    {"sts-txt-nonascii", kYes, "within the record",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=\xc3\xa4;"}); }},
    {"sts-txt-nonascii", kNo, "plain quotes",
     [](CheckFacts& f) { set_txt(f, {"\"v=STSv1; id=1a;\""}); }},
    {"sts-txt-quoted", kYes, "around it",
     [](CheckFacts& f) { set_txt(f, {"\"v=STSv1; id=1a;\""}); }, kFresh},
    {"sts-txt-quoted", kYes, "around the id",
     [](CheckFacts& f) { set_txt(f, {"v=STSv1; id=\"1a\";"}); }},
    {"sts-txt-quoted", kNo, "in another record",
     [](CheckFacts& f) { set_txt(f, {"\"v=spf1 -all\""}); }},
    {"sts-txt-split-space", kYes, "within the id",
     [](CheckFacts& f) { f.sts_txt.records = {{"v=STSv1; id=2026", "1126;"}}; },
     "\"v=STSv1; id=2026\" \"1126;\""},
    {"sts-txt-split-space", kNo, "between fields",
     [](CheckFacts& f) { f.sts_txt.records = {{"v=STSv1;", "id=20261126;"}}; }},
};

}  // namespace

std::vector<RuleRow> rows_of_sts_txt() { return rows_in({kPlaceRows, kTextRows}); }

TEST_CASE("rules about the record at _mta-sts") { run_rows(rows_of_sts_txt()); }

TEST_CASE("each bad record has one reason") {
  for (const char* rr :
       {"v=stsv1; id=1a;", "v=STSv1 id=1a", "v=STSv1;", "v=STSv1; id=;", "v=STSv1; id=a-b;",
        "\"v=STSv1; id=1a;\"", "v=STSv1; id=1a; note;", "v=STSv1; id= 1a;", "v=STSv1; =;",
        "v=STSv1; id=1a; x=;", "v=STSv1;;;;", "v=STSv1; id=1a; \t\v=2;", "v=STS"}) {
    CAPTURE(rr);
    auto facts = good_domain();
    set_txt(facts, {rr});
    std::size_t told = 0;
    for (const auto& finding : findings_of(facts)) {
      told += finding.kind->id.starts_with("sts-txt-") ? 1U : 0U;
    }
    CHECK(told == 1);
  }
}

TEST_CASE("what was meant for MTA-STS") {
  CHECK(means_sts(good_domain()));
  auto facts = good_domain();
  set_txt(facts, {"v=spf1 -all"});
  CHECK_FALSE(means_sts(facts));
  facts.sts_txt_elsewhere = {txt_with("example.com", {"v=stsv1"})};
  CHECK(means_sts(facts));
}

}  // namespace strictmx
