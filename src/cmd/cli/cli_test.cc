#include "cmd/cli/cli.h"

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

using Words = std::vector<std::string>;

template <class T>
T parse_as(Words arguments) {
  const auto call = parse_command_line(std::move(arguments));
  INFO((call ? "" : call.error().detail));
  REQUIRE(call.has_value());
  REQUIRE(std::holds_alternative<T>(*call));
  return std::get<T>(*call);
}

std::string refusal(Words arguments) {
  const auto call = parse_command_line(std::move(arguments));
  REQUIRE(!call.has_value());
  CHECK(call.error().code == Errc::usage);
  return call.error().detail;
}

std::string flags_text(const ConfigSource& source) {
  std::string text;
  for (const auto& flag : source.flags) {
    text += std::string(flag.key->name) + "=";
    for (const auto& word : flag.words) text += "<" + word + ">";
    text += " ";
  }
  return text;
}

}  // namespace

TEST_CASE("serve: flags of the table, lists by repetition") {
  const auto call = parse_as<ServeCall>(
      {"serve", "--listen", "unix:/a", "--listen=inet:127.0.0.1:1", "--http", "", "--dns",
       "recurse", "--allow-private-addresses", "--deadline", "2s", "--config", "/c.toml"});
  CHECK(call.config.file == "/c.toml");
  const auto flags = flags_text(call.config);
  CHECK(flags.find("listen=<unix:/a><inet:127.0.0.1:1> ") != std::string::npos);
  CHECK(flags.find("http=<> ") != std::string::npos);
  CHECK(flags.find("dns.forward=<recurse> ") != std::string::npos);
  CHECK(flags.find("https.allow_private_addresses=<true> ") != std::string::npos);
  CHECK(flags.find("policy.deadline=<2s> ") != std::string::npos);
  CHECK(call.config.flags.size() == 5);
  CHECK(!parse_as<ServeCall>({"serve"}).config.file.has_value());
}

TEST_CASE("query: a list flag does not swallow the domain") {
  const auto call =
      parse_as<QueryCall>({"query", "--dns", "127.0.0.1", "example.com", "--json", "--explain"});
  CHECK(call.key == "example.com");
  CHECK(flags_text(call.config) == "dns.forward=<127.0.0.1> ");
  CHECK(call.form == OutputForm::json);
  CHECK(call.detail == Detail::steps);
  const auto plain = parse_as<QueryCall>({"query", "[192.0.2.1]"});
  CHECK(plain.key == "[192.0.2.1]");
  CHECK(plain.form == OutputForm::text);
  CHECK(plain.detail == Detail::answer);
  CHECK(parse_as<QueryCall>({"query", "serve"}).key == "serve");
}

TEST_CASE("lint: words stay as they are") {
  const auto record = parse_as<LintRecordCall>(
      {"lint", "record", "[a,b]", "", "v=STSv1; id=1;", "\"q\"", "lint", "--json"});
  CHECK(record.records == Words{"[a,b]", "", "v=STSv1; id=1;", "\"q\"", "lint"});
  CHECK(record.form == OutputForm::json);
  CHECK(parse_as<LintRecordCall>({"lint", "record", "--", "--json", "-x"}).form ==
        OutputForm::text);
  CHECK(parse_as<LintPolicyCall>({"lint", "policy", "-"}).file == "-");
  const auto match = parse_as<LintMatchCall>({"lint", "match", "[mx.a]", "[mx.a]", "*.a"});
  CHECK(match.host == "[mx.a]");
  CHECK(match.patterns == Words{"[mx.a]", "*.a"});
}

TEST_CASE("policy: each action with its words and flags") {
  const auto list = parse_as<PolicyCall>(
      {"policy", "list", "--mode", "testing", "--expired", "--state", "/s", "--json"});
  CHECK(list.action == PolicyAction::list);
  CHECK(list.mode == PolicyMode::testing);
  CHECK(list.age == PolicyCall::Age::expired);
  CHECK(list.form == OutputForm::json);
  CHECK(flags_text(list.config) == "state=</s> ");
  const auto plain = parse_as<PolicyCall>({"policy", "list"});
  CHECK(!plain.mode.has_value());
  CHECK(plain.age == PolicyCall::Age::any);
  CHECK(parse_as<PolicyCall>({"policy", "show", "a.example"}).word == "a.example");
  CHECK(parse_as<PolicyCall>({"policy", "stats"}).action == PolicyAction::stats);
  CHECK(parse_as<PolicyCall>({"policy", "export"}).action == PolicyAction::export_list);
  CHECK(parse_as<PolicyCall>({"policy", "export", "-"}).word == "-");
  CHECK(parse_as<PolicyCall>({"policy", "import", "f"}).action == PolicyAction::import_list);
  CHECK(parse_as<PolicyCall>({"policy", "verify"}).action == PolicyAction::verify);
  CHECK(parse_as<PolicyCall>({"policy", "backup", "[f]"}).word == "[f]");
  CHECK(refusal({"policy"}) != "");
  CHECK(refusal({"policy", "show"}) == "DOMAIN is required");
  CHECK(refusal({"policy", "backup"}) == "FILE is required");
  CHECK(refusal({"policy", "import"}) == "FILE is required");
  CHECK(refusal({"policy", "list", "--mode", "strict"}).find("not one of") != std::string::npos);
}

