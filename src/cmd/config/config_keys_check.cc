// cmd/config/config_keys_check.cc: keys of looking closely at domains: check.
#include "cmd/config/config_keys.h"
#include "cmd/config/config_setters.h"
#include "core/domain.h"

namespace strictmx {

namespace {

using Words = std::vector<std::string>;
using enum ConfigKind;

// A host name, or an address in brackets (RFC 5321 §4.1.1.1).
Result<void> set_helo(Config& c, const Words& words) {
  const auto& name = words.at(0);
  const bool literal = name.starts_with('[') && name.ends_with(']') && name.size() < 64 &&
                       name.find_first_of(" \t\r\n") == std::string::npos;
  if (!name.empty() && !literal && !Domain::parse_ascii(name)) {
    return fail(Errc::usage, fmt::format("\"{}\" is no host name", escape_remote(name)));
  }
  return set_text(c.check.helo, words);
}

constexpr ConfigKey kCheck[] = {
    {.name = "check.smtp_port",
     .flag = "--smtp-port",
     .kind = number,
     .scope = ConfigScope::check,
     .metavar = "PORT",
     .fallback = "25",
     .summary = "Port of MX hosts; another than 25 is only for tests.",
     .more = "",
     .set = [](Config& c, const Words& w) { return set_number(c.check.smtp_port, w, 1, 65535); }},
    {.name = "check.helo",
     .flag = "--helo",
     .kind = text,
     .scope = ConfigScope::check,
     .metavar = "NAME",
     .fallback = R"("")",
     .summary = "What to say in EHLO; empty: the own address in brackets.",
     .more = "Servers trust a name more that leads to the address and back.",
     .set = set_helo},
    {.name = "check.timeout",
     .flag = "--timeout",
     .kind = duration,
     .scope = ConfigScope::check,
     .metavar = "TIME",
     .fallback = R"("30s")",
     .summary = "Longest time the check of one domain may take, 1s to 10m.",
     .more = "",
     .set =
         [](Config& c, const Words& w) {
           return set_duration(c.check.timeout, w, Millis(1000), Millis(600000));
         }},
    {.name = "check.connect_timeout",
     .flag = "--connect-timeout",
     .kind = duration,
     .scope = ConfigScope::check,
     .metavar = "TIME",
     .fallback = R"("2500ms")",
     .summary = "How long a server may take to accept a connection, 100ms to 2m.",
     .more = "Mail servers wait for half a minute; 2.5 s allow for one lost packet.",
     .set =
         [](Config& c, const Words& w) {
           return set_duration(c.check.connect_timeout, w, Millis(100), Millis(120000));
         }},
};

}  // namespace

std::span<const ConfigKey> check_keys() { return kCheck; }

}  // namespace strictmx
