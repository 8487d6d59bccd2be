#include "core/tlsrpt_record.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.h"
#include "support/vectors.h"

using namespace strictmx;

namespace {

std::string show(const TlsRptTxt& txt) {
  if (const auto* record = std::get_if<TlsRptRecord>(&txt)) {
    std::vector<std::string> uris;
    for (const auto& uri : record->rua) uris.push_back(uri.text);
    return fmt::format("ok rua={} warnings={}", join(uris, ","), record->warnings.size());
  }
  if (const auto* several = std::get_if<SeveralTlsRptRecords>(&txt)) {
    return fmt::format("several {}", several->count);
  }
  if (const auto* malformed = std::get_if<MalformedTlsRptRecord>(&txt)) {
    return fmt::format("malformed {}", name_of(malformed->error.code));
  }
  return "none";
}

std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> rrs;
  for (const auto line : split(text, '\n')) rrs.emplace_back(line);
  return rrs;
}

}  // namespace

TEST_CASE("vectors/tlsrpt.txt (RPT-D02 to RPT-D06)") {
  for (const auto& row : testing::load_vectors("tlsrpt.txt")) {
    CAPTURE(row.name);
    CHECK(show(select_tlsrpt_record(lines(row.input))) == row.expect);
  }
}

TEST_CASE("no TXT RR at all is no record (RPT-D02)") {
  CHECK(show(select_tlsrpt_record({})) == "none");
}

TEST_CASE("what a URI means (RPT-D06)") {
  const auto mail = parse_report_uri("MAILTO:a%2Bb@Example.COM?subject=x#y");
  REQUIRE(mail.has_value());
  CHECK(mail->target == "a+b@example.com");
  CHECK(mail->host.text() == "example.com");
  CHECK(mail->key() == "mailto:a+b@example.com");
  const auto post = parse_report_uri("https://R.example.net:8443?a=b#c");
  REQUIRE(post.has_value());
  CHECK(post->target == "/?a=b");
  CHECK(post->host.text() == "r.example.net");
  CHECK(post->port == 8443);
  CHECK(post->key() == "https://r.example.net:8443/?a=b");
  CHECK(parse_report_uri("https://r.example.net")->key() == "https://r.example.net:443/");
  CHECK(parse_report_uri("https://r.example.net.:/")->key() == "https://r.example.net:443/");
  CHECK(parse_report_uri("https://r.example.net/%zz").error().code == Errc::syntax);
  CHECK(parse_report_uri("https://" + std::string(2048, 'a')).error().code == Errc::too_large);
}

TEST_CASE("errors and warnings name the offset") {
  const auto text = [](std::string_view rr) { return parse_tlsrpt_record(rr).error().detail; };
  CHECK(text("x") == "offset 0: does not begin with v=TLSRPTv1;");
  CHECK(text("v=TLSRPTv1; !") == "offset 12: no field name");
  CHECK(text("v=TLSRPTv1; ab") == "offset 14: \"=\" expected");
  CHECK(text("v=TLSRPTv1; a=") == "offset 14: no value that a field may have");
  CHECK(text("v=TLSRPTv1; a=b") == "offset 15: no rua");
  CHECK(text("v=TLSRPTv1; rua=ftp:x").starts_with("no address in rua can be used: offset 16: "));
  const auto record = parse_tlsrpt_record("v=TLSRPTv1; rua=mailto:a@b.example, x:y; e=f");
  REQUIRE(record.has_value());
  REQUIRE(record->warnings.size() == 2);
  CHECK(record->warnings[0] == "error: offset 35: \"x:y\" ignored: scheme is not mailto or https");
  CHECK(record->warnings[1] == "offset 41: unknown field e");
}

TEST_CASE("limits: 4096 octets, 64 fields, 16 addresses") {
  std::string record = "v=TLSRPTv1; rua=mailto:a0@b.example";
  for (int i = 1; i < 16; ++i) record += fmt::format(",mailto:a{}@b.example", i);
  CHECK(parse_tlsrpt_record(record)->rua.size() == 16);
  CHECK(parse_tlsrpt_record(record + ",mailto:x@b.example").error().code == Errc::too_large);
  CHECK(parse_tlsrpt_record(record + ",mailto:a1@b.example").has_value());

  std::string fields = "v=TLSRPTv1; rua=mailto:a@b.example";
  for (int i = 2; i < 64; ++i) fields += ";a=b";
  CHECK(parse_tlsrpt_record(fields + ";").has_value());
  CHECK(parse_tlsrpt_record(fields + ";a=b").error().code == Errc::too_large);

  const std::string begin = "v=TLSRPTv1; rua=mailto:a@b.example; a=";
  const std::string longest = begin + std::string(4096 - begin.size(), 'x');
  CHECK(parse_tlsrpt_record(longest).has_value());
  CHECK(parse_tlsrpt_record(longest + "x").error().code == Errc::too_large);
}

TEST_CASE("lint says what is dropped") {
  const auto lint = lint_tlsrpt_record(
      lines("v=spf1 -all\nV=TLSRPTv1; rua=x\nv=TLSRPTv1; rua=mailto:a@b.example"));
  CHECK(lint.valid);
  CHECK(lint.rua == std::vector<std::string>{"mailto:a@b.example"});
  REQUIRE(lint.warnings.size() == 2);
  CHECK(lint.warnings[0].starts_with("note: other TXT record"));
  CHECK(lint.warnings[1].starts_with("error: ignored, does not begin with"));
  CHECK(lint_tlsrpt_record(lines("v=TLSRPTv1;")).error == "offset 11: no rua");
  CHECK(lint_tlsrpt_record(lines("v=TLSRPTv1;\nv=TLSRPTv1;")).error ==
        "2 TLSRPT records, which counts as none");
  CHECK(lint_tlsrpt_record({}).error == "no record begins with \"v=TLSRPTv1;\"");
}
