// The promise of the daemon over random histories: while the newest policy that was fetched of a
// domain is an unexpired enforce policy, no answer is weaker than it or than an unexpired enforce
// policy before it (RFC 8461 §5, §5.1); and only a valid policy that was fetched takes its place. A
// history that breaks it is printed as a scenario. Waiting questions and the clock going back are
// left to the scenarios.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <random>

#include <fmt/format.h>

#include "base/text.h"
#include "scenario/daemon.h"
#include "scenario/facts.h"
#include "scenario/text.h"

namespace strictmx::scenario {

namespace {

constexpr std::uint32_t kHistories = 5000;
constexpr int kEvents = 24;
// A reply without policy is given for at most twice the longest hold.
constexpr Seconds kOldestReply = 2 * kLongestHold;

const std::array<std::string, 2> kDomains = {"example.com", "other.example"};

class History {
 public:
  History(std::uint32_t seed, Metrics& metrics) : random_(seed), metrics_(metrics) {
    for (const auto& domain : kDomains) {
      change_txt(domain);
      change_policy(domain);
      change_mx(domain);
    }
    restart();
  }

  // Empty when all went well.
  std::string run() {
    for (int event = 0; event < kEvents && broken_.empty(); ++event) happen();
    return broken_;
  }

  std::string text() const { return text_; }

 private:
  std::size_t below(std::size_t end) { return random_() % end; }
  template <class... Texts>
  std::string one_of(Texts... texts) {
    const std::array<std::string, sizeof...(texts)> all{texts...};
    return all[below(all.size())];
  }

  // One line of a scenario.
  void state(const std::string& line, std::vector<std::string> words) {
    text_ += "  " + line + "\n";
    state_fact(world_, words);
  }
  void state(const std::string& line) {
    std::vector<std::string> words;
    for (const auto word : split(line, ' ')) words.emplace_back(word);
    state(line, std::move(words));
  }

  void change_txt(const std::string& domain);
  void change_policy(const std::string& domain);
  void change_mx(const std::string& domain);
  void change_dane(const std::string& domain);
  void happen();
  void restart();
  void pass_time();
  void ask(const std::string& key, const std::string& domain);
  void check_store();
  void note_dane();

  bool protected_by_dane(const std::string& domain) const;
  bool allowed(const std::string& answer, const std::string& domain,
               const std::optional<KnownPolicy>& policy) const;
  std::optional<KnownPolicy> enforced(const std::string& domain) const;

