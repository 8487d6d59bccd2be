#include "service/check/collect.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "net/test_support.h"
#include "tls/test_certificate.h"
#include "wire/dns_rdata.h"

namespace strictmx {
namespace {

std::string wire_name(std::string_view name) {
  std::string out;
  for (std::size_t at = 0; at < name.size();) {
    const auto dot = std::min(name.find('.', at), name.size());
    out += static_cast<char>(dot - at);
    out += name.substr(at, dot - at);
    at = dot + 1;
  }
  return out + '\0';
}
std::string txt(std::string_view text) {
  return static_cast<char>(text.size()) + std::string(text);
}
std::string mx(unsigned preference, std::string_view host) {
  return std::string{static_cast<char>(preference >> 8U), static_cast<char>(preference & 0xffU)} +
         (host.empty() ? std::string(1, '\0') : wire_name(host));
}

// DNS from a table; names without a row do not exist.
class TableDns : public DnsClient {
 public:
  void add(const std::string& name, RrType type, std::string rdata) {
    rows_[{name, type}].push_back(std::move(rdata));
  }
  void fail(const std::string& name, RrType type, DnsStatus status) {
    failures_[{name, type}] = status;
  }
  std::size_t asked(const std::string& name) const {
    return static_cast<std::size_t>(std::ranges::count(asked_, name));
  }

  Task<RawAnswer> query_raw(std::string name, RrType type, MonoTime) override {
    co_return look_up(name, type);
  }
  Task<TxtAnswer> query_txt(std::string, MonoTime) override { co_return TxtAnswer{}; }
  Task<MxAnswer> query_mx(Domain domain, MonoTime) override {
    auto raw = look_up(domain.text(), RrType::mx);
    MxAnswer answer{raw.meta, {}};
    for (const auto& rdata : raw.rdata) answer.hosts.push_back(*parse_mx_rdata(rdata));
    co_return answer;
  }
  Task<AddressAnswer> query_addresses(Domain host, MonoTime) override {
    const auto raw = look_up(host.text(), RrType::a);
    AddressAnswer answer{raw.meta, {}};
    for (const auto& rdata : raw.rdata) answer.addresses.push_back(*parse_a_rdata(rdata));
    co_return answer;
  }
  Task<CnameAnswer> query_cname(Domain, MonoTime) override { co_return CnameAnswer{}; }
  Task<TlsaAnswer> query_tlsa(Domain base, MonoTime) override {
    const auto raw = look_up("_25._tcp." + base.text(), RrType::tlsa);
    TlsaAnswer answer{raw.meta, {}};
    for (const auto& rdata : raw.rdata) answer.records.push_back(*parse_tlsa_rdata(rdata));
    co_return answer;
  }
  void cancel_all() override {}

 private:
  RawAnswer look_up(const std::string& name, RrType type) {
    asked_.push_back(name);
    RawAnswer answer;
    const auto row = rows_.find({name, type});
    const auto failure = failures_.find({name, type});
    const bool exists =
        std::ranges::any_of(rows_, [&](const auto& r) { return r.first.first == name; });
    answer.meta.status = exists ? DnsStatus::no_data : DnsStatus::no_name;
    answer.meta.zone = "a.test";
    if (failure != failures_.end()) answer.meta.status = failure->second;
    if (row == rows_.end()) return answer;
    answer.meta.status = DnsStatus::found;
    answer.rdata = row->second;
    return answer;
  }

  std::map<std::pair<std::string, RrType>, std::vector<std::string>> rows_;
  std::map<std::pair<std::string, RrType>, DnsStatus> failures_;
  std::vector<std::string> asked_;
};

class FakeSmtp : public SmtpProbe {
 public:
  Task<SmtpAddressFacts> probe(SmtpTarget target, MonoTime) override {
    seen.push_back(target.host + ' ' + target.address.text());
    SmtpAddressFacts facts{.address = target.address};
    facts.connect.status = ConnectStatus::connected;
    co_return facts;
  }
  std::vector<std::string> seen;
};

class FakeHttps : public HttpsProbe {
 public:
  Task<PolicyAddressFacts> probe(HttpsTarget target, MonoTime) override {
    std::string line = target.host + ' ' + target.address.text();
    if (target.agent == HttpsAgent::browser) line += " browser";
    if (target.agent == HttpsAgent::silent) line += " silent";
    seen.push_back(std::move(line));
    PolicyAddressFacts facts{.address = target.address};
    facts.connect.status = ConnectStatus::connected;
    facts.tls.status = HandshakeStatus::done;
    facts.tls.chain.status = ChainStatus::ok;
    facts.tls.chain.sent.emplace_back().dns_names = {target.host};
    facts.http.end = HttpEnd::complete;
    facts.http.status = status;
    facts.http.fields = {{"content-type", "text/plain"}};
    facts.http.body = "policy";
    co_return facts;
  }
  unsigned status = 200;
  std::vector<std::string> seen;
};

ChainReader no_roots() {
  const test::TempDir folder;
  test::write_pem(folder.path() / "ca.pem", test::make_authority());
  return ChainReader(*TrustStore::load(folder.path() / "ca.pem"));
}

struct Bed {
  asio::io_context io{1};
  SystemClock clock;
  TableDns dns;
  FakeSmtp smtp;
  FakeHttps https;
  ChainReader chains = no_roots();

