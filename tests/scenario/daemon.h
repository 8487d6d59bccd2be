// scenario/daemon.h: the real engine, resolver and answer cache of the policy daemon, with both of
// its threads as one, in a scenario's world. To end it is to kill it: only World::store survives.
#pragma once
#include <string>
#include <string_view>

#include "core/override.h"
#include "scenario/world.h"
#include "service/policyd/engine.h"
#include "service/policyd/resolver.h"
#include "service/policyd/steady_clock.h"

namespace strictmx::scenario {

struct Settings {
  TlsPolicySettings rules;
  std::vector<Override> overrides;
  std::size_t max_negatives = 1000;
  bool refresh = true;  // policies are fetched again as time passes
};

class Daemon {
 public:
  // Loads what is on disk, or begins to when "load" is held. All must outlive the daemon.
  Daemon(World& world, Metrics& metrics, WorldLog& log, const Settings& settings);

  // What the MTA gets, without its frame: "OK secure match=...", "NOTFOUND ", "TEMP why". Then
  // everything that this led to has happened as well. Throws Deviation when the answer has to wait
  // for a question that is held.
  std::string ask(const std::string& key, Dialect dialect = Dialect::postfix);

  // Asks without insisting on an answer: it is put into the text returned when it comes, framed.
  const std::string& begin(const std::string& key, Dialect dialect = Dialect::postfix);
  static std::string payload_of(const std::string& framed);

  // As ask(), but when the answer has to wait, it waits until the deadline.
  struct Late {
    std::string answer;
    bool waited;
  };
  Late ask_late(const std::string& key, Dialect dialect = Dialect::postfix);

  // SIGHUP with these overrides in the configuration.
  void reload(const std::vector<Override>& overrides);

  // Questions that are no longer held are answered.
  void release();

  // Lets time pass; once in every `tick` what is due is done.
  void advance(Seconds by, Seconds tick = Seconds{60});

  std::size_t policies() const { return engine_.policies(); }
  Now now() const { return clock_.now(); }  // as the daemon believes

 private:
  struct Asker final : Waiter {
    void on_reply(std::string_view text) override { reply = text; }
    std::string reply;
  };

  void load();
  void drain();

  World& world_;
  bool refresh_;
  SteadyClock clock_;
  std::vector<Override> overrides_;
  asio::io_context io_{1};
  Gate gate_;
  WorldDns dns_;
  WorldFetch fetch_;
  WorldSink sink_;
  WorldStored stored_;
  LookupParts parts_;
  Engine engine_;
  Resolver resolver_;
  std::list<Asker> askers_;  // those of questions that were given up included
};

}  // namespace strictmx::scenario
