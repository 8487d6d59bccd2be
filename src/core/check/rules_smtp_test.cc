#include "core/check/test_check_rules.h"
#include "core/check/test_mail_hosts.h"

namespace strictmx {

namespace {

template <ConnectStatus kStatus>
void fail_first(CheckFacts& facts) {
  stop_connect(first_address(facts), kStatus);
}
template <ConnectStatus kStatus>
void fail_first_v4(CheckFacts& facts) {
  stop_connect(facts.hosts[0].addresses[1], kStatus);
}
template <ConnectStatus kStatus>
void fail_all(CheckFacts& facts) {
  at_each_address(facts, [](auto& seen) { stop_connect(seen, kStatus); });
}
template <ConnectStatus kStatus>
void fail_backup(CheckFacts& facts) {
  for (auto& seen : facts.hosts[1].addresses) stop_connect(seen, kStatus);
}
template <ConnectStatus kStatus>
void fail_primary(CheckFacts& facts) {
  for (auto& seen : facts.hosts[0].addresses) stop_connect(seen, kStatus);
}
void no_v6_here(CheckFacts& facts) {
  for (auto& host : facts.hosts) stop_connect(host.addresses[0], ConnectStatus::no_route);
}
void first_without_starttls(CheckFacts& facts) { without_starttls(first_address(facts)); }
void none_with_starttls(CheckFacts& facts) { at_each_address(facts, without_starttls); }
void masked(CheckFacts& facts) {
  at_each_address(facts, without_starttls);
  first_dialogue(facts).ehlo->reply.lines = {"mx1.example.com", "SIZE 1000", "XXXXXXXA"};
}
void helo_only(CheckFacts& facts) {
  without_starttls(first_address(facts));
  first_dialogue(facts).ehlo = reply_of(502, {"what?"});
  first_dialogue(facts).helo = reply_of(250, {"mx1.example.com"});
}
void no_helo(CheckFacts& facts) {
  stop_dialogue(first_address(facts), SmtpStage::ehlo, SmtpEnd::rejected);
  first_dialogue(facts).ehlo = reply_of(550, {"no"});
  first_dialogue(facts).helo = reply_of(550, {"nor so"});
}
void starttls_454(CheckFacts& facts) {
  stop_dialogue(first_address(facts), SmtpStage::starttls, SmtpEnd::rejected);
  first_dialogue(facts).starttls = reply_of(454, {"4.7.0 TLS not available"});
}
template <SmtpStage kStage, SmtpEnd kEnd>
void stop_first(CheckFacts& facts) {
  stop_dialogue(first_address(facts), kStage, kEnd);
}
void no_starttls_with_dane(CheckFacts& facts) {
  sign_with_dane(facts);
  at_each_address(facts, without_starttls);
}

std::vector<RuleRow> rows_of_reach() {
  return {
      {"net-port25-blocked", kYes, "no answer", fail_all<ConnectStatus::timeout>, "4 addresses"},
      {"net-port25-blocked", kNo, "one says no", fail_first<ConnectStatus::refused>},
      {"net-port25-blocked", kNo, "all say no", fail_all<ConnectStatus::refused>},
      {"net-port25-blocked", kNo, "not tried", fail_all<ConnectStatus::not_tried>},
      {"smtp-refused", kYes, "IPv4 of two", fail_first_v4<ConnectStatus::refused>,
       "mx1.example.com [5.0.0.1]"},
      {"smtp-refused", kYes, "the first host of two", fail_primary<ConnectStatus::refused>,
       "port 25"},
      {"smtp-refused", kNo, "all: that is another finding", fail_all<ConnectStatus::refused>},
      {"smtp-refused", kNo, "the backup: another finding", fail_backup<ConnectStatus::refused>},
      {"smtp-refused", kNo, "IPv6: another finding", fail_first<ConnectStatus::refused>},
      {"smtp-timeout", kYes, "IPv4", fail_first_v4<ConnectStatus::timeout>},
      {"smtp-timeout", kNo, "not looked at", fail_first_v4<ConnectStatus::not_tried>},
      {"smtp-unreachable", kYes, "IPv4", fail_first_v4<ConnectStatus::unreachable>},
      {"smtp-unreachable", kNo, "no route from here", no_v6_here},
      {"smtp-reset", kYes, "IPv4", fail_first_v4<ConnectStatus::reset>},
      {"smtp-reset", kNo, "good", unchanged},
      {"smtp-v6-broken", kYes, "IPv6 alone", fail_first<ConnectStatus::timeout>, "mx1.example.com"},
      {"smtp-v6-broken", kNo, "no IPv6 here", no_v6_here},
      {"smtp-v6-broken", kNo, "both fail", fail_primary<ConnectStatus::timeout>},
  };
}

std::vector<RuleRow> rows_of_dialogue() {
  return {
      {"smtp-greeting-slow", kYes, "12 s",
       [](CheckFacts& facts) { first_dialogue(facts).greeting->time = Millis{12000}; }, "12 s"},
      {"smtp-greeting-slow", kNo, "9 s",
       [](CheckFacts& facts) { first_dialogue(facts).greeting->time = Millis{9000}; }},
      {"smtp-greeting-4xx", kYes, "421",
       [](CheckFacts& facts) { greet(first_address(facts), 421, "later\n"); }, "421 later\\x0a"},
      {"smtp-greeting-4xx", kNo, "554",
       [](CheckFacts& facts) { greet(first_address(facts), 554, "no"); }},
      {"smtp-greeting-5xx", kYes, "554",
       [](CheckFacts& facts) { greet(first_address(facts), 554, "no"); }, "554 no"},
      {"smtp-greeting-5xx", kNo, "421",
       [](CheckFacts& facts) { greet(first_address(facts), 421, "later"); }},
      {"smtp-greeting-malformed", kYes, "another protocol",
       [](CheckFacts& facts) {
         stop_dialogue(first_address(facts), SmtpStage::greeting, SmtpEnd::not_smtp);
         first_dialogue(facts).detail = "SSH-2.0";
       },
       "SSH-2.0"},
      {"smtp-greeting-malformed", kYes, "another code",
       [](CheckFacts& facts) { first_dialogue(facts).greeting = reply_of(250, {"hello"}); }},
      {"smtp-greeting-malformed", kYes, "a bare LF",
       [](CheckFacts& facts) {
         first_dialogue(facts).greeting->reply.defects = {ReplyDefect::bare_lf};
       },
       "bare_lf"},
      {"smtp-greeting-malformed", kNo, "a code without text",
       [](CheckFacts& facts) {
         first_dialogue(facts).greeting->reply.defects = {ReplyDefect::no_text};
       }},
      {"smtp-ehlo-rejected", kYes, "HELO only", helo_only, "502 what?"},
      {"smtp-ehlo-rejected", kNo, "neither", no_helo},
      {"smtp-session-refused", kYes, "neither", no_helo, "550 nor so"},
      {"smtp-session-refused", kNo, "HELO only", helo_only},
      {"smtp-tarpit", kYes, "no greeting", stop_first<SmtpStage::greeting, SmtpEnd::timeout>},
      {"smtp-tarpit", kNo, "the handshake does not end",
       stop_first<SmtpStage::handshake, SmtpEnd::timeout>},
      {"smtp-closed", kYes, "at EHLO", stop_first<SmtpStage::ehlo, SmtpEnd::closed>, "EHLO"},
      {"smtp-closed", kNo, "at STARTTLS", stop_first<SmtpStage::starttls, SmtpEnd::closed>},
      {"smtp-reply-malformed", kYes, "codes that change",
       [](CheckFacts& facts) {
         first_dialogue(facts).ehlo->reply.defects = {ReplyDefect::code_changes};
       },
       "code_changes"},
      {"smtp-reply-malformed", kYes, "no reply to EHLO",
       stop_first<SmtpStage::ehlo, SmtpEnd::not_smtp>},
      {"smtp-reply-malformed", kNo, "UTF-8",
       [](CheckFacts& facts) {
         first_dialogue(facts).ehlo->reply.defects = {ReplyDefect::not_ascii};
       }},
      {"smtp-unsolicited", kYes, "a second greeting",
       [](CheckFacts& facts) { first_dialogue(facts).unsolicited = "220 again\r\n"; },
       "220 again\\x0d\\x0a"},
      {"smtp-unsolicited", kNo, "good", unchanged},
  };
}

std::vector<RuleRow> rows_of_starttls() {
  return {
      {"smtp-starttls-missing", kYes, "nowhere", none_with_starttls, "EHLO"},
      {"smtp-starttls-missing", kNo, "at another address", first_without_starttls},
      {"smtp-starttls-missing", kNo, "with TLSA records: another finding", no_starttls_with_dane},
      {"smtp-starttls-missing", kNo, "the session did not come so far",
       stop_first<SmtpStage::greeting, SmtpEnd::closed>},
      {"smtp-starttls-some", kYes, "one of two", first_without_starttls, "[2a00:1::1]"},
      {"smtp-starttls-some", kNo, "nowhere", none_with_starttls},
      {"smtp-starttls-by-client", kYes, "not for the second name",
       [](CheckFacts& facts) {
         auto& other = first_address(facts).no_sni;
         other->ehlo = reply_of(250, {"mx1.example.com"});
         other->helo_name = "localhost.localdomain";
       },
       "not to \"localhost.localdomain\""},
      {"smtp-starttls-by-client", kNo, "the second one is refused",
       [](CheckFacts& facts) { first_address(facts).no_sni->ehlo = reply_of(550, {"no"}); }},
      {"smtp-starttls-refused", kYes, "454", starttls_454, "454 4.7.0 TLS not available"},
      {"smtp-starttls-refused", kYes, "closed", stop_first<SmtpStage::starttls, SmtpEnd::closed>},
      {"smtp-starttls-refused", kNo, "not offered", none_with_starttls},
      {"smtp-starttls-stripped-hint", kYes, "X", masked, "XXXXXXXA"},
      {"smtp-starttls-stripped-hint", kNo, "not offered", none_with_starttls},
      {"smtp-starttls-stripped-hint", kNo, "an extension that begins with X",
       [](CheckFacts& facts) {
         at_each_address(facts, without_starttls);
         first_dialogue(facts).ehlo->reply.lines = {"mx1", "XCLIENT NAME", "XXXXFOO"};
       }},
      {"smtp-starttls-injection", kYes, "executed",
       [](CheckFacts& facts) { first_address(facts).injection = InjectionResult::executed; }},
      {"smtp-starttls-injection", kNo, "not known",
       [](CheckFacts& facts) { first_address(facts).injection = InjectionResult::unknown; }},
      {"smtp-starttls-stray", kYes, "a reply",
       [](CheckFacts& facts) { first_dialogue(facts).stray = "250 ok\r\n"; }, "250 ok"},
      {"smtp-starttls-stray", kNo, "good", unchanged},
      {"smtp-starttls-after-tls", kYes, "again",
       [](CheckFacts& facts) { first_dialogue(facts).ehlo_again = first_dialogue(facts).ehlo; }},
      {"smtp-starttls-after-tls", kNo, "good", unchanged},
      {"smtp-after-tls-fails", kYes, "closed", stop_first<SmtpStage::ehlo_again, SmtpEnd::closed>},
      {"smtp-after-tls-fails", kYes, "no reply",
       stop_first<SmtpStage::ehlo_again, SmtpEnd::timeout>},
      {"smtp-after-tls-fails", kNo, "closed before",
       stop_first<SmtpStage::handshake, SmtpEnd::closed>},
  };
}

Severity severity_of(const CheckFacts& facts, std::string_view id) {
  for (const auto& finding : findings_of(facts)) {
    if (finding.kind->id == id) return finding.severity;
  }
  FAIL("not found: ", id);
  return Severity::info;
}

}  // namespace

std::vector<RuleRow> rows_of_smtp() {
  auto rows = rows_of_reach();
  for (const auto& more : {rows_of_dialogue(), rows_of_starttls()})
    rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

TEST_CASE("findings: SMTP sessions") { run_rows(rows_of_smtp()); }

TEST_CASE("findings: what all addresses show alike is said once") {
  auto facts = good_domain();
  at_each_address(facts, without_starttls);
  std::vector<std::string> objects;
  for (const auto& finding : findings_of(facts)) {
    if (finding.kind->id == "smtp-starttls-missing") objects.push_back(finding.object);
  }
  CHECK(objects == std::vector<std::string>{"mx1.example.com", "mx2.example.com"});
}

TEST_CASE("findings: how grave it is that TLS fails depends on what is published") {
  auto facts = good_domain();
  SUBCASE("enforce") {
    starttls_454(facts);
    CHECK(severity_of(facts, "smtp-starttls-refused") == Severity::critical);
  }
  SUBCASE("nothing") {
    facts.sts_txt = txt_with("_mta-sts.example.com", {});
    starttls_454(facts);
    CHECK(severity_of(facts, "smtp-starttls-refused") == Severity::warning);
  }
  SUBCASE("TLSA records") {
    sign_with_dane(facts);
    facts.sts_txt = txt_with("_mta-sts.example.com", {});
    starttls_454(facts);
    CHECK(severity_of(facts, "smtp-starttls-refused") == Severity::critical);
  }
  SUBCASE("TLSA records that do not count") {
    sign_with_dane(facts);
    facts.mx.meta.trust = DnsTrust::insecure;
    facts.sts_txt = txt_with("_mta-sts.example.com", {});
    starttls_454(facts);
    CHECK(severity_of(facts, "smtp-starttls-refused") == Severity::warning);
  }
}

}  // namespace strictmx
