#include "core/check/check_facts.h"

#include <doctest/doctest.h>

using namespace strictmx;

TEST_CASE("names_host: RFC 9525 §6.3") {
  struct Row {
    const char* name;
    std::vector<std::string> dns_names;
    const char* host;
    bool covered;
  };
  const Row rows[] = {
      {"the same name", {"mx.example.com"}, "mx.example.com", true},
      {"one of several", {"a.example", "mx.example.com"}, "mx.example.com", true},
      {"no name", {}, "mx.example.com", false},
      {"an empty name", {""}, "", false},
      {"a longer name", {"mx.example.com"}, "mx.example.com.evil.test", false},
      {"the parent", {"example.com"}, "mx.example.com", false},
      {"star for one label", {"*.example.com"}, "mx.example.com", true},
      {"star for two labels", {"*.example.com"}, "a.mx.example.com", false},
      {"star for none", {"*.example.com"}, "example.com", false},
      {"star within a label", {"m*.example.com"}, "mx.example.com", false},
      {"star alone", {"*"}, "com", false},
      {"star and an empty parent", {"*."}, "com", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CertificateFacts certificate;
    certificate.dns_names = row.dns_names;
    CHECK(names_host(certificate, row.host) == row.covered);
  }
}

TEST_CASE("offers: a keyword of an EHLO reply (RFC 5321 §4.1.1.1)") {
  const SmtpReply ehlo{250, {"STARTTLS mx.example.com", "starttls", "SIZE 1000", "AUTHX"}, {}};
  CHECK(offers(ehlo, "STARTTLS"));
  CHECK(offers(ehlo, "SIZE"));
  CHECK_FALSE(offers(ehlo, "AUTH"));
  CHECK_FALSE(offers({250, {"STARTTLS"}, {}}, "STARTTLS"));  // the first line is a greeting
  CHECK_FALSE(offers({550, {"no", "STARTTLS"}, {}}, "STARTTLS"));
}

TEST_CASE("a TXT record is read without blanks between its strings") {
  TxtFacts txt;
  txt.records = {{"v=STSv1;", " id=1;"}, {""}, {"a"}};
  CHECK(txt.joined() == std::vector<std::string>{"v=STSv1; id=1;", "", "a"});
}

TEST_CASE("HTTP fields by name") {
  HttpFacts http;
  http.fields = {{"content-type", "a"}, {"x", "b"}, {"content-type", "c"}};
  REQUIRE(http.field("content-type") != nullptr);
  CHECK(*http.field("content-type") == "a");
  CHECK(http.count("content-type") == 2);
  CHECK(http.field("location") == nullptr);
}

TEST_CASE("facts that nobody has collected say so") {
  const CheckFacts facts(*Domain::parse("example.com"));
  CHECK_FALSE(facts.sts_txt.meta);
  CHECK_FALSE(facts.own_addresses.v4);
  CHECK_FALSE(facts.policy_host.fetched);
  CHECK(facts.policy_host.addresses.empty());
  const SmtpAddressFacts address{.address = *IpAddress::parse("192.0.2.1")};
  CHECK(address.connect.status == ConnectStatus::not_tried);
  CHECK(address.dialogue.end == SmtpEnd::not_tried);
  CHECK(address.versions.tls12 == VersionSupport::not_tried);
  CHECK(address.injection == InjectionResult::not_tried);
}
