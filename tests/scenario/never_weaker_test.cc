// The promise of the daemon (scenario/promise) over random histories: everything that DNS, policy
// hosts, the disk, the clock, the operator and MTAs can do, in any order (scenario/chance).
// Besides, only a valid policy that was fetched takes the place of another. A history that breaks
// the promise is printed as a scenario.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "scenario/chance.h"
#include "scenario/daemon.h"
#include "scenario/facts.h"
#include "scenario/promise.h"
#include "scenario/text.h"
#include "support/thoroughness.h"

namespace strictmx::scenario {

namespace {

constexpr std::uint32_t kHistories = kSanitized ? 300 : 10'000;  // STRICTMX_HISTORIES replaces it
constexpr int kEvents = 40;

const std::array<std::string, 2> kDomains = {"example.com", "other.example"};

// A question of an MTA.
struct Asked {
  std::string key;
  std::string domain;
  Dialect dialect;
  const std::string* reply;  // empty until it is answered

  std::string text() const { return key + (dialect == Dialect::postfix_tlsrpt ? " tlsrpt" : ""); }
};

class History {
 public:
  History(std::uint32_t seed, Metrics& metrics) : chance_(seed), metrics_(metrics) {
    for (const auto& domain : kDomains) {
      state(chance_.txt(domain));
      state(chance_.policy(domain));
      change_mx(domain);
    }
    restart();
  }

  // Empty when all went well.
  std::string run() {
    for (int event = 0; event < kEvents && broken_.empty(); ++event) {
      note_before();
      happen();
      judge_waiting();
      check_store();
    }
    return broken_;
  }

  std::string text() const { return text_; }

 private:
  // One line of a scenario.
  void state(const std::string& line) {
    text_ += "  " + line + "\n";
    state_fact(world_, read_words(line));
  }

  void happen();
  void happen_rarely(const std::string& domain);
  void change_mx(const std::string& domain);
  void change_dane(const std::string& domain);
  void hold(const std::string& domain);
  void release();
  void reload();
  void restart();
  void pass_time();
  void ask(const std::string& domain);
  void ask_late(Asked asked);

  void note_before();
  void judge(const Asked& asked, const std::string& answer);
  void judge_waiting();
  void check_store();
  std::optional<DomainVerdict> overridden(const std::string& domain) const;
  WallTime wall() const { return daemon_->now().wall; }

