#include "core/report/report_route.h"

#include <doctest/doctest.h>

#include "base/text.h"

using namespace strictmx;

namespace {

std::string route(std::vector<std::string> opt_out, std::vector<std::string> rewrite) {
  ReportRoutes routes;
  for (const auto& rule : opt_out) routes.opt_out.push_back(*RouteMatch::parse(rule));
  for (const auto& rule : rewrite) routes.rewrite.push_back(*RouteRewrite::parse(rule));
  const auto record = parse_tlsrpt_record(
      "v=TLSRPTv1; rua=mailto:a@example.net,https://r.example.org/x,mailto:b@example.net");
  std::vector<std::string> keys;
  for (const auto& uri : route_reports(*Domain::parse("sub.example.com"), record->rua, routes)) {
    keys.push_back(uri.key());
  }
  return join(keys, " ");
}

}  // namespace

TEST_CASE("who gets no report, and who gets it instead (RPT-T21)") {
  const std::string a = "mailto:a@example.net";
  const std::string r = "https://r.example.org:443/x";
  const std::string b = "mailto:b@example.net";
  CHECK(route({}, {}) == a + " " + r + " " + b);
  CHECK(route({"sub.example.com"}, {}).empty());
  CHECK(route({"Sub.Example.COM"}, {}).empty());
  CHECK(route({".example.com"}, {}).empty());
  CHECK(route({"example.com"}, {}) == a + " " + r + " " + b);
  CHECK(route({".xample.com"}, {}) == a + " " + r + " " + b);
  CHECK(route({"mailto:a@example.net"}, {}) == r + " " + b);
  CHECK(route({"https://r.example.org/x"}, {}) == a + " " + b);
  CHECK(route({"@example.net"}, {}) == r);
  CHECK(route({"@example.net", "@r.example.org"}, {}).empty());
  CHECK(route({}, {"sub.example.com mailto:me@x.example"}) == "mailto:me@x.example");
  CHECK(route({}, {"@example.net  https://me.example/"}) == "https://me.example:443/ " + r);
  CHECK(route({"@example.net"}, {".example.com mailto:me@x.example"}) == "mailto:me@x.example");
  CHECK(route({}, {"mailto:a@example.net mailto:b@example.net"}) == b + " " + r);
}

TEST_CASE("rules that are none") {
  for (const auto* text : {"", "@", ".", "a b", "ftp://x/", "mailto:a", "example..com"}) {
    CAPTURE(text);
    CHECK(RouteMatch::parse(text).error().code == Errc::usage);
  }
  for (const auto* text : {"", "example.com", "example.com x", "a_b mailto:a@b.example"}) {
    CAPTURE(text);
    CHECK(RouteRewrite::parse(text).error().code == Errc::usage);
  }
}
