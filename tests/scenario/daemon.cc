#include "scenario/daemon.h"

#include <algorithm>
#include <utility>

#include "scenario/text.h"

namespace strictmx::scenario {

namespace {

constexpr Millis kDeadline{4000};
constexpr Millis kDnsTimeout{10000};
constexpr std::size_t kMaxLookups = 64;

}  // namespace

Daemon::Daemon(World& world, Metrics& metrics, WorldLog& log, const Settings& settings)
    : world_(world),
      refresh_(settings.refresh),
      clock_(world.clock, log),
      overrides_(settings.overrides),
      gate_(io_, world),
      dns_(world, gate_),
      fetch_(world, gate_),
      sink_(world, gate_),
      stored_(world, gate_),
      parts_{clock_, dns_, fetch_, sink_, metrics, settings.rules, kDnsTimeout},
      engine_(io_, parts_, log, kMaxLookups),
      resolver_({[this](auto message) { asio::post(io_, std::move(message)); }, io_}, engine_,
                metrics, clock_, {kDeadline, settings.max_negatives}) {
  engine_.set_overrides(overrides_);
  load();
  drain();
}

void Daemon::load() {
  for (const auto& [domain, policy] : world_.preload) {
    if (policy.is_live(clock_.now().wall)) engine_.remember(policy, PolicyOrigin::preloaded);
  }
  engine_.load(stored_);
}

std::string Daemon::ask(const std::string& key, Dialect dialect) {
  const std::string& reply = begin(key, dialect);
  if (reply.empty()) throw Deviation("no answer to " + key);
  const std::string payload = payload_of(reply);
  askers_.pop_back();
  return payload;
}

const std::string& Daemon::begin(const std::string& key, Dialect dialect) {
  Asker& asker = askers_.emplace_back();
  if (!resolver_.answer_now({key, dialect}, clock_.now().mono, asker.reply)) {
    resolver_.answer_later({key, dialect}, asker);
  }
  drain();
  return asker.reply;
}

// "51:OK secure ...," without length and comma.
std::string Daemon::payload_of(const std::string& framed) {
  const auto colon = framed.find(':');
  return framed.substr(colon + 1, framed.size() - colon - 2);
}

Daemon::Late Daemon::ask_late(const std::string& key, Dialect dialect) {
  const std::string& reply = begin(key, dialect);
  if (!reply.empty()) return {payload_of(reply), false};
  advance(std::chrono::ceil<Seconds>(kDeadline));
  if (reply.empty()) throw Deviation("not answered at the deadline either");
  return {payload_of(reply), true};
}

void Daemon::reload(const std::vector<Override>& overrides) {
  const std::vector<Override> before = std::exchange(overrides_, overrides);
  engine_.set_overrides(overrides_);
  for (const auto& entry : before) resolver_.forget(entry.domain);
  for (const auto& entry : overrides_) resolver_.forget(entry.domain);
  drain();
}

void Daemon::release() {
  gate_.open();
  drain();
}

void Daemon::advance(Seconds by, Seconds tick) {
  while (by > Seconds{0}) {
    const Seconds step = std::min(by, tick);
    world_.clock.advance(step);
    by -= step;
    resolver_.expire();
    if (!refresh_) continue;
    engine_.refresh_due();
    if (engine_.in_flight() > 0) drain();
  }
}

// Runs all that can run without time passing.
void Daemon::drain() {
  do {
    io_.restart();
  } while (io_.poll() > 0);
}

}  // namespace strictmx::scenario
