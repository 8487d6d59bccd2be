// cmd/config/config_keys_serve.cc: keys of the daemon as a whole: top level, limits, log.
#include <algorithm>
#include "cmd/config/config_keys.h"
#include "cmd/config/config_setters.h"

namespace strictmx {

namespace {

using Words = std::vector<std::string>;
using enum ConfigKind;
using enum ConfigScope;

Result<void> set_listen(Config& c, const Words& words) {
  if (words.empty()) return fail(Errc::usage, "the list is empty, at least one endpoint is needed");
  return set_all(c.listen, words, check_endpoint);
}

Result<void> set_listen_line(Config& c, const Words& words) {
  return set_all(c.listen_line, words, check_endpoint);
}

Result<void> set_api(Config& c, const Words& words) {
  if (!words.at(0).empty()) {
    if (auto good = check_endpoint(words[0]); !good) return good;
  }
  return set_text(c.api, words);
}

Result<void> set_http(Config& c, const Words& words) {
  if (!words.at(0).empty()) {
    if (auto good = check_address_port(words[0]); !good) return good;
  }
  return set_text(c.http, words);
}

Result<void> set_log_level(Config& c, const Words& words) {
  return set_choice(c.log_level, words,
                    {{"debug", LogLevel::debug},
                     {"info", LogLevel::info},
                     {"warning", LogLevel::warning},
                     {"error", LogLevel::error}});
}

constexpr ConfigKey kTop[] = {
    {.name = "listen",
     .flag = "--listen",
     .kind = list,
     .scope = serve,
     .metavar = "ENDPOINT",
     .fallback = R"(["inet:127.0.0.1:8461"])",
     .summary = "Where MTAs ask (socketmap): inet:ADDRESS:PORT or unix:PATH; repeatable.",
     .more = "",
     .set = set_listen},
    {.name = "listen_line",
     .flag = "--listen-line",
     .kind = list,
     .scope = serve,
     .metavar = "ENDPOINT",
     .fallback = "[]",
     .summary = "Where Exim, OpenSMTPD and scripts ask, one line each; repeatable.",
     .more = "As listen: inet:ADDRESS:PORT or unix:PATH.",
     .set = set_listen_line},
    {.name = "api",
     .flag = "--api",
     .kind = text,
     .scope = serve,
     .metavar = "ENDPOINT",
     .fallback = R"("")",
     .summary = "Where the HTTP API is: inet:ADDRESS:PORT or unix:PATH; empty: nowhere.",
     .more = "",
     .set = set_api},
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
    {.name = "user",
     .flag = "",
     .kind = text,
     .scope = serve,
     .metavar = "",
     .fallback = R"("")",
     .summary = "User to become once sockets and files are open; only root may set it.",
     .more = "For starts without systemd. The state directory must be that user's.",
     .set = [](Config& c, const Words& w) { return set_text(c.user, w); }},
    {.name = "control",
     .flag = "",
     .kind = text,
     .scope = serve_and_query,
     .metavar = "",
     .fallback = R"("control.sock")",
     .summary = "Unix socket for strictmx policy forget, pin and others; empty: none.",
     .more = "A relative path begins in the state directory. Only its owner may use it.",
     .set = [](Config& c, const Words& w) { return set_text(c.control, w); }},
};

constexpr ConfigKey kLimits[] = {
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
};

constexpr ConfigKey kLog[] = {
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

std::span<const ConfigKey> daemon_keys() { return kTop; }
std::span<const ConfigKey> limits_keys() { return kLimits; }
std::span<const ConfigKey> log_keys() { return kLog; }

}  // namespace strictmx
