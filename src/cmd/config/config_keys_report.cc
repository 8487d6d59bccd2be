// cmd/config/config_keys_report.cc: keys of outgoing TLS reports: report.
#include <algorithm>

#include "cmd/config/config_keys.h"
#include "cmd/config/config_setters.h"
#include "cmd/config/reportd_options.h"

namespace strictmx {

namespace {

using Words = std::vector<std::string>;
using enum ConfigKind;
using enum ConfigScope;

Result<void> check_from(std::string_view word) {
  const auto address = MailAddress::parse(word);
  if (address) return {};
  return fail(Errc::usage, fmt::format("\"{}\": {}", escape_remote(word), address.error().detail));
}

Result<void> set_from(Config& c, const Words& words) {
  if (!words.at(0).empty()) {
    if (auto good = check_from(words[0]); !good) return good;
  }
  return set_text(c.report.from, words);
}

Result<void> set_organization(Config& c, const Words& words) {
  if (words.at(0).size() > 200) return fail(Errc::usage, "over 200 octets");
  return set_text(c.report.organization, words);
}

Result<void> set_relay(Config& c, const Words& words) {
  const auto relay = parse_relay(words.at(0));
  if (!relay) return std::unexpected(relay.error());
  return set_text(c.report.relay, words);
}

Result<void> set_sendmail(Config& c, const Words& words) {
  if (!words.empty() && !words[0].starts_with('/')) {
    return fail(Errc::usage, fmt::format("\"{}\" is no absolute path", escape_remote(words[0])));
  }
  c.report.sendmail = words;
  return {};
}

template <class T>
Result<void> check_with(std::string_view word, Result<T> (*parse)(std::string_view)) {
  const auto parsed = parse(word);
  if (!parsed) return std::unexpected(parsed.error());
  return {};
}

constexpr ConfigKey kReport[] = {
    {.name = "report.from",
     .flag = "",
     .kind = text,
     .scope = serve,
     .metavar = "",
     .fallback = R"("")",
     .summary = "Sender and contact address of the reports; empty: no reports are made.",
     .more = "Its domain is the one that reports, and that signs.",
     .set = set_from},
    {.name = "report.organization",
     .flag = "",
     .kind = text,
     .scope = serve,
     .metavar = "",
     .fallback = R"("")",
     .summary = "Name of the organization in the reports; empty: the domain of report.from.",
     .more = "",
     .set = set_organization},
    {.name = "report.relay",
     .flag = "",
     .kind = text,
     .scope = serve,
     .metavar = "",
     .fallback = R"("127.0.0.1:25")",
     .summary = "Where reports by mail are handed over: HOST:PORT by SMTP, lmtp:HOST:PORT by LMTP.",
     .more = "unix:/PATH may stand for HOST:PORT. STARTTLS is used when offered, not on a path.",
     .set = set_relay},
    {.name = "report.sendmail",
     .flag = "",
     .kind = list,
     .scope = serve,
     .metavar = "",
     .fallback = "[]",
     .summary = "A sendmail program and its arguments instead of report.relay.",
     .more = "[\"/usr/sbin/sendmail\", \"-i\"]; \"-f FROM -- TO\" is added.",
     .set = set_sendmail},
    {.name = "report.dkim",
     .flag = "",
     .kind = list,
     .scope = serve,
     .metavar = "",
     .fallback = "[]",
     .summary = "DKIM keys that sign the mails: \"SELECTOR FILE\", RSA and Ed25519.",
     .more = "Made by strictmx report dkim-key. Empty: the relay signs.",
     .set =
         [](Config& c, const Words& w) {
           return set_all(c.report.dkim, w,
                          [](std::string_view word) { return check_with(word, parse_dkim_entry); });
         }},
    {.name = "report.spread",
     .flag = "",
     .kind = duration,
     .scope = serve,
     .metavar = "",
     .fallback = R"("4h")",
     .summary = "Reports are sent at random times within this time after 00:05 UTC, 0s to 12h.",
     .more = "",
     .set = [](Config& c,
               const Words& w) { return set_duration(c.report.spread, w, Millis(0), kDay / 2); }},
    {.name = "report.keep",
     .flag = "",
     .kind = duration,
     .scope = serve,
     .metavar = "",
     .fallback = R"("10d")",
     .summary = "How long results of days and sent reports are kept, 2d to 365d.",
     .more = "",
     .set = [](Config& c,
               const Words& w) { return set_duration(c.report.keep, w, kDay * 2, kDay * 365); }},
    {.name = "report.opt_out",
     .flag = "",
     .kind = list,
     .scope = serve,
     .metavar = "",
     .fallback = "[]",
     .summary = "Who gets no reports.",
     .more = "A policy domain (\"example.com\", \".example.com\" with all below), a destination\n"
             "(\"mailto:a@example.com\"), or all destinations at a host (\"@example.com\").",
     .set =
         [](Config& c, const Words& w) {
           return set_all(c.report.opt_out, w, [](std::string_view word) {
             return check_with(word, RouteMatch::parse);
           });
         }},
    {.name = "report.rewrite",
     .flag = "",
     .kind = list,
     .scope = serve,
     .metavar = "",
     .fallback = "[]",
     .summary = "Who gets reports elsewhere: \"MATCH URI\", MATCH as in report.opt_out.",
     .more = "The first that matches counts.",
     .set =
         [](Config& c, const Words& w) {
           return set_all(c.report.rewrite, w, [](std::string_view word) {
             return check_with(word, RouteRewrite::parse);
           });
         }},
    {.name = "report.lax_https",
     .flag = "",
     .kind = boolean,
     .scope = serve,
     .metavar = "",
     .fallback = "true",
     .summary = "Post a report even if the endpoint's certificate is not good (RFC 8460 §3).",
     .more = "",
     .set =
         [](Config& c, const Words& w) {
           return set_choice(c.report.lax_https, w, {{"true", true}, {"false", false}});
         }},
    {.name = "report.loop_guard",
     .flag = "",
     .kind = boolean,
     .scope = serve,
     .metavar = "",
     .fallback = "true",
     .summary = "No report about nothing but the delivery of our own report mails.",
     .more = "",
     .set =
         [](Config& c, const Words& w) {
           return set_choice(c.report.loop_guard, w, {{"true", true}, {"false", false}});
         }},
};

}  // namespace

std::span<const ConfigKey> report_keys() { return kReport; }

}  // namespace strictmx
