// cmd/config/config_keys_policy.cc: keys of what is answered to MTAs: policy.
#include "cmd/config/config_keys.h"
#include "cmd/config/config_setters.h"

namespace strictmx {

namespace {

using Words = std::vector<std::string>;
using enum ConfigKind;
using enum ConfigScope;

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

constexpr ConfigKey kPolicy[] = {
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
    {.name = "policy.preload_key",
     .flag = "",
     .kind = text,
     .scope = serve,
     .metavar = "",
     .fallback = R"("")",
     .summary = "Ed25519 public key (PEM) that signs the list; empty: it is not signed.",
     .more = "The signature is beside it, FILE.sig (strictmx policy export FILE --sign KEY).",
     .set = [](Config& c, const Words& w) { return set_text(c.policy.preload_key, w); }},
};

}  // namespace

std::span<const ConfigKey> policy_keys() { return kPolicy; }

}  // namespace strictmx
