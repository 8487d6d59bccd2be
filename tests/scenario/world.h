// scenario/world.h: the world around the daemon of a scenario: DNS, policy hosts, disk, clock.
// It answers at once, unless a question is held; what it does not know does not exist. It has no
// DNS cache: a change is seen by the next question.
#pragma once
#include <list>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"
#include "net/one_shot.h"
#include "service/policyd/lookup.h"
#include "service/policyd/stored_policies.h"

namespace strictmx::scenario {

// Time passes only when it is told to. Its monotonic time is years ahead of the real one, so that
// no timer of the daemon ever fires by itself.
class VirtualClock : public Clock {
 public:
  Now now() const override;
  Seconds elapsed() const { return elapsed_; }
  void advance(Seconds by) { elapsed_ += by; }
  void jump(Seconds by) { jumped_ += by; }  // of the wall clock alone

 private:
  MonoTime start_ = std::chrono::steady_clock::now() + std::chrono::years{20};
  Seconds elapsed_{0};
  Seconds jumped_{0};
};

enum class Disk : std::uint8_t { ok, full };

struct World {
  VirtualClock clock;
  std::map<std::string, TxtAnswer> txt;  // by the name asked: "_mta-sts.example.com"
  std::map<std::string, MxAnswer> mx;
  std::map<std::string, AddressAnswer> addresses;
  std::map<std::string, CnameAnswer> cnames;
  std::map<std::string, TlsaAnswer> tlsa;
  std::map<std::string, FetchOutcome> hosts;  // by policy domain
  std::set<std::string> held;                 // "txt NAME", "mx NAME", "policy DOMAIN", ...
  Disk disk = Disk::ok;
  std::map<std::string, KnownPolicy> store;    // what is on disk
  std::map<std::string, KnownPolicy> preload;  // the operator's list, read when the daemon starts
  std::map<std::string, KnownPolicy> known;    // the last one fetched, on disk or not
  std::vector<KnownPolicy> fetched;            // all since the daemon was started
  std::set<std::string> served;                // every body that a policy host has sent

  // Since the beginning.
  std::size_t txt_questions = 0;
  std::size_t fetches = 0;
  std::size_t saves = 0;
};

// Where held questions wait.
class Gate {
 public:
  Gate(asio::io_context& io, const World& world) : io_(io), world_(world) {}
  Task<void> pass(std::string question);
  void open();  // those that are no longer held go on

 private:
  asio::io_context& io_;
  const World& world_;
  std::vector<OneShot<bool>*> waiting_;
};

class WorldDns : public DnsClient {
 public:
  WorldDns(World& world, Gate& gate) : world_(world), gate_(gate) {}
  Task<TxtAnswer> query_txt(std::string name, MonoTime deadline) override;
  Task<MxAnswer> query_mx(Domain domain, MonoTime deadline) override;
  Task<AddressAnswer> query_addresses(Domain host, MonoTime deadline) override;
  Task<CnameAnswer> query_cname(Domain host, MonoTime deadline) override;
  Task<TlsaAnswer> query_tlsa(Domain base, MonoTime deadline) override;
  void cancel_all() override {}

 private:
  World& world_;
  Gate& gate_;
};

class WorldFetch : public PolicyFetch {
 public:
  WorldFetch(World& world, Gate& gate) : world_(world), gate_(gate) {}
  Task<FetchOutcome> fetch(Domain domain) override;
  void cancel_all() override {}

 private:
  World& world_;
  Gate& gate_;
};

class WorldSink : public PolicySink {
 public:
  WorldSink(World& world, Gate& gate) : world_(world), gate_(gate) {}
  Task<Result<void>> save(KnownPolicy policy) override;

 private:
  World& world_;
  Gate& gate_;
};

// What World::store holds, in one part; held as "load".
class WorldStored : public StoredPolicies {
 public:
  WorldStored(World& world, Gate& gate) : world_(world), gate_(gate) {}
  Task<Result<KnownPolicy>> find(Domain domain) override;
  Task<Result<PolicyStore::Part>> load_part(std::string after) override;
  Task<Result<void>> check() override { co_return Result<void>{}; }
  Task<Result<void>> repair() override { co_return Result<void>{}; }
  Task<Result<std::size_t>> restore(std::vector<KnownPolicy>) override { co_return 0U; }

 private:
  World& world_;
  Gate& gate_;
};

// All lines of the log; of a failure its type as well (RFC 8460 §4.3).
class WorldLog : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel level, std::string_view event, std::span<const LogField> fields) override;

  std::map<std::string, std::size_t, std::less<>> events;
  std::size_t alerts = 0;    // warnings and errors about policies that cannot be fetched again
  std::string last_failure;  // "type" of the last policy_failure
  std::list<std::string> last_lines;
};

}  // namespace strictmx::scenario
