// cmd/config/config_keys_collect.cc: keys of the collector of TLS results: collect.
#include "cmd/config/config_keys.h"
#include "cmd/config/config_setters.h"

namespace strictmx {

namespace {

using Words = std::vector<std::string>;
using enum ConfigKind;
using enum ConfigScope;

Result<void> set_socket(Config& c, const Words& words) {
  const std::string& where = words.at(0);
  if (where.empty() || where.starts_with('/') || where.starts_with("systemd:")) {
    return set_text(c.collect.socket, words);
  }
  return fail(Errc::usage,
              "\"" + escape_remote(where) + "\" is no absolute path and no systemd:NAME");
}

Result<void> set_mode(Config& c, const Words& words) {
  const std::string& text = words.at(0);
  unsigned mode = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '7' || text.size() > 4) {
      return fail(Errc::usage, "\"" + escape_remote(text) + "\" is no mode like 0660");
    }
    mode = mode * 8 + static_cast<unsigned>(digit - '0');
  }
  if (mode == 0 || mode > 0777) {
    return fail(Errc::usage, "\"" + escape_remote(text) + "\" is not between 0001 and 0777");
  }
  c.collect.mode = mode;
  return {};
}

constexpr ConfigKey kCollect[] = {
    {.name = "collect.socket",
     .flag = "",
     .kind = text,
     .scope = serve,
     .metavar = "",
     .fallback = R"("")",
     .summary = "Where MTAs tell the outcome of TLS sessions (libtlsrpt); empty: nowhere.",
     .more = "An absolute path, or systemd:NAME for a socket of systemd with that\n"
             "FileDescriptorName. In Postfix: smtp_tlsrpt_enable, smtp_tlsrpt_socket_name.",
     .set = set_socket},
    {.name = "collect.mode",
     .flag = "",
     .kind = text,
     .scope = serve,
     .metavar = "",
     .fallback = R"("0660")",
     .summary = "Permissions of that socket's file, octal.",
     .more = "",
     .set = set_mode},
    {.name = "collect.group",
     .flag = "",
     .kind = text,
     .scope = serve,
     .metavar = "",
     .fallback = R"("")",
     .summary = "Group of that file, by name or number; empty: that of the daemon.",
     .more = "",
     .set = [](Config& c, const Words& w) { return set_text(c.collect.group, w); }},
    {.name = "collect.keep_days",
     .flag = "",
     .kind = number,
     .scope = serve,
     .metavar = "",
     .fallback = "14",
     .summary = "Days that results are kept, reported or not, 2 to 366.",
     .more = "",
     .set = [](Config& c, const Words& w) { return set_number(c.collect.keep_days, w, 2, 366); }},
};

}  // namespace

std::span<const ConfigKey> collect_keys() { return kCollect; }

}  // namespace strictmx
