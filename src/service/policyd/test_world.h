// service/policyd/test_world.h: a resolver and its engine in a world by table, for the tests of
// this folder: the daemon's two threads as one.
#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "net/one_shot.h"
#include "service/policyd/resolver.h"

namespace strictmx::test {

inline const std::string kBody =
    "version: STSv1\nmode: enforce\nmx: mx1.example.com\nmax_age: 604800\n";
inline const std::string kSecure = "51:OK secure match=mx1.example.com servername=hostname,";
inline const std::string kNotFound = "9:NOTFOUND ,";

class SilentLog : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view event, std::span<const LogField>) override {
    events.emplace_back(event);
  }
  std::vector<std::string> events;
};

// Answers by table; a name that is not in it never gets an answer before its deadline.
class FakeDns : public DnsClient {
 public:
  explicit FakeDns(asio::io_context& io) : io_(io) {}
  std::map<std::string, TxtAnswer> txt;
  std::map<std::string, MxAnswer> mx;
  int questions = 0;
  bool dane = false;  // every host has a usable TLSA record

  Task<TxtAnswer> query_txt(std::string name, MonoTime deadline) override {
    ++questions;
    co_await pause(txt.contains(name) ? MonoTime{} : deadline);
    if (txt.contains(name)) co_return txt[name];
    TxtAnswer answer;
    answer.meta.status = DnsStatus::timeout;
    co_return answer;
  }
  Task<MxAnswer> query_mx(Domain domain, MonoTime) override {
    co_await pause(MonoTime{});
    co_return mx[domain.text()];
  }
  Task<AddressAnswer> query_addresses(Domain, MonoTime) override {
    AddressAnswer answer;
    if (dane) answer.addresses = {IpAddress::parse("192.0.2.1").value()};
    if (dane) answer.meta = secure();
    co_return answer;
  }
  Task<CnameAnswer> query_cname(Domain, MonoTime) override { co_return CnameAnswer{}; }
  Task<TlsaAnswer> query_tlsa(Domain, MonoTime) override {
    TlsaAnswer answer;
    if (dane) answer.records = {TlsaRecord{3, 1, 1, std::string(32, 'x')}};
    if (dane) answer.meta = secure();
    co_return answer;
  }
  void cancel_all() override {}

 private:
  static DnsMeta secure() {
    DnsMeta meta;
    meta.status = DnsStatus::found;
    meta.trust = DnsTrust::secure;
    meta.ttl = Seconds{300};
    return meta;
  }
  Task<void> pause(MonoTime until) {
    OneShot<int> never(io_.get_executor());
    co_await never.wait(until);
  }
  asio::io_context& io_;
};

class FakeFetch : public PolicyFetch {
 public:
  int fetches = 0;
  FetchOutcome outcome{FetchStatus::ok, kBody, ""};
  Task<FetchOutcome> fetch(Domain) override {
    ++fetches;
    co_return outcome;
  }
  void cancel_all() override {}
};

class FakeSink : public PolicySink {
 public:
  std::vector<KnownPolicy> saved;
  Task<Result<void>> save(KnownPolicy policy) override {
    saved.push_back(std::move(policy));
    co_return Result<void>{};
  }
};

inline TxtAnswer record(const std::string& text) {
  TxtAnswer answer;
  answer.meta.status = DnsStatus::found;
  answer.meta.ttl = Seconds{300};
  answer.records = {text};
  return answer;
}

inline MxAnswer one_mx(const std::string& host) {
  MxAnswer answer;
  answer.meta.status = DnsStatus::found;
  answer.meta.ttl = Seconds{300};
  answer.hosts = {MxHost{10, host}};
  return answer;
}

// The system's time and what a test adds to it.
class MovableClock : public Clock {
 public:
  Now now() const override {
    const Now now = SystemClock().now();
    return Now{now.wall + shift, now.mono + shift};
  }
  Seconds shift{0};
};

class Asker final : public Waiter {
 public:
  void on_reply(std::string_view text) override { reply = text; }
  std::string reply;
};

// Knows example.com with its policy; what else is asked for never gets an answer.
struct World {
  asio::io_context io;
  FakeDns dns{io};
  FakeFetch fetch;
  FakeSink sink;
  Metrics metrics;
  SilentLog log;
  MovableClock clock;
  LookupParts parts{clock, dns, fetch, sink, metrics, {}, Millis{2000}};
  Engine engine{io, parts, log, 8};
  Resolver::Post post = [this](auto message) { asio::post(io, std::move(message)); };
  Resolver resolver{{[this](auto message) { post(std::move(message)); }, io},
                    engine,
                    metrics,
                    clock,
                    {Millis{50}, 1000}};

  World() {
    dns.txt["_mta-sts.example.com"] = record("v=STSv1; id=1;");
    dns.mx["example.com"] = one_mx("mx1.example.com");
  }

  bool answer_now(std::string_view key, std::string& out, Dialect dialect = Dialect::postfix) {
    return resolver.answer_now({key, dialect}, clock.now().mono, out);
  }

  // Does all that needs no time.
  void settle() {
    do {
      io.restart();
    } while (io.poll() > 0);
  }

  // All at once; replies in order of the keys. Those that do not come get their deadline.
  std::vector<std::string> ask(const std::vector<std::string>& keys) {
    std::deque<Asker> askers;
    std::vector<std::string> replies;
    for (const auto& key : keys) {
      Asker& asker = askers.emplace_back();
      if (!answer_now(key, asker.reply)) resolver.answer_later({key}, asker);
    }
    settle();
    if (resolver.next_deadline()) clock.shift += Seconds{1};
    resolver.expire();
    for (const auto& asker : askers) replies.push_back(asker.reply);
    return replies;
  }
};

}  // namespace strictmx::test
