#include "cmd/check/check_report.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "cmd/check/check_words.h"
#include "cmd/check/test_check_report.h"
#include "core/check/test_check_facts.h"

using namespace strictmx;

namespace {

template <class Change>
void each_address(CheckFacts& facts, Change change) {
  for (auto& host : facts.hosts) {
    for (auto& address : host.addresses) change(address);
  }
}

void lose_connections(CheckFacts& facts, ConnectStatus status) {
  each_address(facts, [status](SmtpAddressFacts& address) {
    const auto at = address.address;
    address = SmtpAddressFacts{.address = at};
    address.connect.status = status;
    if (status != ConnectStatus::not_tried) address.dialogue.end = SmtpEnd::no_connection;
  });
}

void lose_dns(CheckFacts& facts) {
  const auto lost = dns_status(DnsStatus::timeout);
  facts.vantage.root = lost;
  facts.mx.meta = lost;
  facts.mx.hosts.clear();
  facts.hosts.clear();
  for (auto* txt : {&facts.sts_txt, &facts.rpt_txt}) {
    txt->meta = lost;
    txt->records.clear();
  }
  facts.zone = {};
  facts.policy_host = {};
  facts.policy_host_caa.reset();
  facts.report_targets.clear();
}

}  // namespace

TEST_CASE("outcome: worst wins, unknown only where nothing is worse") {
  using enum CheckOutcome;
  struct Row {
    CheckOutcome a, b, worse;
  };
  for (const auto& row : {Row{good, good, good},
                          {good, unknown, unknown},
                          {unknown, warnings, warnings},
                          {warnings, broken, broken},
                          {unknown, broken, broken}}) {
    CHECK(worse(row.a, row.b) == row.worse);
    CHECK(worse(row.b, row.a) == row.worse);
  }
  CHECK(exit_code_of(good) == 0);
  CHECK(exit_code_of(warnings) == 1);
  CHECK(exit_code_of(broken) == 2);
  CHECK(exit_code_of(unknown) == 3);
}

TEST_CASE("outcome of one domain, from what was seen") {
  struct Row {
    const char* name;
    void (*spoil)(CheckFacts& facts);
    CheckOutcome outcome;
  };
  using enum CheckOutcome;
  for (const auto& row : {
           Row{"all right", [](CheckFacts&) {}, good},
           {"certificates have expired",
            [](CheckFacts& f) {
              each_address(f, [](auto& a) { a.dialogue.tls.chain.status = ChainStatus::expired; });
            },
            broken},
           {"no STARTTLS",
            [](CheckFacts& f) {
              each_address(f, [](auto& a) {
                a.dialogue.end = SmtpEnd::no_starttls;
                a.dialogue.tls = {};
              });
            },
            broken},
           {"DNS answers nothing", lose_dns, unknown},
           {"no route", [](CheckFacts& f) { lose_connections(f, ConnectStatus::no_route); },
            unknown},
           {"not tried", [](CheckFacts& f) { lose_connections(f, ConnectStatus::not_tried); },
            unknown},
           {"no answer at all", [](CheckFacts& f) { lose_connections(f, ConnectStatus::timeout); },
            unknown},
           {"refused everywhere",
            [](CheckFacts& f) { lose_connections(f, ConnectStatus::refused); }, broken},
           {"not asked for",
            [](CheckFacts& f) {
              lose_connections(f, ConnectStatus::not_tried);
              f.vantage.smtp_probed = false;
            },
            good},
       }) {
    auto facts = good_domain();
    row.spoil(facts);
    const auto report = make_domain_report(facts, std::nullopt);
    std::string grave(row.name);
    for (const auto& finding : report.findings) {
      if (finding.severity >= Severity::warning) grave += fmt::format(", {}", finding.kind->id);
    }
    CAPTURE(grave);
    CHECK(report.outcome == row.outcome);
    CHECK((report.outcome == unknown) == !report.why_unknown.empty());
  }
}

TEST_CASE("report: what is kept of the facts") {
  auto facts = good_domain();
  const auto report = make_domain_report(facts, SenderProfile::gmail);
  CHECK(report.domain == "example.com");
  CHECK(report.policy.mode == PublishedMode::enforce);
  CHECK(report.report_targets == std::vector<std::string>{"mailto:tls@example.com"});
  REQUIRE(report.hosts.size() == 2);
  const auto& host = report.hosts.front();
  CHECK(host.listed == Listed::yes);
  REQUIRE(host.addresses.size() == 2);
  CHECK(host.addresses[0].state == "TLSv1.3");
  CHECK(host.addresses[0].outlook[static_cast<std::size_t>(Sender::sts)] == Delivery::encrypted);
  CHECK(describe_certificate(host.addresses[0], facts.started) == "ok, 70 days left");
  CHECK(report.profile);
  CHECK(describe_policy(report) == "mode enforce, id 20261101T120000, max_age 28 days");
  CHECK(describe_dane(report) == "none");
  facts.hosts[0].dns.addresses.resize(12, facts.hosts[0].dns.addresses[0]);
  facts.mx.hosts.resize(20);
  const auto more = make_domain_report(facts, std::nullopt);
  CHECK(more.hosts[0].not_probed == 10);
  CHECK(more.not_probed == 18);
}

TEST_CASE("words about a certificate") {
  auto address = report_address("192.0.2.1", Delivery::encrypted);
  CHECK(describe_certificate(address, kReportTime) == "ok, 61 days left");
  address.named = false;
  CHECK(describe_certificate(address, kReportTime) == "other name");
  address.chain = ChainStatus::self_signed;
  CHECK(describe_certificate(address, kReportTime) == "self-signed, other name");
  address = report_address("192.0.2.1", Delivery::deferred);
  CHECK(describe_certificate(address, kReportTime) == "expired 3 days ago");
  address.ends.reset();
  CHECK(describe_certificate(address, kReportTime) == "-");
}