  std::mt19937 random_;
  Metrics& metrics_;
  World world_;
  WorldLog log_;
  std::unique_ptr<Daemon> daemon_;
  std::map<std::string, Seconds> dane_seen_;  // when DANE last protected the domain
  std::string text_ = "scenario found\n";
  std::string broken_;
};

void History::change_txt(const std::string& domain) {
  if (below(3) == 0) {
    state(fmt::format("txt {} {}", domain,
                      one_of("no_name", "no_data", "servfail", "timeout", "bogus")));
    return;
  }
  const std::string record =
      one_of("v=STSv1; id=1;", "v=STSv1; id=2;", "v=STSv1; id=3;", "v=STSv1; id=;", "v=spf1 -all");
  state(fmt::format("txt {} \"{}\"", domain, record), {"txt", domain, record});
}

void History::change_policy(const std::string& domain) {
  std::string line = "policy " + domain + " ";
  switch (below(8)) {
    case 0:
      line += "none " + one_of("0", "1d", "30d");
      break;
    case 1:
      line += "testing " + one_of("0", "7d", "30d") + " mx1." + domain;
      break;
    case 2:
      line += one_of("timeout", "http_status", "certificate_name", "host_not_found", "truncated");
      break;
    case 3:
      line += "body rubbish";
      break;
    default:
      line += "enforce " + one_of("0", "1h", "1d", "7d", "30d", "365d6h") + " " +
              one_of("mx1.", "mx2.", "*.w.", "") + domain;
      if (below(2) == 0) line += " mx1." + domain;
  }
  state(line);
}

void History::change_mx(const std::string& domain) {
  if (below(4) == 0) {
    state(fmt::format(
        "mx {} {}", domain,
        one_of("no_data", "no_name", "servfail", "bogus", "timeout", ".", "secure no_data")));
    return;
  }
  std::string line = "mx " + domain + one_of(" secure", "") + " ttl " + one_of("1m", "1h", "1d");
  for (std::size_t hosts = 1 + below(3); hosts > 0; --hosts) {
    line += " " + one_of("mx1." + domain, "mx2." + domain, "a.w." + domain, "b.a.w." + domain,
                         domain, std::string("mx.attacker.example"));
  }
  state(line);
  change_dane(domain);
}

void History::change_dane(const std::string& domain) {
  for (const auto& host : world_.mx[domain].hosts) {
    if (below(2) == 0 || host.exchange.empty()) continue;
    state(fmt::format("address {} {}192.0.2.1", host.exchange, one_of("secure ", "secure ", "")));
    state(fmt::format("tlsa {} {}", host.exchange,
                      one_of("secure 3-1-1", "secure 3-1-1", "secure 1-1-1", "3-1-1", "servfail",
                             "secure no_name")));
  }
}

void History::happen() {
  const std::string& domain = kDomains[below(kDomains.size())];
  switch (below(12)) {
    case 0:
      return change_txt(domain);
    case 1:
      return change_policy(domain);
    case 2:
      return change_mx(domain);
    case 3:
      return change_dane(domain);
    case 4:
      return below(3) == 0 ? restart() : state(one_of("disk ok", "disk ok", "disk full"));
    case 5:
    case 6:
    case 7:
      return pass_time();
    default:
      ask(below(4) == 0 ? "[" + domain + "]" : domain, domain);
  }
}

void History::restart() {
  text_ += "  restart\n";
  daemon_.reset();
  world_.known = world_.store;
  world_.fetched.clear();
  for (const auto& [domain, policy] : world_.store) world_.fetched.push_back(policy);
  daemon_ = std::make_unique<Daemon>(world_, metrics_, log_, Settings{});
}

void History::pass_time() {
  constexpr int kTicks = 12;
  const std::string time = one_of("1s", "5s", "1m", "5m", "1h", "1h", "2h", "1d", "7d", "90d");
  text_ += "  after " + time + "\n";
  note_dane();
  const Seconds by = read_duration(time);
  daemon_->advance(by, std::max(Seconds{60}, by / kTicks));
  check_store();
}

void History::note_dane() {
  for (const auto& domain : kDomains) {
    if (protected_by_dane(domain)) dane_seen_[domain] = world_.clock.elapsed();
  }
}

void History::ask(const std::string& key, const std::string& domain) {
  note_dane();
  const std::optional<KnownPolicy> before = enforced(domain);
  std::string answer = daemon_->ask(key);
  text_ += fmt::format("  ask {} -> {}\n", key, answer);
  const std::optional<KnownPolicy> after = enforced(domain);
  // A reply from memory may rest on the policy before, once, while it is renewed.
  const auto& fetched = world_.fetched;
  const bool earlier = std::any_of(fetched.begin(), fetched.end(), [&](const KnownPolicy& policy) {
    return policy.domain.text() == domain && policy.policy.mode == PolicyMode::enforce &&
           policy.is_live(world_.clock.now().wall) && allowed(answer, domain, policy);
  });
  if (!allowed(answer, domain, before) && !allowed(answer, domain, after) && !earlier) {
    broken_ = fmt::format("weaker than the policy of {}: {}", domain, answer);
  }
  check_store();
}

void History::check_store() {
  for (const auto& [domain, policy] : world_.store) {
    const auto parsed = parse_policy(policy.body);
    const bool as_served = world_.served.contains(policy.body) && parsed &&
                           parsed->policy.mode == policy.policy.mode &&
                           policy.fetched_at <= world_.clock.now().wall;
    if (!as_served) broken_ = "a policy of " + domain + " that was not fetched";
  }
}

std::optional<KnownPolicy> History::enforced(const std::string& domain) const {
  const auto known = world_.known.find(domain);
  if (known == world_.known.end() || !known->second.is_live(world_.clock.now().wall) ||
      known->second.policy.mode != PolicyMode::enforce) {
    return std::nullopt;
  }
  return known->second;
}

// Every MX host of a signed MX set has usable, signed TLSA records, or the domain as a host of its
// own, which is what brackets ask for.
bool History::protected_by_dane(const std::string& domain) const {
  const auto usable = [&](const std::string& host) {
    const auto address = world_.addresses.find(host);
    if (address == world_.addresses.end()) return true;  // nobody can deliver there
    const auto tlsa = world_.tlsa.find(host);
    if (address->second.meta.trust != DnsTrust::secure || tlsa == world_.tlsa.end()) return false;
    if (is_failure(tlsa->second.meta.status)) return true;  // Postfix leaves the host out
    return tlsa->second.meta.trust == DnsTrust::secure &&
           classify_tlsa(tlsa->second.records) == DaneState::usable;
  };
  if (world_.addresses.contains(domain) && usable(domain)) return true;
  const auto mx = world_.mx.find(domain);
  if (mx == world_.mx.end() || mx->second.meta.trust != DnsTrust::secure) return false;
  const auto hosts = mail_hosts(Domain::parse(domain).value(), mx->second);
  return !hosts.empty() && std::all_of(hosts.begin(), hosts.end(), usable);
}

// Whether the answer holds all that an enforce policy asks for.
bool History::allowed(const std::string& answer, const std::string& domain,
                      const std::optional<KnownPolicy>& policy) const {
  if (!policy || answer.starts_with("TEMP ")) return true;
  if (answer == "OK dane-only") {
    const auto seen = dane_seen_.find(domain);
    return protected_by_dane(domain) ||
           (seen != dane_seen_.end() && world_.clock.elapsed() - seen->second <= kOldestReply);
  }
  const std::string_view start = "OK secure match=";
  const std::string_view end = " servername=hostname";
  if (!answer.starts_with(start) || !answer.ends_with(end)) return false;
  const auto list = std::string_view(answer).substr(start.size());
  for (const auto name : split(list.substr(0, list.size() - end.size()), ':')) {
    const auto& mx = policy->policy.mx;
    const auto host = Domain::parse_ascii(name);
    const bool listed = std::any_of(mx.begin(), mx.end(), [&](const MxPattern& pattern) {
      return pattern.postfix_text() == name || (host && pattern.matches(*host));
    });
    if (!listed) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("STS-C03 STS-A01 STS-R13 STS-X01 no answer is weaker than a live enforce policy") {
  Metrics metrics;
  for (std::uint32_t seed = 1; seed <= kHistories; ++seed) {
    History history(seed, metrics);
    const std::string broken = history.run();
    CAPTURE(seed);
    if (!broken.empty()) FAIL(broken << "\n" << history.text());
  }
}

}  // namespace strictmx::scenario
