#include "core/check/report_targets.h"

#include <doctest/doctest.h>

#include "core/check/check_facts.h"

using namespace strictmx;

namespace {

std::string print(const std::vector<std::string>& records) {
  std::string out;
  for (const auto& target : report_targets(records)) {
    out += '[' + target.uri + '|' + target.scheme + '|' + target.host + ']';
  }
  return out;
}

}  // namespace

TEST_CASE("report targets: good records and broken ones") {
  CHECK(print({"v=TLSRPTv1; rua=mailto:a@B.test"}) == "[mailto:a@B.test|mailto|b.test]");
  CHECK(print({"v=TLSRPTv1;rua=mailto:a@b.test, https://c.test:8443/r?x=1@y;"}) ==
        "[mailto:a@b.test|mailto|b.test][https://c.test:8443/r?x=1@y|https|c.test]");
  CHECK(print({"v=tlsrptv1; RUA = mailto:a@b.test!10m"}) == "[mailto:a@b.test!10m|mailto|b.test]");
  CHECK(print({"v=TLSRPTv1; rua=a@b.test"}) == "[a@b.test||b.test]");
  CHECK(print({"v=TLSRPTv1; rua=https:b.test"}) == "[https:b.test|https|]");
  CHECK(print({"v=TLSRPTv1; rua=https://u@b.test/"}) == "[https://u@b.test/|https|b.test]");
  CHECK(print({"v=TLSRPTv1; rua=mailto:nobody"}) == "[mailto:nobody|mailto|]");
  CHECK(print({"v=TLSRPTv1; rua="}).empty());
  CHECK(print({"v=TLSRPTv1; rua"}).empty());
  CHECK(print({"v=spf1 rua=mailto:a@b.test"}).empty());
  CHECK(print({}).empty());
}

TEST_CASE("report targets: the limit") {
  std::string record = "v=TLSRPTv1; rua=mailto:a@b.test";
  for (int i = 0; i < 100; ++i) record += ",mailto:a@b.test";
  CHECK(report_targets(std::vector{record}).size() == kMaxCheckedReportTargets);
}
