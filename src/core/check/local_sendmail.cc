#include <fmt/format.h>

#include "base/text.h"
#include "core/check/local_text.h"

namespace strictmx {

namespace {

// The rest of the first line that begins with `head`; nullptr-like empty view when there is none.
std::string_view rest_of(std::string_view config, std::string_view head) {
  for (const auto line : lines_of(config, '#')) {
    if (line.starts_with(head)) return trim_blanks(line.substr(head.size()));
  }
  return {};
}

}  // namespace

std::vector<Trap> check_sendmail(const SendmailFacts& facts, DaemonDane dane,
                                 const PathExists& exists) {
  const std::string_view map = rest_of(facts.config, "Ksts ");
  if (map.empty()) {
    return {fault("sendmail.not-asked", "FEATURE(`sts') is not used: strictmx is not asked")};
  }
  std::vector<Trap> traps;
  if (!has_word(facts.compiled, "_FFR_MTA_STS")) {
    traps.push_back(fault("sendmail.no-sts", "this Sendmail is compiled without _FFR_MTA_STS"));
  }
  if (map.find("-T<TMPF>") == std::string_view::npos) {
    traps.push_back(fault("sendmail.no-tempfail",
                          "the map sts lacks -T<TMPF>: Sendmail delivers as without a policy when "
                          "strictmx does not run"));
  }
  if (const auto at = map.find("local:"); at != std::string_view::npos) {
    const std::string path(map.substr(at + 6));
    if (!exists(path))
      traps.push_back(fault("sendmail.socket", fmt::format("no socket at {}", path)));
  }
  if (const auto host = rest_of(facts.config, "DS"); !host.empty()) {
    traps.push_back(fault("sendmail.smart-host",
                          fmt::format("SMART_HOST is {}: Sendmail asks for the recipient's domain "
                                      "and defers all mail to domains with a policy",
                                      host)));
  }
  if (!rest_of(facts.config, "Kmailertable ").empty()) {
    traps.push_back(warning("sendmail.mailertable",
                            "mail that a mailertable sends elsewhere is held to the policy of the "
                            "recipient's domain"));
  }
  const std::string_view ca_file = rest_of(facts.config, "O CACertFile=");
  if (ca_file.empty() && rest_of(facts.config, "O CACertPath=").empty()) {
    traps.push_back(fault("sendmail.no-ca",
                          "neither confCACERT nor confCACERT_PATH is set: no certificate is "
                          "trusted, all mail to domains with a policy is deferred"));
  } else if (!ca_file.empty() && !exists(std::string(ca_file))) {
    traps.push_back(fault("sendmail.no-ca", fmt::format("confCACERT: there is no {}", ca_file)));
  }
  const bool own_dane = has_word(facts.compiled, "DANE") &&
                        equals_ignore_case(rest_of(facts.config, "O DANE="), "true");
  if (dane == DaemonDane::on && !own_dane) {
    traps.push_back(fault("sendmail.no-dane",
                          "this Sendmail does no DANE, and strictmx leaves domains with TLSA "
                          "records to it: set policy.dane = false in strictmx"));
  }
  return traps;
}

}  // namespace strictmx
