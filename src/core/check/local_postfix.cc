#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"
#include "core/check/local_text.h"

namespace strictmx {

namespace {

constexpr Version kAttributes{3, 10, 0};  // understands policy attributes

std::string parameter(const PostfixFacts& facts, std::string_view name) {
  for (const auto line : lines_of(facts.parameters, '#')) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || trim_blanks(line.substr(0, equals)) != name) continue;
    return std::string(trim_blanks(line.substr(equals + 1)));
  }
  return {};
}

// One table of smtp_tls_policy_maps that is asked by socketmap.
struct Map {
  bool proxied = false;
  std::string path;  // of a unix socket; empty: TCP
  std::string name;
};

std::optional<Map> find_map(std::string_view maps) {
  std::string text(maps);
  std::replace(text.begin(), text.end(), ',', ' ');
  for (auto word : split(text, ' ')) {
    Map map;
    if (word.starts_with("proxy:")) {
      map.proxied = true;
      word.remove_prefix(6);
    }
    if (!word.starts_with("socketmap:")) continue;
    const auto colon = word.rfind(':');
    map.name = word.substr(colon + 1);
    if (word.starts_with("socketmap:unix:")) map.path = word.substr(15, colon - 15);
    return map;
  }
  return std::nullopt;
}

// "smtp unix - - y - - smtp": the fifth column; "-" is Postfix's default, which is "n" since 3.0.
bool is_chrooted(std::string_view master) {
  std::vector<std::string_view> columns;
  for (const auto word : split(master, ' ')) {
    if (!trim_blanks(word).empty()) columns.push_back(trim_blanks(word));
  }
  return columns.size() > 4 && columns[4] == "y";
}

void check_map(const Map& map, const PostfixFacts& facts, const PathExists& exists,
               std::vector<Trap>& traps) {
  const Version version = find_version(parameter(facts, "mail_version"), "");
  const bool with_attributes = equals_ignore_case(map.name, "postfix-tlsrpt") ||
                               equals_ignore_case(map.name, "QUERYwithTLSRPT");
  if (with_attributes && version < kAttributes) {
    traps.push_back(
        fault("postfix.dialect",
              fmt::format("Postfix before 3.10 refuses the answers of the map name {} "
                          "and defers all mail to domains with a policy: use \"postfix\"",
                          map.name)));
  } else if (!with_attributes && version >= kAttributes) {
    traps.push_back(warning("postfix.dialect",
                            "the map name postfix-tlsrpt lets this Postfix check each MX host by "
                            "its own name, and makes its TLS reports complete"));
  }
  if (map.proxied) {
    traps.push_back(warning("postfix.proxy", "proxy: asks one question at a time; leave it out"));
  }
  if (map.path.empty()) return;
  const std::string queue = parameter(facts, "queue_directory");
  const bool relative = !map.path.starts_with('/');
  const bool chrooted = is_chrooted(facts.master);
  const std::string seen =
      relative ? queue + "/" + map.path : (chrooted ? queue : std::string()) + map.path;
  if (exists(seen)) return;
  traps.push_back(
      fault("postfix.socket",
            fmt::format("no socket at {}{}", seen,
                        chrooted && !relative ? ": smtp runs in a chroot and sees the path below it"
                                              : "")));
}

}  // namespace

std::vector<Trap> check_postfix(const PostfixFacts& facts, DaemonDane dane,
                                const PathExists& exists) {
  const auto map = find_map(parameter(facts, "smtp_tls_policy_maps"));
  if (!map) {
    return {fault("postfix.not-asked",
                  "smtp_tls_policy_maps names no socketmap: strictmx is not asked")};
  }
  std::vector<Trap> traps;
  check_map(*map, facts, exists, traps);
  const std::string ca_file = parameter(facts, "smtp_tls_CAfile");
  if (ca_file.empty() && parameter(facts, "smtp_tls_CApath").empty()) {
    traps.push_back(fault("postfix.no-ca",
                          "neither smtp_tls_CAfile nor smtp_tls_CApath is set: no certificate is "
                          "trusted, all mail to domains with a policy is deferred"));
  } else if (!ca_file.empty() && !exists(ca_file)) {
    traps.push_back(
        fault("postfix.no-ca", fmt::format("smtp_tls_CAfile: there is no {}", ca_file)));
  }
  if (dane == DaemonDane::on && parameter(facts, "smtp_dns_support_level") != "dnssec") {
    traps.push_back(fault("postfix.no-dnssec",
                          "smtp_dns_support_level is not dnssec: mail to domains with DANE is "
                          "deferred; set it, or policy.dane = false in strictmx"));
  }
  const std::string level = parameter(facts, "smtp_tls_security_level");
  if (level.empty() || level == "none") {
    traps.push_back(warning("postfix.no-tls",
                            "smtp_tls_security_level is not set: mail to domains without a policy "
                            "goes in the clear; set it to may"));
  }
  return traps;
}

}  // namespace strictmx
