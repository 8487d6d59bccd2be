#include "cmd/config_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cmd/config_values.h"

namespace strictmx {

namespace {

using Words = std::vector<std::string>;
using enum ConfigKind;
using enum ConfigScope;

Result<void> set_all(std::vector<std::string>& to, const Words& words,
                     Result<void> (*check)(std::string_view)) {
  for (const auto& word : words) {
    if (auto good = check(word); !good) return good;
  }
  to = words;
  return {};
}

Result<void> set_text(std::string& to, const Words& words) {
  to = words.at(0);
  return {};
}

template <class T>
Result<void> set_number(T& to, const Words& words, std::uint64_t min, std::uint64_t max) {
  const auto number = parse_number(words.at(0), min, max);
  if (!number) return std::unexpected(number.error());
  to = static_cast<T>(*number);
  return {};
}

template <class T>
Result<void> set_duration(T& to, const Words& words, Millis min, Millis max) {
  const auto duration = parse_duration(words.at(0), min, max);
  if (!duration) return std::unexpected(duration.error());
  const auto value = std::chrono::duration_cast<T>(*duration);
  if (value != *duration) {
    return fail(Errc::usage, fmt::format("\"{}\" is not in whole seconds", words.at(0)));
  }
  to = value;
  return {};
}

template <class T>
struct Choice {
  std::string_view word;
  T value;
};

template <class T>
Result<void> set_choice(T& to, const Words& words, std::initializer_list<Choice<T>> choices) {
  std::string allowed;
  for (const auto& choice : choices) {
    if (choice.word == words.at(0)) {
      to = choice.value;
      return {};
    }
    allowed += allowed.empty() ? "" : ", ";
    allowed += choice.word;
  }
  return fail(Errc::usage,
              fmt::format("\"{}\" is not one of {}", escape_remote(words.at(0)), allowed));
}

Result<void> set_listen(Config& c, const Words& words) {
  if (words.empty()) return fail(Errc::usage, "the list is empty, at least one endpoint is needed");
  return set_all(c.listen, words, check_endpoint);
}

Result<void> set_http(Config& c, const Words& words) {
  if (!words.at(0).empty()) {
    if (auto good = check_address_port(words[0]); !good) return good;
  }
  return set_text(c.http, words);
}

Result<void> set_forward(Config& c, const Words& words) {
  if (words == Words{"recurse"}) {
    c.dns.forward = words;
    return {};
  }
  if (std::ranges::find(words, "recurse") != words.end()) {
    return fail(Errc::usage, "\"recurse\" stands alone, without servers beside it");
  }
  return set_all(c.dns.forward, words, check_forwarder);
}

Result<void> set_trust_anchor(Config& c, const Words& words) {
  if (words.at(0).empty()) return fail(Errc::usage, "\"\" is not a file or the word none");
  return set_text(c.dns.trust_anchor, words);
}

Result<void> set_log_level(Config& c, const Words& words) {
  return set_choice(c.log_level, words,
                    {{"debug", LogLevel::debug},
                     {"info", LogLevel::info},
                     {"warning", LogLevel::warning},
                     {"error", LogLevel::error}});
}

Result<void> set_dns_error(Config& c, const Words& words) {
  return set_choice(c.policy.on_dns_error, words,
                    {{"defer", DnsErrorRule::defer},
                     {"bounded", DnsErrorRule::bounded},
                     {"ignore", DnsErrorRule::ignore}});
}

Result<void> set_overrides(Config& c, const Words& words) {
  std::vector<Override> overrides;
  for (const auto& word : words) {
    auto entry = parse_override(word);
    if (!entry) return std::unexpected(entry.error());
    overrides.push_back(*std::move(entry));
  }
  c.policy.overrides = std::move(overrides);
  return {};
}

Result<void> set_dane(Config& c, const Words& words) {
  return set_choice(c.policy.dane, words, {{"true", DaneUse::on}, {"false", DaneUse::off}});
}

Result<void> set_addresses(Config& c, const Words& words) {
  return set_choice(c.https.addresses, words,
                    {{"true", AddressRule::any}, {"false", AddressRule::public_only}});
}

constexpr Millis kDay{86400000};

constexpr ConfigKey kKeys[] = {
    {.name = "listen",
     .flag = "--listen",
     .kind = list,
     .scope = serve,
     .metavar = "ENDPOINT",
     .fallback = R"(["inet:127.0.0.1:8461"])",
     .summary = "Where MTAs ask (socketmap): inet:ADDRESS:PORT or unix:PATH; repeatable.",
     .more = "",
     .set = set_listen},
    {.name = "http",
     .flag = "--http",
     .kind = text,
     .scope = serve,
     .metavar = "ADDRESS:PORT",
     .fallback = R"("127.0.0.1:8462")",
     .summary = "Where metrics and health are served; empty: nowhere.",
     .more = "",
     .set = set_http},
    {.name = "state",
     .flag = "--state",
     .kind = text,
     .scope = serve_and_query,
     .metavar = "DIR",
     .fallback = R"("")",
     .summary = "Directory of the stored policies.",
     .more = "Empty: $STATE_DIRECTORY of systemd; else /var/lib/strictmx for root and\n"
             "$XDG_STATE_HOME/strictmx or ~/.local/state/strictmx for other users.",
     .set = [](Config& c, const Words& w) { return set_text(c.state, w); }},
    {.name = "dns.forward",
     .flag = "--dns",
     .kind = list,
     .scope = serve_and_query,
     .metavar = "ADDRESS[@PORT]",
     .fallback = "[]",
     .summary = "DNS servers to ask, or the one word recurse; repeatable.",
     .more = "Empty: the servers of /etc/resolv.conf. \"recurse\": ask from the root downwards.",
     .set = set_forward},
    {.name = "dns.trust_anchor",
     .flag = "--dns-trust-anchor",
     .kind = text,
     .scope = serve_and_query,
     .metavar = "FILE|none",
     .fallback = R"("/usr/share/dns/root.key")",
     .summary = "Key of the DNS root for DNSSEC; none: nothing is validated.",
     .more = "",
     .set = set_trust_anchor},
    {.name = "dns.root_hints",
     .flag = "--dns-root-hints",
     .kind = text,
     .scope = serve_and_query,
     .metavar = "FILE",
     .fallback = R"("")",
     .summary = "Addresses of the root servers, for recurse; empty: built in.",
     .more = "",
     .set = [](Config& c, const Words& w) { return set_text(c.dns.root_hints, w); }},
    {.name = "https.ca_file",
     .flag = "--ca-file",
     .kind = text,
     .scope = serve_and_query,
     .metavar = "FILE",
     .fallback = R"("")",
     .summary = "Trusted certificate authorities (PEM); empty: those of the system.",
     .more = "",
     .set = [](Config& c, const Words& w) { return set_text(c.https.ca_file, w); }},
    {.name = "https.port",
     .flag = "--https-port",
     .kind = number,
     .scope = serve_and_query,
     .metavar = "PORT",
     .fallback = "443",
     .summary = "Port of policy hosts; another than 443 is only for tests.",
     .more = "",
     .set = [](Config& c, const Words& w) { return set_number(c.https.port, w, 1, 65535); }},
    {.name = "https.timeout",
     .flag = "--https-timeout",
     .kind = duration,
     .scope = serve_and_query,
     .metavar = "TIME",
     .fallback = R"("10s")",
     .summary = "Longest time one policy fetch may take, 100ms to 5m.",
     .more = "",
     .set =
         [](Config& c, const Words& w) {
           return set_duration(c.https.timeout, w, Millis(100), Millis(300000));
         }},
    {.name = "https.allow_private_addresses",
     .flag = "--allow-private-addresses",
     .kind = boolean,
     .scope = serve_and_query,
     .metavar = "",
     .fallback = "false",
     .summary = "Fetch policies from private and loopback addresses too.",
     .more = "Whoever publishes a name could then make this machine connect to its neighbours.",
     .set = set_addresses},
    {.name = "policy.deadline",
     .flag = "--deadline",
     .kind = duration,
     .scope = serve,
     .metavar = "TIME",
     .fallback = R"("4s")",
     .summary = "Longest time an MTA waits for an answer, 100ms to 90s.",
     .more = "",
     .set =
         [](Config& c, const Words& w) {
           return set_duration(c.policy.deadline, w, Millis(100), Millis(90000));
         }},
    {.name = "policy.dns_error",
     .flag = "--dns-error",
     .kind = text,
     .scope = serve_and_query,
     .metavar = "RULE",
     .fallback = R"("bounded")",
     .summary = "Mail when DNS fails and no policy is stored: defer, bounded or ignore.",
     .more = "defer: it waits as long as DNS fails. bounded: it waits up to dns_error_time.\n"
             "ignore: it is delivered as without a policy.",
     .set = set_dns_error},
    {.name = "policy.dns_error_time",
     .flag = "",
     .kind = duration,
     .scope = serve,
     .metavar = "",
     .fallback = R"("30m")",
     .summary = "How long mail waits with dns_error = \"bounded\", 1s to 7d.",
     .more = "",
     .set =
         [](Config& c, const Words& w) {
           return set_duration(c.policy.dns_error_time, w, Millis(1000), 7 * kDay);
         }},
    {.name = "policy.dane",
     .flag = "",
     .kind = boolean,
     .scope = serve_and_query,
     .metavar = "",
     .fallback = "true",
     .summary = "Whether DANE is looked up and goes before MTA-STS (RFC 8461 §2).",
     .more = "Needs a trust anchor here, and smtp_dns_support_level = dnssec in Postfix.",
     .set = set_dane},
    {.name = "policy.overrides",
     .flag = "",
     .kind = list,
     .scope = serve_and_query,
     .metavar = "",
     .fallback = "[]",
     .summary = "What you decide for a domain, whatever it publishes; one string each:",
     .more = "\"broken.example none until=2026-12-31 reason='new certificate'\"\n"
             "\"partner.example enforce mx=mx1.partner.example,*.pool.partner.example\"\n"
             "\"signed.example dane-only\"",
     .set = set_overrides},
    {.name = "policy.preload",
     .flag = "",
     .kind = text,
     .scope = serve,
     .metavar = "",
     .fallback = R"("")",
     .summary = "List of policies known beforehand (strictmx policy export); empty: none.",
     .more = "Each is used until it ends or a policy of its domain is fetched.",
     .set = [](Config& c, const Words& w) { return set_text(c.policy.preload, w); }},
    {.name = "limits.connections",
     .flag = "",
     .kind = number,
     .scope = serve,
     .metavar = "",
     .fallback = "20000",
     .summary = "MTA connections at once, 1 to 1000000; then the longest idle one is closed.",
     .more = "",
     .set = [](Config& c,
               const Words& w) { return set_number(c.limits.connections, w, 1, 1000000); }},
    {.name = "limits.idle",
     .flag = "",
     .kind = duration,
     .scope = serve,
     .metavar = "",
     .fallback = R"("2m")",
     .summary = "A connection without a question is closed after this time, 1s to 1d.",
     .more = "",
     .set = [](Config& c,
               const Words& w) { return set_duration(c.limits.idle, w, Millis(1000), kDay); }},
    {.name = "limits.lookups",
     .flag = "",
     .kind = number,
     .scope = serve,
     .metavar = "",
     .fallback = "1024",
     .summary = "Look-ups at once, 1 to 100000; further questions are told to come back.",
     .more = "",
     .set = [](Config& c, const Words& w) { return set_number(c.limits.lookups, w, 1, 100000); }},
    {.name = "limits.negative_entries",
     .flag = "",
     .kind = number,
     .scope = serve,
     .metavar = "",
     .fallback = "1000000",
     .summary = "Domains remembered as without a policy, 1 to 100000000.",
     .more = "",
     .set = [](Config& c,
               const Words& w) { return set_number(c.limits.negative_entries, w, 1, 100000000); }},
    {.name = "log.level",
     .flag = "--log-level",
     .kind = text,
     .scope = serve_and_query,
     .metavar = "LEVEL",
     .fallback = R"("info")",
     .summary = "Least important lines to log: debug, info, warning or error.",
     .more = "",
     .set = set_log_level},
};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

}  // namespace strictmx
