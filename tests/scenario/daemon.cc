#include "scenario/daemon.h"

#include <algorithm>

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
      gate_(io_, world),
      dns_(world, gate_),
      fetch_(world, gate_),
      sink_(world, gate_),
      parts_{world.clock, dns_, fetch_, sink_, metrics, settings.rules, kDnsTimeout},
      engine_(io_, parts_, log, kMaxLookups),
      resolver_({[this](auto message) { asio::post(io_, std::move(message)); }, io_}, engine_,
                metrics, world.clock, {kDeadline, settings.max_negatives}) {
  for (const auto& [domain, policy] : world.store) engine_.remember(policy);
  drain();
}

std::string Daemon::ask(const std::string& key) {
  const std::string& reply = begin(key);
  if (reply.empty()) throw Deviation("no answer to " + key);
  const std::string payload = payload_of(reply);
  askers_.pop_back();
  return payload;
}

const std::string& Daemon::begin(const std::string& key) {
  Asker& asker = askers_.emplace_back();
  if (!resolver_.answer_now({key}, world_.clock.now().mono, asker.reply)) {
    resolver_.answer_later({key}, asker);
  }
  drain();
  return asker.reply;
}

// "51:OK secure ...," without length and comma.
std::string Daemon::payload_of(const std::string& framed) {
  const auto colon = framed.find(':');
  return framed.substr(colon + 1, framed.size() - colon - 2);
}

std::string Daemon::ask_late(const std::string& key) {
  const std::string& reply = begin(key);
  if (!reply.empty()) throw Deviation("answered before the deadline: " + payload_of(reply));
  world_.clock.advance(std::chrono::ceil<Seconds>(kDeadline));
  resolver_.expire();
  if (reply.empty()) throw Deviation("not answered at the deadline either");
  return payload_of(reply);
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
