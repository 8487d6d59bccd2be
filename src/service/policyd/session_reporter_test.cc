#include "service/policyd/session_reporter.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <filesystem>

#include "service/policyd/test_world.h"

using namespace strictmx;
using namespace strictmx::test;

namespace {

constexpr std::string_view kRecord = "v=TLSRPTv1; rua=mailto:tls@example.com";

// A collector's socket in a folder of its own.
class Collector {
 public:
  Collector() : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    char name[] = "/tmp/strictmx-test-XXXXXX";
    folder_ = ::mkdtemp(name);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ~Collector() {
    ::close(fd_);
    std::filesystem::remove_all(folder_);
  }
  std::string path() const { return folder_ + "/s"; }
  std::string receive() {
    char buffer[8192];
    const auto size = ::recv(fd_, buffer, sizeof buffer, 0);
    return size < 0 ? "" : std::string(buffer, static_cast<std::size_t>(size));
  }

 private:
  int fd_;
  std::string folder_;
};

struct Mta {
  World world;
  Collector collector;
  Verdicts verdicts{world.io, world.engine, world.clock};
  SessionReporter reporter{{world.io, verdicts, world.dns, world.clock, world.metrics, world.log},
                           collector.path()};

  Mta() { world.dns.txt["_smtp._tls.example.com"] = record(std::string(kRecord)); }

  void tell(std::string_view line) {
    const auto query = parse_line_query(line);
    reporter.take(std::get<LineEvent>(query.value()));
    world.io.restart();
    while (reporter.in_flight() > 0) world.io.run_one();
  }
  bool counted(const std::string& outcome, int number) {
    const std::string line = "strictmx_session_events_total{outcome=\"" + outcome + "\"} ";
    return world.metrics.text().find(line + std::to_string(number)) != std::string::npos;
  }
};

}  // namespace

TEST_CASE("a session is handed on with the policy it was under") {
  Mta mta;
  mta.tell("event domain=example.com host=mx1.example.com result=success");
  CHECK(mta.collector.receive() ==
        R"({"dpv":"1","d":"example.com","pr":"v=TLSRPTv1; rua=mailto:tls@example.com",)"
        R"("policies":[{"policy-type":2,"policy-domain":"example.com","policy-string":)"
        R"(["version: STSv1","mode: enforce","mx: mx1.example.com","max_age: 604800"],)"
        R"("mx-host":["mx1.example.com"],"t":0,"f":0}]})");
  CHECK(mta.counted("sent", 1));
}

TEST_CASE("a domain that wants no reports gets none; one that has two records neither") {
  Mta mta;
  mta.world.dns.txt["_smtp._tls.example.com"] = TxtAnswer{};
  mta.tell("event domain=example.com result=success");
  mta.world.dns.txt["_smtp._tls.two.example"] = record(std::string(kRecord));
  mta.world.dns.txt["_smtp._tls.two.example"].records.emplace_back(kRecord);
  mta.tell("event domain=two.example result=success");
  CHECK(mta.collector.receive() == "");
  CHECK(mta.counted("unwanted", 2));
}

TEST_CASE("one record counts, whatever other TXT records there are (RFC 8460 §3)") {
  Mta mta;
  auto& txt = mta.world.dns.txt["_smtp._tls.example.com"];
  txt = record(std::string(kRecord));
  for (const char* const other : {"v=TLSRPTv10; rua=mailto:x@x.example", "v=TLSRPTv1", "v=spf1"})
    txt.records.emplace_back(other);
  mta.tell("event domain=example.com result=success");
  CHECK(mta.collector.receive().find(kRecord) != std::string::npos);
  mta.world.dns.txt["_smtp._tls.ten.example"] = record("v=TLSRPTv10; rua=mailto:x@x.example");
  mta.tell("event domain=ten.example result=success");
  CHECK(mta.collector.receive() == "");
  CHECK(mta.counted("unwanted", 1));
}

TEST_CASE("events that cannot be read, and a collector that is not there, are counted") {
  Mta mta;
  mta.tell("event domain=example.com result=perhaps");
  mta.tell("event mta=exim what=tcp:connect domain=example.com");  // says nothing of an outcome
  CHECK(mta.counted("bad", 1));
  SessionReporter nobody{{mta.world.io, mta.verdicts, mta.world.dns, mta.world.clock,
                          mta.world.metrics, mta.world.log},
                         "/nonexistent/s"};
  nobody.take(
      std::get<LineEvent>(parse_line_query("event domain=example.com result=success").value()));
  mta.world.io.restart();
  while (nobody.in_flight() > 0) mta.world.io.run_one();
  CHECK(mta.counted("dropped", 1));
}

TEST_CASE("the policy of a session by DANE, and of one without any") {
  const Domain domain = Domain::parse("example.com").value();
  TlsSession session{domain, TlsSession::By::dane, std::nullopt, "mx.example.com",
                     TlsSession::Proof::verified};
  CHECK(describe_session_policy(session, {}) ==
        ReportedPolicy{PolicyType::tlsa, "mx.example.com", {}, {}});
  session.by = TlsSession::By::policy;
  CHECK(describe_session_policy(session, {}) ==
        ReportedPolicy{PolicyType::no_policy_found, "example.com", {}, {}});
}

TEST_CASE("a certificate that was not found good is what the policy's mode makes of it") {
  const Domain domain = Domain::parse("example.com").value();
  const TlsSession session{domain, TlsSession::By::policy, std::nullopt, "mx.example.com",
                           TlsSession::Proof::unknown};
  const auto judged = [&](const std::string& mode) {
    const std::string body = "version: STSv1\nmode: " + mode + "\nmx: *.example.com\nmax_age: 1\n";
    DomainVerdict verdict;
    verdict.policy = KnownPolicy{domain, "1", body, parse_policy(body)->policy, WallTime{}};
    return judge_session(session, verdict);
  };
  CHECK_FALSE(judged("enforce"));
  REQUIRE(judged("testing"));
  CHECK(judged("testing")->failure->type == ResultType::validation_failure);
  REQUIRE(judged("none"));
  CHECK_FALSE(judged("none")->failure);
  CHECK_FALSE(judge_session(session, {})->failure);
}
