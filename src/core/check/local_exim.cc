#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"
#include "core/check/local_text.h"

namespace strictmx {

namespace {

// The arguments in braces behind "${readsocket", up to the one that does not end.
std::vector<std::string_view> arguments_at(std::string_view text) {
  std::vector<std::string_view> arguments;
  while (text.starts_with('{')) {
    int depth = 0;
    std::size_t end = 0;
    for (; end < text.size(); ++end) {
      if (text[end] == '{') ++depth;
      if (text[end] == '}' && --depth == 0) break;
    }
    if (end == text.size()) break;
    arguments.push_back(text.substr(1, end - 1));
    text.remove_prefix(end + 1);
    while (!text.empty() && (is_blank(text.front()) || text.front() == '\n')) text.remove_prefix(1);
  }
  return arguments;
}

// The ${readsocket} that asks strictmx about a domain.
std::optional<std::vector<std::string_view>> find_question(std::string_view config) {
  constexpr std::string_view kCall = "${readsocket";
  for (auto at = config.find(kCall); at != std::string_view::npos;
       at = config.find(kCall, at + 1)) {
    const auto arguments = arguments_at(config.substr(at + kCall.size()));
    if (arguments.size() >= 2 && arguments[1].starts_with("exim ")) return arguments;
  }
  return std::nullopt;
}

// Values of an option, wherever it is set: "name = value".
std::vector<std::string_view> values_of(std::string_view config, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto line : lines_of(config, '#')) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    if (trim_blanks(line.substr(0, equals)) == name) {
      values.push_back(trim_blanks(line.substr(equals + 1)));
    }
  }
  return values;
}

bool has_value(std::string_view config, std::string_view name, std::string_view value) {
  const auto values = values_of(config, name);
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool believes_resolver(std::string_view resolv_conf) {
  for (const auto line : lines_of(resolv_conf, '#')) {
    if (line.starts_with("options") && line.find("trust-ad") != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::vector<Trap> check_exim(const EximFacts& facts, DaemonDane dane, const PathExists& exists) {
  const auto question = find_question(facts.config);
  if (!question) {
    return {
        fault("exim.not-asked", "no ${readsocket} asks \"exim $domain\": strictmx is not asked")};
  }
  std::vector<Trap> traps;
  if (find_version(facts.version, "version") < Version{4, 94, 0}) {
    traps.push_back(fault("exim.version", "Exim before 4.94 has no router variables (set =)"));
  }
  if (question->size() < 5) {
    traps.push_back(fault("exim.no-fail-string",
                          "${readsocket} has no fifth argument: Exim 4.96 loses the message when "
                          "strictmx does not run"));
  }
  if (facts.config.find("^mode=") == std::string::npos) {
    traps.push_back(fault("exim.no-mode-test",
                          "no router looks for ^mode= in the answer: one that is cut off counts as "
                          "no policy"));
  }
  for (const auto name : {"hosts_require_tls", "tls_verify_hosts", "tls_verify_cert_hostnames"}) {
    if (has_value(facts.config, name, "*")) continue;
    traps.push_back(
        fault("exim.transport",
              fmt::format("no transport has {} = *: the policy is not enforced", name)));
  }
  for (const auto file : values_of(facts.config, "tls_verify_certificates")) {
    if (!file.starts_with('/') || exists(std::string(file))) continue;
    traps.push_back(
        fault("exim.no-ca", fmt::format("tls_verify_certificates: there is no {}", file)));
  }
  const std::string socket(question->front());
  if (socket.starts_with('/') && !exists(socket)) {
    traps.push_back(fault("exim.socket", fmt::format("no socket at {}", socket)));
  }
  if (dane == DaemonDane::on && !believes_resolver(facts.resolv_conf)) {
    traps.push_back(
        fault("exim.no-trust-ad",
              "/etc/resolv.conf has no \"options trust-ad\": Exim ignores TLSA records, "
              "and strictmx leaves domains with DANE to it"));
  }
  return traps;
}

}  // namespace strictmx
