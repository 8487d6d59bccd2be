// support/lookup_script.h: for tests: plays a written sequence of events against a look-up and
// checks that each is what the machine asked for. After the written events a given world answers
// the rest.
#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "flow/tls_policy.h"

namespace strictmx::script {

struct Cancel {};
using Event = std::variant<TxtAnswer, FetchOutcome, Saved, MxAnswer, AddressAnswer, CnameAnswer,
                           TlsaAnswer, Cancel>;

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

// A machine with the requests it has made and that nobody answered yet.
class Play {
 public:
  Play(NextHop hop, const StsMemory& memory, TlsPolicySettings settings, Now now)
      : now_(now), machine_(std::move(hop), memory, settings) {
    add(machine_.start(now_));
  }

  // Answers the oldest request that such an event can answer; there must be one.
  void feed(const Event& event) {
    if (std::holds_alternative<Cancel>(event)) {
      machine_.cancel(now_);
      open_.clear();
      return;
    }
    // Event and Question list their kinds in the same order.
    const auto fits = std::find_if(open_.begin(), open_.end(), [&](const Request& request) {
      return request.question.index() == event.index();
    });
    REQUIRE(fits != open_.end());
    const std::size_t part = fits->part;
    open_.erase(fits);
    add(machine_.on_reply(now_, part, to_reply(event)));
  }

  const std::vector<Request>& open() const { return open_; }
  TlsPolicy& machine() { return machine_; }

 private:
  static Reply to_reply(const Event& event) {
    return std::visit(
        [](const auto& value) -> Reply {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, Cancel>) {
            throw std::logic_error("a cancel is no reply");
          } else {
            return value;
          }
        },
        event);
  }
  void add(std::vector<Request> requests) {
    open_.insert(open_.end(), requests.begin(), requests.end());
  }

  Now now_;
  TlsPolicy machine_;
  std::vector<Request> open_;
};

template <class Answer>
Answer failed(DnsStatus status) {
  Answer answer;
  answer.meta.status = status;
  return answer;
}

// A world in which everything that can fail fails; answers whatever is asked.
inline Event worst_event(const Question& question) {
  if (std::holds_alternative<AskTxt>(question)) return failed<TxtAnswer>(DnsStatus::timeout);
  if (std::holds_alternative<FetchPolicy>(question)) return fetch_failure(FetchStatus::timeout);
  if (std::holds_alternative<SavePolicy>(question)) return Saved{fail(Errc::io, "disk full")};
  if (std::holds_alternative<AskMx>(question)) return failed<MxAnswer>(DnsStatus::servfail);
  if (std::holds_alternative<AskAddresses>(question)) {
    return failed<AddressAnswer>(DnsStatus::timeout);
  }
  if (std::holds_alternative<AskCname>(question)) return failed<CnameAnswer>(DnsStatus::timeout);
  return failed<TlsaAnswer>(DnsStatus::timeout);
}

constexpr TlsPolicySettings kStsOnly{{}, DaneUse::off};

// Plays the events, then the worst world until nothing is open; at most 200 requests in all.
inline TlsPolicyResult play(const StsMemory& memory, const std::vector<Event>& events,
                            Now now = at(0), TlsPolicySettings settings = kStsOnly) {
  Play game(NextHop{Domain::parse("example.com").value(), Routing::mx}, memory, settings, now);
  for (const auto& event : events) game.feed(event);
  std::size_t rest = 0;
  while (!game.open().empty()) {
    REQUIRE(++rest < 200);
    game.feed(worst_event(game.open().front().question));
  }
  REQUIRE(game.machine().finished());
  REQUIRE(game.machine().decided());
  return game.machine().result();
}

template <class Answer>
void add_dns_faults(std::vector<Event>& ways) {
  for (const auto status : {DnsStatus::servfail, DnsStatus::timeout, DnsStatus::bogus}) {
    ways.emplace_back(failed<Answer>(status));
  }
}

// Every way to spoil one step: an error, a timeout, a cancel, each of the kind the step waits for.
inline std::vector<Event> spoiled(const Event& event) {
  std::vector<Event> ways{Cancel{}};
  if (std::holds_alternative<TxtAnswer>(event)) add_dns_faults<TxtAnswer>(ways);
  if (std::holds_alternative<MxAnswer>(event)) add_dns_faults<MxAnswer>(ways);
  if (std::holds_alternative<AddressAnswer>(event)) add_dns_faults<AddressAnswer>(ways);
  if (std::holds_alternative<CnameAnswer>(event)) add_dns_faults<CnameAnswer>(ways);
  if (std::holds_alternative<TlsaAnswer>(event)) add_dns_faults<TlsaAnswer>(ways);
  if (std::holds_alternative<FetchOutcome>(event)) {
    for (const auto status : {FetchStatus::timeout, FetchStatus::connect_failed,
                              FetchStatus::certificate_name, FetchStatus::truncated}) {
      ways.emplace_back(fetch_failure(status));
    }
  }
  if (std::holds_alternative<Saved>(event)) {
    ways.emplace_back(Saved{fail(Errc::io, "disk full")});
    ways.emplace_back(Saved{fail(Errc::timeout, "disk stalls")});
  }
  return ways;
}

// Replays the script with each step spoiled in each way and hands every result to `check`.
inline void replay_with_faults(const StsMemory& memory, const std::vector<Event>& events,
                               const std::function<void(const TlsPolicyResult&)>& check,
                               TlsPolicySettings settings = kStsOnly) {
  for (std::size_t step = 0; step < events.size(); ++step) {
    for (const auto& fault : spoiled(events[step])) {
      std::vector<Event> broken(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(step));
      broken.push_back(fault);
      CAPTURE(step);
      check(play(memory, broken, at(0), settings));
    }
  }
}

}  // namespace strictmx::script