  Chance chance_;
  Metrics& metrics_;
  World world_;
  WorldLog log_;
  Promise promise_{world_};
  Settings settings_;
  std::unique_ptr<Daemon> daemon_;
  std::vector<Asked> waiting_;
  std::map<std::string, std::optional<KnownPolicy>> before_;  // what was enforced before the event
  WallTime latest_{};
  std::string text_ = "scenario found\n";
  std::string broken_;
};

void History::change_mx(const std::string& domain) {
  state(chance_.mx(domain));
  change_dane(domain);
}

void History::change_dane(const std::string& domain) {
  for (const auto& host : world_.mx[domain].hosts) {
    if (chance_.one_in(2) || host.exchange.empty()) continue;
    for (const auto& line : chance_.dane(host.exchange)) state(line);
  }
}

// Most of it about one domain: what meets there breaks promises.
void History::happen() {
  const std::string& domain = kDomains[chance_.one_in(5) ? 1 : 0];
  switch (chance_.below(18)) {
    case 0:
      return state(chance_.txt(domain));
    case 1:
      return state(chance_.policy(domain));
    case 2:
      return change_mx(domain);
    case 3:
      return change_dane(domain);
    case 4:
      return happen_rarely(domain);
    case 5:
    case 6:
      return hold(domain);
    case 7:
    case 8:
      return release();
    case 9:
    case 10:
    case 11:
      return pass_time();
    default:
      return ask(domain);
  }
}

void History::happen_rarely(const std::string& domain) {
  switch (chance_.below(6)) {
    case 0:
      return restart();
    case 1:
      return state(chance_.one_of("disk ok", "disk ok", "disk full"));
    case 2:
    case 3:
      return reload();
    case 4:
      return state(chance_.preload(domain));
    default:
      return state(chance_.wall());
  }
}

void History::hold(const std::string& domain) {
  state(chance_.hold(domain, world_.mx[domain].hosts));
}

void History::release() {
  text_ += "  release\n";
  world_.held.clear();
  daemon_->release();
}

void History::reload() {
  std::string line = "overrides";
  settings_.overrides.clear();
  for (const auto& domain : kDomains) {
    if (!chance_.one_in(3)) continue;
    const std::string entry = chance_.override_line(domain, wall());
    line += " \"" + entry + "\"";
    settings_.overrides.push_back(parse_override(entry).value());
  }
  text_ += "  " + line + (settings_.overrides.empty() ? " none\n" : "\n");
  daemon_->reload(settings_.overrides);
}

// What was not saved is forgotten; of the list only what is live and not stored counts.
void History::restart() {
  const bool loads_slowly = chance_.one_in(2);
  text_ += loads_slowly ? "  restart, loading does not end\n" : "  restart\n";
  if (loads_slowly) world_.held.insert("load");
  waiting_.clear();
  daemon_.reset();
  daemon_ = std::make_unique<Daemon>(world_, metrics_, log_, settings_);
  world_.known = world_.store;
  for (const auto& [domain, policy] : world_.preload) {
    if (policy.is_live(wall())) world_.known.emplace(domain, policy);
  }
  world_.fetched.clear();
  for (const auto& [domain, policy] : world_.known) world_.fetched.push_back(policy);
}

void History::pass_time() {
  constexpr int kTicks = 12;
  const std::string time = chance_.time();
  text_ += "  after " + time + "\n";
  const Seconds by = read_duration(time);
  latest_ = std::max(latest_, wall() + by);  // it may be set back on the way
  daemon_->advance(by, std::max(Seconds{60}, by / kTicks));
}

void History::ask(const std::string& domain) {
  Asked asked{chance_.key(domain), domain,
              chance_.one_in(3) ? Dialect::postfix_tlsrpt : Dialect::postfix, nullptr};
  if (!world_.held.empty() && chance_.one_in(3)) return ask_late(std::move(asked));
  asked.reply = &daemon_->begin(asked.key, asked.dialect);
  if (asked.reply->empty()) {
    text_ += fmt::format("  begin {}\n", asked.text());
    waiting_.push_back(std::move(asked));
    return;
  }
  const std::string answer = Daemon::payload_of(*asked.reply);
  text_ += fmt::format("  ask {} -> {}\n", asked.text(), answer);
  judge(asked, answer);
}

void History::ask_late(Asked asked) {
  const auto [answer, waited] = daemon_->ask_late(asked.key, asked.dialect);
  text_ += fmt::format("  {} {} -> {}\n", waited ? "late" : "ask", asked.text(), answer);
  judge(asked, answer);
}

void History::note_before() {
  latest_ = std::max(latest_, wall());
  if (!world_.held.empty() || !waiting_.empty()) promise_.mix_dane();
  for (const auto& domain : kDomains) {
    promise_.note_dane(domain);
    before_[domain] = promise_.enforced(domain, wall());
  }
}

std::optional<DomainVerdict> History::overridden(const std::string& domain) const {
  for (const auto& entry : settings_.overrides) {
    if (entry.domain.text() == domain) return decide_by_override(entry, wall());
  }
  return std::nullopt;
}

void History::judge(const Asked& asked, const std::string& answer) {
  if (const auto verdict = overridden(asked.domain)) {
    const std::string said = socketmap_payload(format_answer(asked.dialect, *verdict));
    if (answer == said || answer.starts_with("TEMP ")) return;
    broken_ = fmt::format("{} against the override of {}", answer, asked.domain);
    return;
  }
  const std::string& domain = asked.domain;
  if (promise_.holds(answer, domain, before_[domain]) ||
      promise_.holds(answer, domain, promise_.enforced(domain, wall())) ||
      promise_.holds_an_earlier_one(answer, domain, wall())) {
    return;
  }
  broken_ = fmt::format("weaker than the policy of {}: {}", domain, answer);
}

void History::judge_waiting() {
  for (const auto& asked : std::exchange(waiting_, {})) {
    if (asked.reply->empty()) {
      waiting_.push_back(asked);
      continue;
    }
    const std::string answer = Daemon::payload_of(*asked.reply);
    text_ += fmt::format("  answered {} -> {}\n", asked.key, answer);
    judge(asked, answer);
  }
}

void History::check_store() {
  latest_ = std::max(latest_, wall());
  for (const auto& [domain, policy] : world_.store) {
    const auto parsed = parse_policy(policy.body);
    const bool as_served = world_.served.contains(policy.body) && parsed &&
                           parsed->policy.mode == policy.policy.mode &&
                           policy.fetched_at <= latest_;
    if (!as_served) broken_ = "a policy of " + domain + " that was not fetched";
  }
}

}  // namespace

TEST_CASE("STS-C03 STS-A01 STS-R13 STS-X01 no answer is weaker than a live enforce policy") {
  Metrics metrics;
  const char* wanted = std::getenv("STRICTMX_HISTORIES");
  const std::size_t histories = wanted == nullptr ? kHistories : read_count(wanted);
  for (std::uint32_t seed = 1; seed <= histories; ++seed) {
    History history(seed, metrics);
    const std::string broken = history.run();
    CAPTURE(seed);
    if (!broken.empty()) FAIL(broken << "\n" << history.text());
  }
}

}  // namespace strictmx::scenario