TEST_CASE("policy commands of a running daemon") {
  CHECK(parse_as<PolicyCall>({"policy", "status"}).word.empty());
  const auto forget = parse_as<PolicyCall>({"policy", "forget", "a.example"});
  CHECK(forget.action == PolicyAction::forget);
  CHECK(forget.word == "a.example");
  CHECK(forget.force == PolicyCall::Force::no);
  CHECK(parse_as<PolicyCall>({"policy", "forget", "a.example", "--force"}).force ==
        PolicyCall::Force::yes);
  CHECK(parse_as<PolicyCall>({"policy", "pin", "a.example", "--until", "2026-12-31"}).until ==
        "2026-12-31");
  CHECK(refusal({"policy", "pin", "a.example", "--until", "2026-02-30"}).find("2026-12-31") !=
        std::string::npos);
  CHECK(refusal({"policy", "unpin"}) == "DOMAIN is required");
  CHECK(parse_as<PolicyCall>({"policy", "export", "f", "--sign", "k"}).sign_key == "k");
}

TEST_CASE("configuration commands") {
  CHECK(parse_as<CheckConfigCall>({"check-config"}).file == "/etc/strictmx/strictmx.toml");
  CHECK(parse_as<CheckConfigCall>({"check-config", "/c.toml"}).file == "/c.toml");
  parse_as<ShowDefaultsCall>({"config", "--defaults"});
}

TEST_CASE("wrong calls are refused with a reason") {
  CHECK(refusal({"frobnicate"}) == "unknown command: frobnicate");
  CHECK(refusal({"--frobnicate"}) != "");
  CHECK(refusal({}) != "");
  CHECK(refusal({"lint"}) != "");
  CHECK(refusal({"lint", "frobnicate"}) != "");
  CHECK(refusal({"lint", "record"}) == "TXT is required");
  CHECK(refusal({"lint", "match", "host"}) == "PATTERN is required");
  CHECK(refusal({"lint", "policy"}) == "FILE is required");
  CHECK(refusal({"lint", "policy", "a", "b"}).ends_with("not expected: b"));
  CHECK(refusal({"lint", "record", "x", "--jason"}).ends_with("not expected: --jason"));
  CHECK(refusal({"query"}) == "DOMAIN is required");
  CHECK(refusal({"query", "a", "b"}).ends_with("not expected: b"));
  CHECK(refusal({"serve", "a"}).ends_with("not expected: a"));
  CHECK(refusal({"serve", "--state"}).find("--state") != std::string::npos);
  CHECK(refusal({"serve", "--state", "a", "--state", "b"}).find("--state") != std::string::npos);
  CHECK(refusal({"query", "a", "--listen", "unix:/a"}).find("--listen") != std::string::npos);
  CHECK(refusal({"config"}) == "--defaults is required");
}

TEST_CASE("--help and --version are calls of their own") {
  CHECK(parse_as<ShowTextCall>({"--version"}).text.starts_with("strictmx "));
  CHECK(parse_as<ShowTextCall>({"--help"}).text ==
        R"(MTA-STS policies for mail servers (RFC 8461).
Usage: strictmx [OPTIONS] SUBCOMMAND

Options:
  --version                       Print the version.
  -h,--help                       Print this help.

Subcommands:
  serve                           Answer MTAs until SIGTERM.
  query                           What an MTA would be told now, and why.
  lint                            Check given text as the daemon would read it.
  policy                          The stored policies.
  check                           What every sender sees of a domain, and what is wrong with it.
  report                          TLS reports (RFC 8460).
  table-opensmtpd                 Table program of OpenSMTPD 7.6 and later.
  filter-opensmtpd                Filter of OpenSMTPD that tells of its TLS sessions.
  export-opensmtpd                Table files for OpenSMTPD before 7.6.
  check-local                     Known traps in the MTAs of this machine.
  check-config                    Check a configuration file.
  import-config                   Convert the configuration of another policy daemon.
  config                          Print configuration.

)");
}

TEST_CASE("help of serve and query shows the flags of the table that are theirs") {
  const auto serve = parse_as<ShowTextCall>({"serve", "--help"}).text;
  const auto query = parse_as<ShowTextCall>({"query", "-h"}).text;
  for (const auto& key : config_keys()) {
    if (key.flag.empty()) continue;
    CAPTURE(key.flag);
    const auto line = std::string(key.flag) + " " + std::string(key.metavar);
    const bool served = has_flag(ConfigScope::serve, key.scope);
    CHECK((serve.find("  " + line) != std::string::npos) == served);
    CHECK((serve.find(key.summary) != std::string::npos) == served);
    CHECK((query.find("  " + line) != std::string::npos) ==
          has_flag(ConfigScope::serve_and_query, key.scope));
  }
}
