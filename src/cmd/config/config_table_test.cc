#include "cmd/config/config_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "cmd/config/config_file.h"
#include "cmd/config/config_lookup.h"
#include "cmd/config/config_sample.h"

using namespace strictmx;

namespace {

constexpr Seconds kTwoDays{172800};

// Differs from the defaults in every value.
Config make_other() {
  Config other;
  other.listen = {"unix:/run/strictmx.sock", "inet:[::1]:1"};
  other.http = "";
  other.state = "/srv/state";
  other.control = "c.sock";
  other.dns = {{"127.0.0.1@5353"}, "none", "/etc/root.hints"};
  other.https = {"/etc/ca.pem", 8443, Millis(1500), AddressRule::any};
  other.policy = {Millis(2500),
                  DnsErrorRule::defer,
                  Seconds(60),
                  DaneUse::off,
                  {*parse_override("a.example none")},
                  "/srv/preload",
                  "/srv/key"};
  other.collect = {"/run/tlsrpt.sock", 0600, "postfix", 30};
  other.report = {"a@b.example",
                  "Org",
                  "[::1]:2525",
                  {"/bin/sendmail"},
                  {"s /k"},
                  Seconds(60),
                  kTwoDays,
                  {"a.example"},
                  {"a.example mailto:x@y.example"},
                  false,
                  false};
  other.limits = {1, Seconds(3), 4, 5};
  other.log_level = LogLevel::error;
  return other;
}

}  // namespace

TEST_CASE("the sample file read back equals the defaults, whatever was set before") {
  Config config = make_other();
  REQUIRE(config != Config{});
  const auto problems = read_config_text(format_default_config(), "sample", config);
  for (const auto& problem : problems) INFO(problem);
  CHECK(problems.empty());
  CHECK(config.listen == Config{}.listen);
  CHECK(config.http == Config{}.http);
  CHECK(config.state == Config{}.state);
  CHECK(config.dns == DnsConfig{});
  CHECK(config.https == HttpsConfig{});
  CHECK(config.policy == PolicyConfig{});
  CHECK(config.collect == CollectConfig{});
  CHECK(config.report == ReportConfig{});
  CHECK(config.limits == LimitsConfig{});
  CHECK(config.log_level == Config{}.log_level);
  CHECK(config == Config{});
}

TEST_CASE("the sample file describes each key in front of it") {
  const auto sample = format_default_config();
  std::size_t at = 0;
  for (const auto& key : config_keys()) {
    CAPTURE(key.name);
    const auto text = sample.find("# " + std::string(key.summary) + "\n", at);
    REQUIRE(text != std::string::npos);
    const auto bare = key.name.substr(key.name.find('.') + 1);
    const auto line = "\n" + std::string(bare) + " = " + std::string(key.fallback) + "\n";
    at = sample.find(line, text);
    REQUIRE(at != std::string::npos);
  }
}

TEST_CASE("names and flags of the table are unique and well formed") {
  std::set<std::string_view> names;
  std::set<std::string_view> flags;
  bool dotted = false;
  for (const auto& key : config_keys()) {
    CAPTURE(key.name);
    CHECK(names.insert(key.name).second);
    CHECK(std::ranges::count(key.name, '.') <= 1);
    const bool dot = key.name.find('.') != std::string_view::npos;
    CHECK((dot || !dotted));  // keys without a section come first, as TOML wants them
    dotted = dot;
    if (key.flag.empty()) continue;
    CHECK(flags.insert(key.flag).second);
    CHECK(key.flag.starts_with("--"));
    CHECK(key.metavar.empty() == (key.kind == ConfigKind::boolean));
    CHECK(key.summary.size() <= 72);  // help is not wrapped
  }
}

TEST_CASE("the nearest key is proposed for a slip, and none for another word") {
  const auto nearest = [](std::string_view name) {
    const auto* key = nearest_config_key(name);
    return key != nullptr ? key->name : "none";
  };
  CHECK(nearest("lisen") == "listen");
  CHECK(nearest("dns.foward") == "dns.forward");
  CHECK(nearest("dns.trust-anchor") == "dns.trust_anchor");
  CHECK(nearest("forward") == "dns.forward");
  CHECK(nearest("http.port") == "https.port");
  CHECK(nearest("policy.connections") == "limits.connections");
  CHECK(nearest("bananas") == "none");
  CHECK(nearest("x") == "none");
  CHECK(nearest("") == "none");
  CHECK(nearest(std::string(65, 'l')) == "none");
  CHECK(find_config_key("listen")->flag == "--listen");
  CHECK(find_config_key("lisen") == nullptr);
}
