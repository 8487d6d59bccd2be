#include "core/check/test_check_rules.h"

namespace strictmx {

namespace {

template <class Change>
void at_every_answer(CheckFacts& facts, Change change) {
  facts.policy_host.outcome = {FetchStatus::http_status, {}, {}};
  for (auto& address : facts.policy_host.addresses) change(address.http);
}

void set_status(CheckFacts& facts, unsigned status, const std::string& location = {}) {
  at_every_answer(facts, [&](HttpFacts& http) {
    http.status = status;
    http.body = "sorry";
    if (!location.empty()) http.fields.push_back({"location", location});
  });
}

void set_type(CheckFacts& facts, std::vector<std::string> types) {
  at_every_answer(facts, [&](HttpFacts& http) {
    http.fields.clear();
    for (const auto& type : types) http.fields.push_back({"content-type", type});
  });
}

void set_body(CheckFacts& facts, const std::string& body) {
  at_every_answer(facts, [&](HttpFacts& http) {
    http.body = body;
    http.body_bytes = body.size();
  });
}

void set_end(CheckFacts& facts, HttpEnd end) {
  at_every_answer(facts, [&](HttpFacts& http) {
    http.end = end;
    if (end == HttpEnd::closed || end == HttpEnd::protocol) http.status = 0;
  });
}

void set_field(CheckFacts& facts, const std::string& name, const std::string& value) {
  at_every_answer(facts, [&](HttpFacts& http) { http.fields.push_back({name, value}); });
}

void serve_browsers(CheckFacts& facts) {
  set_status(facts, 403);
  facts.policy_host.as_browser = good_http();
}

void fail_tls(CheckFacts& facts, const std::string& detail) {
  for (auto& address : facts.policy_host.addresses) {
    address.tls = {};
    address.tls.status = HandshakeStatus::alert;
    address.tls.detail = detail;
    address.http = {};
    address.http.end = HttpEnd::tls_failed;
  }
}

const RuleRow kStatusRows[] = {
    {"sts-http-redirect", kYes, "moved",
     [](CheckFacts& f) { set_status(f, 301, "https://www.example.com/"); },
     "status 301 to \"https://www.example.com/\" [2a00:1::80, 5.0.0.80]"},
    {"sts-http-redirect", kNo, "not found", [](CheckFacts& f) { set_status(f, 404); }},
    {"sts-http-404", kYes, "not found", [](CheckFacts& f) { set_status(f, 404); }, "status 404"},
    {"sts-http-404", kNo, "another host answers",
     [](CheckFacts& f) {
       set_status(f, 404);
       for (auto& address : f.policy_host.addresses) {
         address.tls.chain.sent[0].dns_names = {"www.hosting.net"};
         address.tls.chain.sent[0].common_name = "www.hosting.net";
       }
     }},
    {"sts-http-404", kNo, "no record asks for it",
     [](CheckFacts& f) {
       set_status(f, 404);
       f.sts_txt = txt_with("_mta-sts.example.com", {});
     }},
    {"sts-http-403", kYes, "forbidden", [](CheckFacts& f) { set_status(f, 403); }, "status 403"},
    {"sts-http-403", kYes, "with password", [](CheckFacts& f) { set_status(f, 401); }},
    {"sts-http-403", kNo, "for programs only", serve_browsers},
    {"sts-http-403", kNo, "a challenge is told already",
     [](CheckFacts& f) {
       set_status(f, 403);
       set_field(f, "cf-mitigated", "challenge");
     }},
    {"sts-http-5xx", kYes, "500", [](CheckFacts& f) { set_status(f, 500); }, "status 500"},
    {"sts-http-5xx", kNo, "410", [](CheckFacts& f) { set_status(f, 410); }},
    {"sts-http-other", kYes, "410", [](CheckFacts& f) { set_status(f, 410); }, "status 410"},
    {"sts-http-other", kYes, "204", [](CheckFacts& f) { set_status(f, 204); }},
    {"sts-http-other", kNo, "200", [](CheckFacts&) {}},
    {"sts-http-needs-ua", kYes, "for browsers only", serve_browsers,
     "status 403 for a program, 200 for a browser"},
    {"sts-http-needs-ua", kNo, "for nobody",
     [](CheckFacts& f) {
       serve_browsers(f);
       f.policy_host.as_browser->status = 403;
     }},
    {"sts-http-needs-alpn", kYes, "h2 only",
     [](CheckFacts& f) { fail_tls(f, "alert: no application protocol"); }, "refuses http/1.1"},
    {"sts-http-needs-alpn", kNo, "another alert",
     [](CheckFacts& f) { fail_tls(f, "alert: internal error"); }},
};

const RuleRow kBodyRows[] = {
    {"sts-http-content-type", kYes, "HTML", [](CheckFacts& f) { set_type(f, {"text/html"}); },
     "Content-Type: text/html"},
    {"sts-http-content-type", kYes, "two of them",
     [](CheckFacts& f) { set_type(f, {"text/plain", "text/html"}); }},
    {"sts-http-content-type", kNo, "in capitals, with a parameter",
     [](CheckFacts& f) { set_type(f, {"Text/Plain ; charset=UTF-8"}); }},
    {"sts-http-content-type", kNo, "a web page is told already",
     [](CheckFacts& f) {
       set_type(f, {"text/html"});
       set_body(f, "<html>");
     }},
    {"sts-http-content-type-missing", kYes, "none", [](CheckFacts& f) { set_type(f, {}); }},
    {"sts-http-content-type-missing", kNo, "another one",
     [](CheckFacts& f) { set_type(f, {"text/html"}); }},
    {"sts-http-charset", kYes, "UTF-16",
     [](CheckFacts& f) { set_type(f, {"text/plain; Charset=\"utf-16\""}); }, "utf-16"},
    {"sts-http-charset", kNo, "UTF-8",
     [](CheckFacts& f) { set_type(f, {"text/plain; charset=\"utf-8\""}); }},
    {"sts-http-empty", kYes, "nothing", [](CheckFacts& f) { set_body(f, ""); }},
    {"sts-http-empty", kNo, "a line end", [](CheckFacts& f) { set_body(f, "\n"); }},
    {"sts-http-html", kYes, "a web page",
     [](CheckFacts& f) { set_body(f, "\xef\xbb\xbf\r\n <!DOCTYPE html><html>"); }, "DOCTYPE"},
    {"sts-http-html", kYes, "JSON", [](CheckFacts& f) { set_body(f, "{\"version\":\"STSv1\"}"); }},
    {"sts-http-html", kNo, "a policy", [](CheckFacts&) {}},
    {"sts-http-too-large", kYes, "over 64 KiB",
     [](CheckFacts& f) { set_body(f, std::string(65537, 'x')); }, "65537 octets"},
    {"sts-http-too-large", kYes, "the probe stopped",
     [](CheckFacts& f) { set_end(f, HttpEnd::too_large); }},
    {"sts-http-too-large", kNo, "64 KiB",
     [](CheckFacts& f) { set_body(f, std::string(65536, 'x')); }},
    {"sts-http-truncated", kYes, "cut", [](CheckFacts& f) { set_end(f, HttpEnd::truncated); }},
    {"sts-http-truncated", kNo, "complete", [](CheckFacts&) {}},
    {"sts-http-no-answer", kYes, "closed", [](CheckFacts& f) { set_end(f, HttpEnd::closed); }},
    {"sts-http-no-answer", kYes, "no HTTP", [](CheckFacts& f) { set_end(f, HttpEnd::protocol); }},
    {"sts-http-no-answer", kNo, "our own fault", [](CheckFacts& f) { set_end(f, HttpEnd::local); }},
    {"sts-http-encoding", kYes, "gzip",
     [](CheckFacts& f) { set_field(f, "content-encoding", "gzip"); }, "Content-Encoding: gzip"},
    {"sts-http-encoding", kNo, "identity",
     [](CheckFacts& f) { set_field(f, "content-encoding", "identity"); }},
    {"sts-http-stale-edge", kYes, "two hours", [](CheckFacts& f) { set_field(f, "age", "7200"); },
     "Age: 7200 s"},
    {"sts-http-stale-edge", kNo, "an hour", [](CheckFacts& f) { set_field(f, "age", "3600"); }},
    {"sts-http-stale-edge", kNo, "no number", [](CheckFacts& f) { set_field(f, "age", "9999x"); }},
    {"sts-http-wrong-host-served", kYes, "at www",
     [](CheckFacts& f) {
       set_status(f, 404);
       f.policy_elsewhere = {good_policy_host("www.example.com", "2a00:1::90", "5.0.0.90")};
       f.policy_elsewhere[0].addresses[0].http.body = good_policy();
     },
     "https://mta-sts.example.com/.well-known/mta-sts.txt"},
    {"sts-http-wrong-host-served", kNo, "a web page there",
     [](CheckFacts& f) {
       set_status(f, 404);
       f.policy_elsewhere = {good_policy_host("www.example.com", "2a00:1::90", "5.0.0.90")};
       f.policy_elsewhere[0].addresses[0].http.body = "<html>";
     }},
};

}  // namespace

std::vector<RuleRow> rows_of_sts_http() { return rows_in({kStatusRows, kBodyRows}); }

TEST_CASE("rules about the policy host's HTTP answer") { run_rows(rows_of_sts_http()); }

TEST_CASE("what was not asked for is no answer") {
  auto facts = good_domain();
  set_end(facts, HttpEnd::not_tried);
  const auto ids = ids_of(findings_of(facts));
  CAPTURE(ids);
  CHECK(ids.find("sts-http-") == std::string::npos);
}

}  // namespace strictmx
