#include "flow/dane_lookup.h"

#include <doctest/doctest.h>

#include "support/dane_world.h"

namespace strictmx {

using namespace script;

namespace {

struct Row {
  const char* name;
  AddressAnswer addresses;
  std::vector<CnameAnswer> cname;  // asked only where there is one
  std::vector<TlsaAnswer> tlsa;    // in the order asked
  DaneState state;
  const char* base;
};

const auto kSecure = DnsTrust::secure;
const auto kInsecure = DnsTrust::insecure;

std::vector<Row> rows() {
  return {
      {"DANE-05 secure and usable",
       host_at(kSecure),
       {},
       {tlsa(kSecure, {ee_record()})},
       DaneState::usable,
       "mx.example.com"},
      {"DANE-06 secure, none usable",
       host_at(kSecure),
       {},
       {tlsa(kSecure, {pkix_record()})},
       DaneState::unusable,
       "mx.example.com"},
      {"DANE-17 one usable is enough",
       host_at(kSecure),
       {},
       {tlsa(kSecure, {pkix_record(), ee_record()})},
       DaneState::usable,
       "mx.example.com"},
      {"DANE-07 proven absent", host_at(kSecure), {}, {tlsa(kSecure, {})}, DaneState::none, ""},
      {"DANE-07 insecure TLSA",
       host_at(kSecure),
       {},
       {tlsa(kInsecure, {ee_record()})},
       DaneState::none,
       ""},
      {"DANE-11 insecure address: TLSA is not asked",
       host_at(kInsecure),
       {},
       {},
       DaneState::none,
       ""},
      {"DANE-12 the expanded name first",
       host_at(kSecure, "real.example.net"),
       {},
       {tlsa(kSecure, {ee_record()})},
       DaneState::usable,
       "real.example.net"},
      {"DANE-12 then the original name",
       host_at(kSecure, "real.example.net"),
       {},
       {tlsa(kSecure, {}), tlsa(kSecure, {ee_record()})},
       DaneState::usable,
       "mx.example.com"},
  };
}

std::vector<Row> rows_of_aliases_and_failures() {
  return {
      {"DANE-04 insecure chain behind a secure alias: the original name",
       host_at(kInsecure, "real.example.net"),
       {alias(kSecure)},
       {tlsa(kSecure, {ee_record()})},
       DaneState::usable,
       "mx.example.com"},
      {"DANE-04 insecure alias",
       host_at(kInsecure, "real.example.net"),
       {alias(kInsecure)},
       {},
       DaneState::none,
       ""},
      {"DANE-03 alias look-up fails",
       host_at(kInsecure, "real.example.net"),
       {failed<CnameAnswer>(DnsStatus::servfail)},
       {},
       DaneState::failed,
       ""},
      {"DANE-03 TLSA look-up fails",
       host_at(kSecure),
       {},
       {failed<TlsaAnswer>(DnsStatus::timeout)},
       DaneState::failed,
       ""},
      {"DANE-02 TLSA bogus",
       host_at(kSecure),
       {},
       {failed<TlsaAnswer>(DnsStatus::bogus)},
       DaneState::failed,
       ""},
      {"DANE-03 address look-up fails",
       failed<AddressAnswer>(DnsStatus::servfail),
       {},
       {},
       DaneState::failed,
       ""},
      {"DANE-03 no address",
       failed<AddressAnswer>(DnsStatus::no_name),
       {},
       {},
       DaneState::unreachable,
       ""},
  };
}

}  // namespace

TEST_CASE("DANE-02 DANE-03 DANE-04 DANE-05 DANE-06 DANE-07 DANE-11 DANE-12 one MX host") {
  std::vector<Row> all = rows();
  for (auto& row : rows_of_aliases_and_failures()) all.push_back(std::move(row));
  for (const auto& row : all) {
    CAPTURE(row.name);
    DaneLookup lookup(Domain::parse("mx.example.com").value());
    REQUIRE(std::holds_alternative<AskAddresses>(lookup.start()));
    DaneAction action = lookup.on_addresses(row.addresses);
    for (const auto& answer : row.cname) {
      REQUIRE(std::holds_alternative<AskCname>(action));
      action = lookup.on_cname(answer);
    }
    for (const auto& answer : row.tlsa) {
      REQUIRE(std::holds_alternative<AskTlsa>(action));
      action = lookup.on_tlsa(answer);
    }
    REQUIRE(std::holds_alternative<DaneDone>(action));
    CHECK(lookup.result().state == row.state);
    CHECK(lookup.result().base == row.base);
  }
}

TEST_CASE("DANE-13 the question is for the base domain, intermediates are never asked") {
  DaneLookup lookup(Domain::parse("mx.example.com").value());
  (void)lookup.start();
  const DaneAction first = lookup.on_addresses(host_at(kSecure, "real.example.net"));
  CHECK(std::get<AskTlsa>(first).base.text() == "real.example.net");
  const DaneAction second = lookup.on_tlsa(tlsa(kSecure, {}));
  CHECK(std::get<AskTlsa>(second).base.text() == "mx.example.com");
  CHECK(std::holds_alternative<DaneDone>(lookup.on_tlsa(tlsa(kSecure, {}))));
}

}  // namespace strictmx
