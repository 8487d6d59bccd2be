// support/lookup_script.h: for tests: plays a written sequence of events against a look-up and
// checks that each is what the machine asked for. After the written events a given world answers
// the rest.
#pragma once
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "flow/tls_policy.h"

namespace strictmx::script {

struct Saved {
  Result<void> result;
};
struct Cancel {};
using Event = std::variant<TxtAnswer, FetchOutcome, Saved, MxAnswer, Cancel>;

inline TxtAnswer txt(std::vector<std::string> records, Seconds ttl = Seconds{300}) {
  TxtAnswer answer;
  answer.meta.status = records.empty() ? DnsStatus::no_name : DnsStatus::found;
  answer.meta.ttl = ttl;
  answer.records = std::move(records);
  return answer;
}
inline TxtAnswer txt_failure(DnsStatus status) {
  TxtAnswer answer;
  answer.meta.status = status;
  return answer;
}
inline FetchOutcome body(std::string text) {
  return FetchOutcome{FetchStatus::ok, std::move(text), ""};
}
inline FetchOutcome fetch_failure(FetchStatus status) {
  return FetchOutcome{status, "", std::string(name_of(status))};
}
inline MxAnswer mx(std::vector<std::string> hosts) {
  MxAnswer answer;
  answer.meta.status = DnsStatus::found;
  answer.meta.ttl = Seconds{300};
  std::uint16_t preference = 10;
  for (auto& host : hosts) answer.hosts.push_back(MxHost{preference++, std::move(host)});
  return answer;
}

inline Now at(std::int64_t seconds) {
  return Now{WallTime{Seconds{1'790'000'000 + seconds}}, MonoTime{} + Seconds{1'000'000 + seconds}};
}

inline KnownPolicy known(const std::string& id, const std::string& text, std::int64_t fetched) {
  return KnownPolicy{Domain::parse("example.com").value(), id, text,
                     parse_policy(text).value().policy, at(fetched).wall};
}

// Hands one event to the machine that has just asked for `action`.
inline TlsPolicyAction feed(TlsPolicy& machine, Now now, const TlsPolicyAction& action,
                            const Event& event) {
  if (std::holds_alternative<Cancel>(event)) return machine.on_cancel(now);
  if (const auto* answer = std::get_if<TxtAnswer>(&event)) {
    REQUIRE(std::holds_alternative<AskTxt>(action));
    return machine.on_txt(now, *answer);
  }
  if (const auto* outcome = std::get_if<FetchOutcome>(&event)) {
    REQUIRE(std::holds_alternative<FetchPolicy>(action));
    return machine.on_fetch(now, *outcome);
  }
  if (const auto* saved = std::get_if<Saved>(&event)) {
    REQUIRE(std::holds_alternative<SavePolicy>(action));
    return machine.on_saved(now, saved->result);
  }
  REQUIRE(std::holds_alternative<AskMx>(action));
  return machine.on_mx(now, std::get<MxAnswer>(event));
}

// A world in which everything that can fail fails; answers whatever is asked.
inline Event worst_event(const TlsPolicyAction& action) {
  if (std::holds_alternative<AskTxt>(action)) return txt_failure(DnsStatus::timeout);
  if (std::holds_alternative<FetchPolicy>(action)) return fetch_failure(FetchStatus::timeout);
  if (std::holds_alternative<SavePolicy>(action)) return Saved{fail(Errc::io, "disk full")};
  MxAnswer failed;
  failed.meta.status = DnsStatus::servfail;
  return failed;
}

// Plays the events, then the worst world until Done; at most 8 actions in all.
inline TlsPolicyResult play(const StsMemory& memory, const std::vector<Event>& events,
                            Now now = at(0), StsSettings settings = {}) {
  TlsPolicy machine(NextHop{Domain::parse("example.com").value(), Routing::mx}, memory, settings);
  TlsPolicyAction action = machine.start(now);
  std::size_t actions = 0;
  for (const auto& event : events) {
    REQUIRE_FALSE(std::holds_alternative<Done>(action));
    action = feed(machine, now, action, event);
  }
  while (!std::holds_alternative<Done>(action)) {
    REQUIRE(++actions < 8);
    action = feed(machine, now, action, worst_event(action));
  }
  return machine.result();
}

// Every way to spoil one step: an error, a timeout, a cancel, each of the kind the step waits for.
inline std::vector<Event> spoiled(const Event& event) {
  std::vector<Event> ways{Cancel{}};
  if (std::holds_alternative<TxtAnswer>(event)) {
    for (const auto status : {DnsStatus::servfail, DnsStatus::timeout, DnsStatus::bogus}) {
      ways.emplace_back(txt_failure(status));
    }
  } else if (std::holds_alternative<FetchOutcome>(event)) {
    for (const auto status : {FetchStatus::timeout, FetchStatus::connect_failed,
                              FetchStatus::certificate_name, FetchStatus::truncated}) {
      ways.emplace_back(fetch_failure(status));
    }
  } else if (std::holds_alternative<Saved>(event)) {
    ways.emplace_back(Saved{fail(Errc::io, "disk full")});
    ways.emplace_back(Saved{fail(Errc::timeout, "disk stalls")});
  } else if (std::holds_alternative<MxAnswer>(event)) {
    for (const auto status : {DnsStatus::servfail, DnsStatus::timeout, DnsStatus::bogus}) {
      MxAnswer failed;
      failed.meta.status = status;
      ways.emplace_back(failed);
    }
  }
  return ways;
}

// Replays the script with each step spoiled in each way and hands every result to `check`.
inline void replay_with_faults(const StsMemory& memory, const std::vector<Event>& events,
                               const std::function<void(const TlsPolicyResult&)>& check) {
  for (std::size_t step = 0; step < events.size(); ++step) {
    for (const auto& fault : spoiled(events[step])) {
      std::vector<Event> broken(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(step));
      broken.push_back(fault);
      CAPTURE(step);
      check(play(memory, broken));
    }
  }
}

}  // namespace strictmx::script
