#include "cmd/config/policyd_options.h"

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

Surroundings make_user(std::string resolv_conf = "") {
  return {RunAs::other, "", "", "/home/u", std::move(resolv_conf)};
}

PolicydOptions options_of(const Config& config, const Surroundings& around = make_user()) {
  auto options = make_policyd_options(config, around);
  REQUIRE(options.has_value());
  return *std::move(options);
}

}  // namespace

TEST_CASE("the state directory follows the user unless it is configured") {
  struct Row {
    std::string why;
    std::string configured;
    Surroundings around;
    std::string state;
  };
  const Row rows[] = {
      {"configured", "/srv/s", {RunAs::root, "/var/lib/x", "/xdg", "/root", ""}, "/srv/s"},
      {"systemd", "", {RunAs::other, "/var/lib/x", "/xdg", "/home/u", ""}, "/var/lib/x"},
      {"systemd, several", "", {RunAs::root, "/var/lib/x:/var/lib/y", "", "", ""}, "/var/lib/x"},
      {"root", "", {RunAs::root, "", "/xdg", "/root", ""}, "/var/lib/strictmx"},
      {"XDG", "", {RunAs::other, "", "/xdg", "/home/u", ""}, "/xdg/strictmx"},
      {"XDG relative", "", {RunAs::other, "", "x", "/home/u", ""}, "/home/u/.local/state/strictmx"},
      {"home", "", {RunAs::other, "", "", "/home/u", ""}, "/home/u/.local/state/strictmx"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.why);
    Config config;
    config.state = row.configured;
    CHECK(options_of(config, row.around).state == row.state);
  }
  CHECK(make_policyd_options({}, {}).error().code == Errc::usage);
}

TEST_CASE("DNS servers: configured, from resolv.conf, or none for recursion") {
  using Servers = std::vector<std::string>;
  const auto around = make_user("nameserver 192.0.2.53\n");
  Config config;
  CHECK(options_of(config, around).dns.forwarders == Servers{"192.0.2.53"});
  config.dns.forward = {"192.0.2.1@5353"};
  CHECK(options_of(config, around).dns.forwarders == Servers{"192.0.2.1@5353"});
  config.dns.forward = {"recurse"};
  CHECK(options_of(config, around).dns.forwarders.empty());
}

TEST_CASE("words for nothing become absent files") {
  Config config;
  auto options = options_of(config);
  CHECK(options.dns.trust_anchor == "/usr/share/dns/root.key");
  CHECK(!options.dns.root_hints.has_value());
  CHECK(!options.fetch.ca_file.has_value());
  config.dns.trust_anchor = "none";
  config.dns.root_hints = "/h";
  config.https.ca_file = "/c";
  options = options_of(config);
  CHECK(!options.dns.trust_anchor.has_value());
  CHECK(options.dns.root_hints == "/h");
  CHECK(options.fetch.ca_file == "/c");
}

TEST_CASE("who validates DNSSEC") {
  Config config;
  CHECK(options_of(config).dns.validation == DnsValidation::local);
  config.dns.validation = DnsValidationKey::off;
  CHECK(options_of(config).dns.validation == DnsValidation::local);
  CHECK(!options_of(config).dns.trust_anchor.has_value());
  config.dns.validation = DnsValidationKey::trust_ad;
  CHECK(options_of(config).dns.validation == DnsValidation::trust_ad);
  CHECK(options_of(config).dns.remote == RemoteAd::refused);
  config.dns.trust_ad_remote = true;
  CHECK(options_of(config).dns.remote == RemoteAd::trusted);
}

TEST_CASE("every other value arrives in the service") {
  Config config;
  config.listen = {"unix:/run/a.sock"};
  config.http = "";
  config.https = {"", 8443, Millis(1500), AddressRule::any};
  config.policy = {Millis(2500),
                   DnsErrorRule::ignore,
                   Seconds(60),
                   DaneUse::off,
                   {*parse_override("a.example none")},
                   "/srv/preload",
                   "/srv/key"};
  config.limits = {7, Seconds(8), 9, 10};
  const auto options = options_of(config);
  CHECK(options.listen == config.listen);
  CHECK(options.fetch.port == 8443);
  CHECK(options.fetch.timeout == Millis(1500));
  CHECK(options.fetch.addresses == AddressRule::any);
  CHECK(options.rules.sts.on_dns_error == DnsErrorRule::ignore);
  CHECK(options.rules.sts.dns_error_time == Seconds(60));
  CHECK(options.rules.dane == DaneUse::off);
  CHECK(options.overrides == config.policy.overrides);
  CHECK(options.preload == "/srv/preload");
  CHECK(options.preload_key == "/srv/key");
  CHECK(options.deadline == Millis(2500));
  CHECK(options.max_clients == 7);
  CHECK(options.idle == Seconds(8));
  CHECK(options.max_lookups == 9);
  CHECK(options.max_negatives == 10);
}

TEST_CASE("defaults of the configuration and of the service are the same") {
  const auto options = options_of({});
  const PolicydOptions service;
  CHECK(options.fetch.port == service.fetch.port);
  CHECK(options.fetch.timeout == service.fetch.timeout);
  CHECK(options.fetch.addresses == service.fetch.addresses);
  CHECK(options.rules.sts.on_dns_error == service.rules.sts.on_dns_error);
  CHECK(options.rules.sts.dns_error_time == service.rules.sts.dns_error_time);
  CHECK(options.rules.dane == service.rules.dane);
  CHECK(options.deadline == service.deadline);
  CHECK(options.max_clients == service.max_clients);
  CHECK(options.idle == service.idle);
  CHECK(options.max_lookups == service.max_lookups);
  CHECK(options.max_negatives == service.max_negatives);
}

TEST_CASE("the control socket lies in the state directory unless its path is absolute") {
  Config config;
  config.state = "/srv/s";
  CHECK(options_of(config).control == "/srv/s/control.sock");
  config.control = "/run/c.sock";
  CHECK(options_of(config).control == "/run/c.sock");
  config.control = "";
  CHECK(options_of(config).control.empty());
  config.state = "s";
  config.control = "c";
  CHECK(options_of(config).control == std::filesystem::current_path() / "s/c");
}