  static CheckFacts request() { return CheckFacts(*Domain::parse("a.test")); }

  CheckFacts run(CheckFacts facts = request()) {
    const CheckParts parts{io, clock, dns, smtp, https, chains};
    auto seen = test::run_task(io, collect_facts(parts, std::move(facts), test::in(Millis(5000))));
    REQUIRE(seen);
    return *std::move(seen);
  }
  void address(const std::string& name, unsigned last) {
    dns.add(name, RrType::a, std::string("\xc0\x00\x02", 3) + static_cast<char>(last));
  }
  void good_mail() {
    dns.add("a.test", RrType::mx, mx(10, "mx1.a.test"));
    dns.add("a.test", RrType::mx, mx(20, "mx2.a.test"));
    address("mx1.a.test", 1);
    address("mx1.a.test", 2);
    address("mx2.a.test", 3);
  }
  void good_policy() {
    dns.add("_mta-sts.a.test", RrType::txt, txt("v=STSv1; id=1;"));
    address("mta-sts.a.test", 9);
  }
};

}  // namespace

TEST_CASE("check: a good domain, everything once") {
  Bed bed;
  bed.good_mail();
  bed.good_policy();
  bed.dns.add("_smtp._tls.a.test", RrType::txt,
              txt("v=TLSRPTv1; rua=mailto:r@b.test,https://c.test/"));
  bed.dns.add("b.test", RrType::mx, mx(10, "mx.b.test"));
  bed.address("c.test", 7);
  const auto facts = bed.run();
  REQUIRE(facts.hosts.size() == 2);
  CHECK(facts.hosts[0].name == "mx1.a.test");
  CHECK(facts.hosts[0].preference == 10);
  CHECK(facts.hosts[0].addresses.size() == 2);
  CHECK(facts.hosts[1].addresses.size() == 1);
  std::ranges::sort(bed.smtp.seen);
  CHECK(bed.smtp.seen == std::vector<std::string>{"mx1.a.test 192.0.2.1", "mx1.a.test 192.0.2.2",
                                                  "mx2.a.test 192.0.2.3"});
  CHECK(facts.sts_txt.joined() == std::vector<std::string>{"v=STSv1; id=1;"});
  CHECK(facts.sts_txt_elsewhere.empty());
  CHECK(facts.policy_host.fetched);
  CHECK(facts.policy_host.outcome.status == FetchStatus::ok);
  CHECK(facts.policy_host.outcome.body == "policy");
  CHECK(facts.policy_elsewhere.empty());
  CHECK_FALSE(facts.policy_host.as_browser);
  REQUIRE(facts.report_targets.size() == 2);
  CHECK(facts.report_targets[0].mx->hosts.size() == 1);
  CHECK(facts.report_targets[1].https.size() == 1);
  CHECK(facts.rpt_txt_elsewhere.empty());
  std::ranges::sort(bed.https.seen);
  CHECK(bed.https.seen ==
        std::vector<std::string>{"c.test 192.0.2.7 silent", "mta-sts.a.test 192.0.2.9"});
  CHECK(facts.zone.apex == "a.test");
  CHECK(facts.vantage.root);
}

TEST_CASE("check: a domain without anything") {
  Bed bed;
  const auto facts = bed.run();
  CHECK(facts.mx.meta.status == DnsStatus::no_name);
  CHECK(facts.hosts.empty());
  CHECK(facts.own_addresses.v4->status == DnsStatus::no_name);
  CHECK(facts.sts_txt.meta->status == DnsStatus::no_name);
  CHECK(facts.sts_txt_elsewhere.size() == 5);
  CHECK(facts.sts_txt_elsewhere[4].name == "_mta-sts.a.test.a.test");
  CHECK(facts.rpt_txt_elsewhere.size() == 5);
  CHECK(facts.policy_host.outcome.status == FetchStatus::host_not_found);
  CHECK(facts.report_targets.empty());
  CHECK(bed.smtp.seen.empty());
  CHECK(bed.https.seen.empty());
}

TEST_CASE("check: no MX record, and the null MX (RFC 5321 §5.1, RFC 7505)") {
  Bed implicit;
  implicit.address("a.test", 1);
  const auto facts = implicit.run();
  REQUIRE(facts.hosts.size() == 1);
  CHECK(facts.hosts[0].name == "a.test");
  CHECK(implicit.smtp.seen == std::vector<std::string>{"a.test 192.0.2.1"});

  Bed null;
  null.address("a.test", 1);
  null.dns.add("a.test", RrType::mx, mx(0, ""));
  CHECK(null.run().hosts.empty());
  CHECK(null.smtp.seen.empty());

  Bed failing;
  failing.address("a.test", 1);
  failing.dns.fail("a.test", RrType::mx, DnsStatus::servfail);
  const auto unknown = failing.run();
  CHECK(unknown.mx.meta.status == DnsStatus::servfail);
  CHECK(unknown.hosts.empty());
}

TEST_CASE("check: names that are no hosts are listed and not connected to") {
  Bed bed;
  bed.dns.add("a.test", RrType::mx, mx(10, "_x.a.test"));
  bed.address("_x.a.test", 1);
  const auto facts = bed.run();
  REQUIRE(facts.hosts.size() == 1);
  CHECK_FALSE(facts.hosts[0].host);
  CHECK(bed.smtp.seen.empty());
}

TEST_CASE("check: a policy host that fails is looked at as a browser, and elsewhere") {
  Bed bed;
  bed.good_policy();
  bed.address("www.a.test", 8);
  bed.https.status = 403;
  const auto facts = bed.run();
  CHECK(facts.policy_host.outcome.status == FetchStatus::http_status);
  REQUIRE(facts.policy_host.as_browser);
  REQUIRE(facts.policy_elsewhere.size() == 2);
  CHECK(facts.policy_elsewhere[0].dns.name == "a.test");
  CHECK(facts.policy_elsewhere[1].dns.name == "www.a.test");
  CHECK(facts.policy_elsewhere[1].addresses.size() == 1);
  CHECK(std::ranges::count(bed.https.seen, "mta-sts.a.test 192.0.2.9 browser") == 1);
}

TEST_CASE("check: what is planned is not asked for") {
  Bed bed;
  bed.good_mail();
  bed.good_policy();
  auto request = Bed::request();
  request.planned_mx = true;
  request.mx.meta.status = DnsStatus::found;
  request.mx.hosts = {{10, "mx2.a.test"}};
  request.planned_sts_txt = true;
  request.planned_policy = true;
  request.planned_rpt_txt = true;
  request.policy_host.outcome.body = "planned";
  const auto facts = bed.run(std::move(request));
  CHECK(bed.dns.asked("_mta-sts.a.test") == 0);
  CHECK(bed.dns.asked("mta-sts.a.test") == 0);
  CHECK(bed.dns.asked("_smtp._tls.a.test") == 0);
  CHECK(facts.policy_host.outcome.body == "planned");
  CHECK(bed.smtp.seen == std::vector<std::string>{"mx2.a.test 192.0.2.3"});
}

TEST_CASE("check: no more hosts and addresses are looked at than there is room for") {
  Bed bed;
  for (unsigned i = 0; i < 20; ++i)
    bed.dns.add("a.test", RrType::mx, mx(i, "mx" + std::to_string(i) + ".a.test"));
  for (unsigned i = 0; i < 20; ++i) bed.address("mx0.a.test", i + 1);
  bed.address("mx19.a.test", 99);
  const auto facts = bed.run();
  CHECK(facts.hosts.size() == 20);
  CHECK(facts.hosts[0].dns.addresses.size() == 20);
  CHECK(facts.hosts[0].addresses.size() == kMaxCheckedAddresses);
  CHECK(facts.hosts[19].addresses.empty());
}

TEST_CASE("check: without probing of mail hosts") {
  Bed bed;
  bed.good_mail();
  auto request = Bed::request();
  request.vantage.smtp_probed = false;
  const auto facts = bed.run(std::move(request));
  CHECK(facts.hosts[0].dns.addresses.size() == 2);
  CHECK(bed.smtp.seen.empty());
}

}  // namespace strictmx
