#include "cmd/config/resolv_conf.h"

#include "base/text.h"
#include "core/ip_address.h"

namespace strictmx {

namespace {

constexpr std::string_view kKeyword = "nameserver";

// The first word after "nameserver"; empty for any other line. The keyword starts the line.
std::string_view nameserver_of(std::string_view line) {
  if (!line.starts_with(kKeyword)) return {};
  const auto rest = line.substr(kKeyword.size());
  if (rest.empty() || !is_blank(rest.front())) return {};
  const auto word = trim_blanks(rest);
  return word.substr(0, word.find_first_of(" \t\r"));
}

}  // namespace

std::vector<std::string> parse_nameservers(std::string_view resolv_conf) {
  std::vector<std::string> servers;
  for (const auto line : split(resolv_conf, '\n')) {
    const auto server = nameserver_of(line);
    const bool good = IpAddress::parse(server.substr(0, server.find('%'))).has_value();
    if (good && servers.size() < kMaxNameservers) servers.emplace_back(server);
  }
  if (servers.empty()) servers.emplace_back("127.0.0.1");
  return servers;
}

}  // namespace strictmx
