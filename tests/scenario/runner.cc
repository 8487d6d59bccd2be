#include "scenario/runner.h"

#include <functional>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "scenario/daemon.h"
#include "scenario/facts.h"

namespace strictmx::scenario {

namespace {

class Player {
 public:
  void play(const std::vector<std::string>& line) {
    if (state_fact(world_, line)) return;
    Words words(line);
    const std::string& word = words.take("word");
    if (word == "scenario" || word == "rules") return;
    if (word == "set") return set(words);
    if (word == "overrides") return override_domains(words);
    if (word == "ask" || word == "late") return ask(words, word == "late");
    if (word == "begin") return begin(words);
    if (word == "answered") return answered(words);
    if (word == "after" || word == "at") return let_pass(words, word == "at");
    if (word == "restart") return restart(words);
    if (word == "release") return release(words);
    if (word == "expect") return expect(words);
    throw BadScenario("unknown word: " + word);
  }

  std::string last_lines() const {
    std::string lines;
    for (const auto& line : log_.last_lines) lines += "\n    log: " + line;
    return lines;
  }

 private:
  Daemon& daemon() {
    if (!daemon_) daemon_ = std::make_unique<Daemon>(world_, metrics(), log_, settings_);
    return *daemon_;
  }
  static Metrics& metrics() {
    static Metrics shared;  // costly to make, and no scenario looks at it
    return shared;
  }

  void set(Words& words);
  void override_domains(Words& words);
  void ask(Words& words, bool late);
  void begin(Words& words);
  void answered(Words& words);
  void let_pass(Words& words, bool since_start);
  void restart(Words& words);
  void release(Words& words);
  void expect(Words& words);
  void expect_stored(Words& words);

