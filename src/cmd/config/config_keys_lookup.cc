// cmd/config/config_keys_lookup.cc: keys of looking things up: dns, https.
#include <algorithm>
#include "cmd/config/config_keys.h"
#include "cmd/config/config_setters.h"

namespace strictmx {

namespace {

using Words = std::vector<std::string>;
using enum ConfigKind;
using enum ConfigScope;

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

Result<void> set_validation(Config& c, const Words& words) {
  return set_choice(c.dns.validation, words,
                    {{"local", DnsValidationKey::local},
                     {"trust-ad", DnsValidationKey::trust_ad},
                     {"off", DnsValidationKey::off}});
}

Result<void> set_addresses(Config& c, const Words& words) {
  return set_choice(c.https.addresses, words,
                    {{"true", AddressRule::any}, {"false", AddressRule::public_only}});
}

constexpr ConfigKey kDns[] = {
    {.name = "dns.forward",
     .flag = "--dns",
     .kind = list,
     .scope = lookups,
     .metavar = "ADDRESS[@PORT]",
     .fallback = "[]",
     .summary = "DNS servers to ask, or the one word recurse; repeatable.",
     .more = "Empty: the servers of /etc/resolv.conf. \"recurse\": ask from the root downwards.",
     .set = set_forward},
    {.name = "dns.validation",
     .flag = "--dns-validation",
     .kind = text,
     .scope = serve_and_query,
     .metavar = "local|trust-ad|off",
     .fallback = R"("local")",
     .summary = "Who checks DNSSEC: strictmx, or the server asked; off: nobody.",
     .more = "trust-ad: a validating resolver on this machine decides, by the AD bit.",
     .set = set_validation},
    {.name = "dns.trust_ad_remote",
     .flag = "--dns-trust-ad-remote",
     .kind = boolean,
     .scope = serve_and_query,
     .metavar = "",
     .fallback = "false",
     .summary = "Trust the AD bit of servers on other machines too.",
     .more = "Only where nobody can forge packets on the way from them.",
     .set =
         [](Config& c, const Words& w) {
           return set_choice(c.dns.trust_ad_remote, w, {{"true", true}, {"false", false}});
         }},
    {.name = "dns.trust_anchor",
     .flag = "--dns-trust-anchor",
     .kind = text,
     .scope = lookups,
     .metavar = "FILE|none",
     .fallback = R"("/usr/share/dns/root.key")",
     .summary = "Key of the DNS root for DNSSEC; none: nothing is validated.",
     .more = "",
     .set = set_trust_anchor},
    {.name = "dns.root_hints",
     .flag = "--dns-root-hints",
     .kind = text,
     .scope = lookups,
     .metavar = "FILE",
     .fallback = R"("")",
     .summary = "Addresses of the root servers, for recurse; empty: built in.",
     .more = "",
     .set = [](Config& c, const Words& w) { return set_text(c.dns.root_hints, w); }},
};

constexpr ConfigKey kHttps[] = {
    {.name = "https.ca_file",
     .flag = "--ca-file",
     .kind = text,
     .scope = lookups,
     .metavar = "FILE",
     .fallback = R"("")",
     .summary = "Trusted certificate authorities (PEM); empty: those of the system.",
     .more = "",
     .set = [](Config& c, const Words& w) { return set_text(c.https.ca_file, w); }},
    {.name = "https.port",
     .flag = "--https-port",
     .kind = number,
     .scope = lookups,
     .metavar = "PORT",
     .fallback = "443",
     .summary = "Port of policy hosts; another than 443 is only for tests.",
     .more = "",
     .set = [](Config& c, const Words& w) { return set_number(c.https.port, w, 1, 65535); }},
    {.name = "https.timeout",
     .flag = "--https-timeout",
     .kind = duration,
     .scope = lookups,
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
     .scope = lookups,
     .metavar = "",
     .fallback = "false",
     .summary = "Fetch policies from private and loopback addresses too.",
     .more = "Whoever publishes a name could then make this machine connect to its neighbours.",
     .set = set_addresses},
};

}  // namespace

std::span<const ConfigKey> dns_keys() { return kDns; }
std::span<const ConfigKey> https_keys() { return kHttps; }

}  // namespace strictmx
