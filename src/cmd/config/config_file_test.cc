#include "cmd/config/config_file.h"

#include <doctest/doctest.h>

#include <string>

using namespace strictmx;

namespace {

ConfigProblems problems_of(std::string_view text) {
  Config config;
  return read_config_text(text, "f.toml", config);
}

using Lines = ConfigProblems;

}  // namespace

TEST_CASE("every key of the file reaches its value") {
  Config config;
  const auto problems = read_config_text(R"(
listen = ["unix:/run/a.sock", "inet:[::1]:0"]
http = ""
state = "/srv/state"
control = "c.sock"
[dns]
forward = ["127.0.0.1@5353", "2001:db8::1"]
trust_anchor = "none"
root_hints = "/etc/hints"
[https]
ca_file = "/etc/ca.pem"
port = 8443
timeout = "1500ms"
allow_private_addresses = true
[policy]
deadline = "2500ms"
dns_error = "ignore"
dns_error_time = "1h"
dane = false
overrides = ["a.example dane-only"]
preload = "/srv/preload"
preload_key = "/srv/key"
[limits]
connections = 7
idle = "3s"
lookups = 8
negative_entries = 9
[log]
level = "debug"
)",
                                         "f.toml", config);
  CHECK(problems.empty());
  Config wanted;
  wanted.listen = {"unix:/run/a.sock", "inet:[::1]:0"};
  wanted.http = "";
  wanted.state = "/srv/state";
  wanted.control = "c.sock";
  wanted.dns = {{"127.0.0.1@5353", "2001:db8::1"}, "none", "/etc/hints"};
  wanted.https = {"/etc/ca.pem", 8443, Millis(1500), AddressRule::any};
  wanted.policy = {Millis(2500),
                   DnsErrorRule::ignore,
                   Seconds(3600),
                   DaneUse::off,
                   {*parse_override("a.example dane-only")},
                   "/srv/preload",
                   "/srv/key"};
  wanted.limits = {7, Seconds(3), 8, 9};
  wanted.log_level = LogLevel::debug;
  CHECK(config == wanted);
}

TEST_CASE("what the file does not name keeps its value") {
  Config config;
  config.http = "127.0.0.1:1";
  CHECK(read_config_text("https.port = 8443\n", "f.toml", config).empty());
  CHECK(config.http == "127.0.0.1:1");
  CHECK(config.https.port == 8443);
  CHECK(read_config_text("", "f.toml", config).empty());
}

TEST_CASE("one string stands for a list of one") {
  Config config;
  CHECK(read_config_text("dns.forward = \"recurse\"\n", "f.toml", config).empty());
  CHECK(config.dns.forward == Lines{"recurse"});
}

TEST_CASE("a problem is told with file, line, key, value and what is allowed") {
  struct Row {
    std::string text;
    std::string problem;
  };
  const Row rows[] = {
      {"lisen = []", "f.toml:1: unknown key lisen, did you mean listen?"},
      {"\n\nbananas = 1", "f.toml:3: unknown key bananas"},
      {"[dns]\nfoward = []", "f.toml:2: unknown key dns.foward, did you mean dns.forward?"},
      {"[dns.forward]\nx = 1", "f.toml:1: dns.forward: expected an array of strings"},
      {"[listen]\nx = 1", "f.toml:2: unknown key listen.x, did you mean listen?"},
      {"[fruit]", "f.toml:1: unknown section [fruit]"},
      {"[[dns]]\nforward = []", "f.toml:1: unknown key dns"},
      {"\"li\\nsten\" = 1", "f.toml:1: unknown key li\\x0asten, did you mean listen?"},
      {"listen = 1", "f.toml:1: listen: expected an array of strings"},
      {"listen = [1]", "f.toml:1: listen: expected an array of strings"},
      {"listen = []", "f.toml:1: listen: the list is empty, at least one endpoint is needed"},
      {"listen = [\"a\"]",
       "f.toml:1: listen: \"a\" is not an endpoint: inet:ADDRESS:PORT (ports 0 to 65535), "
       "unix:PATH (absolute, at most 107 octets) or systemd:NAME"},
      {"http = 8462", "f.toml:1: http: expected a string"},
      {"http = \"8462\"",
       "f.toml:1: http: \"8462\" is not ADDRESS:PORT, e.g. 127.0.0.1:8462 or [::1]:8462 (ports 0 "
       "to 65535)"},
      {"dns.forward = [\"recurse\", \"127.0.0.1\"]",
       "f.toml:1: dns.forward: \"recurse\" stands alone, without servers beside it"},
      {"dns.trust_anchor = \"\"",
       "f.toml:1: dns.trust_anchor: \"\" is not a file or the word none"},
      {"https.port = \"443\"", "f.toml:1: https.port: expected a whole number"},
      {"https.port = 443.0", "f.toml:1: https.port: expected a whole number"},
      {"https.port = 0", "f.toml:1: https.port: \"0\" is not a number from 1 to 65535"},
      {"https.port = -1", "f.toml:1: https.port: \"-1\" is not a number from 1 to 65535"},
      {"https.port = 65536", "f.toml:1: https.port: \"65536\" is not a number from 1 to 65535"},
      {"https.timeout = 10", "f.toml:1: https.timeout: expected a string with a unit like \"10s\""},
      {"https.allow_private_addresses = \"yes\"",
       "f.toml:1: https.allow_private_addresses: expected true or false"},
      {"policy.dns_error = \"later\"",
       "f.toml:1: policy.dns_error: \"later\" is not one of defer, bounded, ignore"},
      {"policy.dns_error_time = \"1500ms\"",
       "f.toml:1: policy.dns_error_time: \"1500ms\" is not in whole seconds"},
      {"limits.idle = \"500ms\"",
       "f.toml:1: limits.idle: \"500ms\" is not a duration from 1s to 1d (units: ms, s, m, h, d)"},
      {"log.level = \"loud\"",
       "f.toml:1: log.level: \"loud\" is not one of debug, info, warning, error"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(problems_of(row.text) == Lines{row.problem});
  }
}

TEST_CASE("all problems are told, in the order of the file") {
  CHECK(problems_of("[log]\nlevel = 1\n[https]\nport = 0\n[dns]\nx = 1\n") ==
        Lines{"f.toml:2: log.level: expected a string",
              "f.toml:4: https.port: \"0\" is not a number from 1 to 65535",
              "f.toml:6: unknown key dns.x"});
}

TEST_CASE("what is no TOML is told with its line") {
  for (const std::string text : {"\nlisten = [", "\nlisten = \"a\nb\"", "\n[dns", "\nx = 1\nx = 2",
                                 "\n\xc3\xa9 = 1", "\n[\nx]"}) {
    CAPTURE(text);
    const auto problems = problems_of(text);
    REQUIRE(problems.size() == 1);
    CHECK((problems[0].starts_with("f.toml:2: ") || problems[0].starts_with("f.toml:3: ")));
  }
  CHECK(problems_of(std::string_view("http = \"\xff\"", 10)).size() == 1);
}

TEST_CASE("a file that cannot be read is a problem") {
  Config config;
  CHECK(read_config_file("/nonexistent/strictmx.toml", config) ==
        Lines{"/nonexistent/strictmx.toml: No such file or directory"});
  CHECK(read_config_file("/", config) == Lines{"/: Is a directory"});
  CHECK(read_config_file("/dev/zero", config) == Lines{"/dev/zero: more than 1048576 octets"});
  CHECK(config == Config{});
}