  World world_;
  WorldLog log_;
  Settings settings_;
  std::unique_ptr<Daemon> daemon_;
  std::map<std::string, const std::string*> begun_;  // the reply to be, by key
};

Dialect take_dialect(Words& words) {
  return words.skip("tlsrpt") ? Dialect::postfix_tlsrpt : Dialect::postfix;
}

void compare(const std::string& key, std::string answer, const std::string& expected) {
  while (answer.ends_with(' ')) answer.pop_back();
  if (answer == expected) return;
  throw Deviation(fmt::format("{} is answered\n    {}\n  expected\n    {}", key, answer, expected));
}

void Player::set(Words& words) {
  if (daemon_) throw BadScenario("the daemon runs already");
  const std::string& name = words.take("setting");
  const std::string& value = words.take("value");
  auto& rules = settings_.rules;
  if (name == "sts_dns_error" && value == "defer") {
    rules.sts.on_dns_error = DnsErrorRule::defer;
  } else if (name == "sts_dns_error" && value == "ignore") {
    rules.sts.on_dns_error = DnsErrorRule::ignore;
  } else if (name == "dane" && value == "off") {
    rules.dane = DaneUse::off;
  } else if (name == "refresh" && value == "off") {
    settings_.refresh = false;
  } else {
    throw BadScenario(fmt::format("unknown setting: {} {}", name, value));
  }
  words.end();
}

// The whole set: at first the configuration at start, later that of a SIGHUP.
void Player::override_domains(Words& words) {
  settings_.overrides.clear();
  if (words.skip("none")) {
    words.end();
  } else {
    do {
      auto entry = parse_override(words.take("override"));
      if (!entry) throw BadScenario(entry.error().detail);
      settings_.overrides.push_back(*std::move(entry));
    } while (!words.empty());
  }
  if (daemon_) daemon_->reload(settings_.overrides);
}

void Player::ask(Words& words, bool late) {
  const std::string& key = words.take("key");
  const Dialect dialect = take_dialect(words);
  if (!words.skip("->")) throw BadScenario("missing: ->");
  const std::string& expected = words.take("answer");
  words.end();
  if (!late) return compare(key, daemon().ask(key, dialect), expected);
  const auto [answer, waited] = daemon().ask_late(key, dialect);
  if (!waited) throw Deviation("answered before the deadline: " + answer);
  compare(key, answer, expected);
}

void Player::begin(Words& words) {
  const std::string& key = words.take("key");
  const Dialect dialect = take_dialect(words);
  words.end();
  begun_[key] = &daemon().begin(key, dialect);
}

void Player::answered(Words& words) {
  const std::string& key = words.take("key");
  if (!words.skip("->")) throw BadScenario("missing: ->");
  const std::string& expected = words.take("answer");
  words.end();
  const auto reply = begun_.find(key);
  if (reply == begun_.end()) throw BadScenario("nobody asked: " + key);
  compare(key, reply->second->empty() ? "nothing" : Daemon::payload_of(*reply->second), expected);
}

void Player::let_pass(Words& words, bool since_start) {
  const Seconds time = read_duration(words.take("time"));
  words.end();
  const Seconds by = since_start ? time - world_.clock.elapsed() : time;
  if (by <= Seconds{0}) throw BadScenario("no time passes");
  daemon().advance(by);
}

void Player::restart(Words& words) {
  words.end();
  begun_.clear();
  daemon_.reset();
  daemon();
}

void Player::release(Words& words) {
  if (words.empty()) {
    world_.held.clear();
  } else {
    world_.held.erase(read_held(words));
  }
  daemon().release();
}

void Player::expect_stored(Words& words) {
  const std::string& domain = words.take("domain");
  std::string expected;
  while (!words.empty()) expected += (expected.empty() ? "" : " ") + words.take("word");
  const auto policy = world_.store.find(domain);
  const std::string stored =
      policy == world_.store.end()
          ? "nothing"
          : fmt::format("{} id {}", name_of(policy->second.policy.mode), policy->second.id);
  if (stored != expected) throw Deviation(fmt::format("stored is {}, not {}", stored, expected));
}

void Player::expect(Words& words) {
  const std::string& what = words.take("what");
  if (what == "stored") return expect_stored(words);
  if (what == "failure") {
    const std::string& type = words.take("type");
    if (log_.last_failure == type) return words.end();
    throw Deviation(fmt::format("last failure is {}, not {}", log_.last_failure, type));
  }
  const std::map<std::string_view, std::size_t> counts = {
      {"fetches", world_.fetches},
      {"txt-questions", world_.txt_questions},
      {"saves", world_.saves},
      {"failures", log_.events["policy_failure"]},
      {"alerts", log_.alerts},
      {"undurable", log_.events["policy_not_durable"]},
      {"clock-jumps", log_.events["clock_jump"]},
  };
  const auto count = counts.find(what);
  if (count == counts.end()) throw BadScenario("unknown expectation: " + what);
  if (words.skip("some")) {
    words.end();
    if (count->second > 0) return;
    throw Deviation(fmt::format("no {}", what));
  }
  if (words.skip("from")) {
    const std::size_t least = read_count(words.take("number"));
    if (!words.skip("to")) throw BadScenario("missing: to");
    const std::size_t most = read_count(words.take("number"));
    words.end();
    if (least <= count->second && count->second <= most) return;
    throw Deviation(fmt::format("{} {}, expected {} to {}", count->second, what, least, most));
  }
  const std::size_t expected = read_count(words.take("number"));
  words.end();
  if (count->second == expected) return;
  throw Deviation(fmt::format("{} {}, expected {}", count->second, what, expected));
}

}  // namespace

void run_scenario(const Scenario& scenario) {
  Player player;
  for (const auto& line : scenario.lines) {
    const auto message = [&](const std::exception& error) {
      return scenario.where(line) + scenario.name + ": " + error.what() + player.last_lines();
    };
    try {
      player.play(line.words);
    } catch (const BadScenario& error) {
      throw BadScenario(message(error));
    } catch (const Deviation& error) {
      throw Deviation(message(error));
    }
  }
}

}  // namespace strictmx::scenario
