#include "cmd/import_config.h"

#include <doctest/doctest.h>

#include "cmd/config/config_file.h"

namespace strictmx {
namespace {

std::string convert(const ForeignKeys& keys) {
  auto text = convert_config(keys);
  REQUIRE(text);
  Config config;
  CHECK(read_config_text(*text, "x", config).empty());
  return *std::move(text);
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("import-config: postfix-mta-sts-resolver") {
  const auto text = convert({{"host", "::1"},
                             {"port", "8461"},
                             {"cache.type", "sqlite"},
                             {"default_zone.timeout", "10"},
                             {"default_zone.strict_testing", "true"},
                             {"zones.reports.tlsrpt", "true"},
                             {"no_such_key", "x\ny"}});
  CHECK(has(text, "listen = [\"inet:[::1]:8461\"]\n"));
  CHECK(has(text, "[policy]\ndeadline = \"10s\"\n"));
  CHECK(has(text, "# cache.type = sqlite: policies are always stored durably"));
  CHECK(
      has(text, "# default_zone.strict_testing = true: policies of mode testing enforce nothing"));
  CHECK(has(text, "# no_such_key = x\\x0ay: unknown, left out.\n"));
  CHECK(has(text, "# smtp_tls_policy_maps = socketmap:inet:[::1]:8461:postfix-tlsrpt\n"));
}

TEST_CASE("import-config: a unix socket goes before host and port") {
  const auto text = convert({{"host", "0.0.0.0"}, {"port", "1"}, {"path", "/run/sts/socket"}});
  CHECK(has(text, "listen = [\"unix:/run/sts/socket\"]\n"));
  CHECK(has(text, ":postfix\n"));
}

TEST_CASE("import-config: postfix-tlspol") {
  const auto text = convert({{"server.address", "localhost:8642"},
                             {"server.metrics-address", "127.0.0.1:9642"},
                             {"server.log-level", "warn"},
                             {"server.prefetch", "true"},
                             {"server.tlsrpt", "true"},
                             {"dns.address", "127.0.0.53:53"}});
  CHECK(has(text, "listen = [\"inet:127.0.0.1:8642\"]\nhttp = \"127.0.0.1:9642\"\n"));
  CHECK(has(text, "[dns]\nforward = [\"127.0.0.53@53\"]\n"));
  CHECK(has(text, "[log]\nlevel = \"warning\"\n"));
  CHECK(has(text, "# server.prefetch = true: "));
  CHECK(has(text, "socketmap:inet:127.0.0.1:8642:postfix-tlsrpt\n"));
}

TEST_CASE("import-config: DNS servers in every form") {
  const std::pair<const char*, const char*> rows[] = {
      {"192.0.2.1", "192.0.2.1"},
      {"192.0.2.1:5353", "192.0.2.1@5353"},
      {"[2001:db8::1]:53", "2001:db8::1@53"},
      {"2001:db8::1", "2001:db8::1"},
  };
  for (const auto& [given, made] : rows) {
    CAPTURE(given);
    CHECK(has(convert({{"server.address", "127.0.0.1:1"}, {"dns.address", given}}),
              "forward = [\"" + std::string(made) + "\"]\n"));
  }
}

TEST_CASE("import-config: refused") {
  CHECK(convert_config({{"database", "x"}}).error().code == Errc::usage);
  CHECK(convert_config({}).error().code == Errc::usage);
  CHECK(convert_config({{"host", "mail.example.com"}}).error().code == Errc::usage);
  CHECK(convert_config({{"server.address", "localhost"}}).error().code == Errc::usage);
}

TEST_CASE("import-config: no value becomes a line of its own") {
  const auto text =
      convert_config({{"server.address", "127.0.0.1:1"}, {"server.log-level", "x\"\nhttp = \"y"}});
  REQUIRE(text);
  CHECK_FALSE(has(*text, "\nhttp"));
  Config config;
  CHECK(read_config_text(*text, "x", config).size() == 1);
}

}  // namespace
}  // namespace strictmx
