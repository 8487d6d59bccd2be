#include "scenario/chance.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace strictmx::scenario {

namespace {

// How each of the ways a fetch can fail is written.
std::string failure(std::size_t number) {
  const auto first = std::to_underlying(FetchStatus::host_not_found);
  return std::string(name_of(static_cast<FetchStatus>(first + number)));
}

constexpr std::size_t kFailures =
    std::to_underlying(FetchStatus::overloaded) - std::to_underlying(FetchStatus::ok);

}  // namespace

// Mostly `records`, else one of the other ends of a DNS question, each signed or not.
std::string Chance::meta(std::string_view records) {
  const std::string trust = one_of("secure ", "secure ", "");
  if (!one_in(4)) return trust + std::string(records);
  return trust + one_of("no_name", "no_data", "servfail", "bogus", "timeout");
}

std::string Chance::txt(const std::string& domain) {
  const std::string start = "txt " + domain + " ";
  if (one_in(3)) return start + one_of("no_name", "no_data", "servfail", "timeout", "bogus");
  return start + one_of("", "ttl 60 ", "ttl 1d ") +
         one_of("\"v=STSv1; id=1;\"", "\"v=STSv1; id=2;\"", "\"v=STSv1; id=3;\"",
                "\"v=STSv1; id=;\"", "\"v=STSv1; id=1;\" \"v=STSv1; id=2;\"", "\"v=spf1 -all\"");
}

std::string Chance::mx_names(const std::string& domain) {
  const std::string first = one_of("mx1.", "mx2.", "*.w.", "") + domain;
  return one_in(2) ? first + " mx1." + domain : first;
}

std::string Chance::policy(const std::string& domain) {
  const std::string start = "policy " + domain + " ";
  switch (below(9)) {
    case 0:
      return start + "none " + one_of("0", "1d", "30d");
    case 1:
      return start + "testing " + one_of("0", "7d", "30d") + " mx1." + domain;
    case 2:
    case 3:
      return start + failure(below(kFailures));
    case 4:
      return start + one_of("body rubbish", "body \"\"",
                            "body \"version: STSv1\\nmode: enforce\\nmax_age: 86400\\n\"");
    default:
      return start + "enforce " +
             one_of("0", "301", "1h", "1d", "7d", "30d", "365d6h", "9999999999") + " " +
             mx_names(domain);
  }
}

std::string Chance::mx(const std::string& domain) {
  const std::string start = "mx " + domain + " ";
  if (one_in(4)) return start + meta(one_of("no_data", "no_name", "."));
  std::string line = start + one_of("secure ", "") + "ttl " + one_of("1m", "1h", "1d");
  for (std::size_t hosts = 1 + below(3); hosts > 0; --hosts) {
    line += " " + one_of("mx1." + domain, "mx2." + domain, "a.w." + domain, "b.a.w." + domain,
                         domain, std::string("mx.attacker.example"));
  }
  return line;
}

std::vector<std::string> Chance::dane(const std::string& host) {
  std::vector<std::string> lines;
  const bool alias = one_in(6);
  const std::string records = "192.0.2.1";
  if (alias) {
    lines.push_back(
        fmt::format("address {} {}via real.example {}", host, one_of("secure ", ""), records));
    lines.push_back(fmt::format("cname {} {}", host,
                                one_of("secure", "ttl 60", "servfail", "bogus", "timeout")));
    lines.push_back("tlsa real.example " + meta("3-1-1"));
  } else {
    lines.push_back("address " + host + " " + meta(records));
  }
  lines.push_back("tlsa " + host + " " +
                  meta(one_of("3-1-1", "3-1-1", "2-0-1 1-1-1", "1-1-1", "3-1-2")));
  return lines;
}

std::string Chance::preload(const std::string& domain) {
  return fmt::format("preload {} {} {} {} {}", domain, one_of("0", "1d", "29d", "31d"),
                     one_of("enforce", "enforce", "testing"), one_of("1d", "30d", "365d"),
                     mx_names(domain));
}

std::string Chance::override_line(const std::string& domain, WallTime today) {
  std::string line = domain + " " + one_of("none", "dane-only", "enforce");
  if (line.ends_with("enforce")) line += " mx=mx9." + domain + ",*.pool." + domain;
  if (one_in(3)) return line;
  const auto day = std::chrono::floor<std::chrono::days>(today + std::chrono::days(below(3)));
  return line + " until=" + format_utc(WallTime{day}).substr(0, 10);
}

std::string Chance::hold(const std::string& domain, const std::vector<MxHost>& hosts) {
  const std::string kind = one_of("txt", "mx", "policy", "address", "tlsa", "cname", "disk");
  if (kind == "disk") return "hold disk";
  const bool of_host = kind == "address" || kind == "tlsa" || kind == "cname";
  if (!of_host || hosts.empty()) return fmt::format("hold {} {}", kind, domain);
  const std::string& host = hosts[below(hosts.size())].exchange;
  return fmt::format("hold {} {}", kind, host.empty() ? domain : host);
}

std::string Chance::wall() {
  return "wall " + one_of("+", "-") + one_of("20m", "59m", "1d", "400d");
}

std::string Chance::time() {
  return one_of("1s", "5s", "1m", "5m", "1h", "1h", "2h", "1d", "7d", "90d");
}

std::string Chance::key(const std::string& domain) {
  std::string capitals = domain;
  std::transform(capitals.begin(), capitals.end(), capitals.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return one_of(domain, domain, capitals, domain + ".", domain + ":25", "[" + domain + "]",
                "[" + domain + "]", "[" + domain + "]:587");
}

}  // namespace strictmx::scenario
