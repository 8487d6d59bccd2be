#include "cmd/check_format.h"

#include <fmt/format.h>

#include "base/text.h"

namespace strictmx {
namespace {

std::string record_line(std::string_view what, const TxtFacts& txt) {
  if (!txt.meta) return {};
  if (txt.records.empty()) return fmt::format("  {:<9} {}\n", what, name_of(txt.meta->status));
  std::string lines;
  for (const auto& record : txt.joined())
    lines += fmt::format("  {:<9} \"{}\"\n", what, escape_remote(record));
  return lines;
}

std::string policy_line(const PolicyHostFacts& host) {
  if (!host.fetched) return {};
  return fmt::format("  {:<9} {}{}{}\n", "policy", name_of(host.outcome.status),
                     host.outcome.detail.empty() ? "" : ": ", escape_remote(host.outcome.detail));
}

std::string address_line(const SmtpAddressFacts& address, std::string_view host) {
  const auto& dialogue = address.dialogue;
  if (address.connect.status != ConnectStatus::connected)
    return fmt::format("            {}  {}\n", address.address.text(),
                       name_of(address.connect.status));
  if (dialogue.tls.status != HandshakeStatus::done)
    return fmt::format("            {}  {} ({}) {}\n", address.address.text(),
                       name_of(dialogue.end), name_of(dialogue.stage),
                       escape_remote(dialogue.detail));
  const auto& chain = dialogue.tls.chain;
  const bool named = chain.leaf() != nullptr && names_host(*chain.leaf(), host);
  return fmt::format("            {}  {}, certificate {}{}\n", address.address.text(),
                     name_of(dialogue.tls.version), name_of(chain.status),
                     named ? "" : ", wrong name");
}

}  // namespace

std::string format_check(const CheckFacts& facts) {
  auto text = fmt::format("{}  {}  {} ms\n", facts.domain.text(), format_utc(facts.started),
                          facts.took.count());
  text += record_line("mta-sts", facts.sts_txt);
  text += policy_line(facts.policy_host);
  text += record_line("tls-rpt", facts.rpt_txt);
  for (const auto& host : facts.hosts) {
    text += fmt::format("  {:<9} {} {}  dane {}\n", "mx", host.preference, escape_remote(host.name),
                        name_of(host.dane.state));
    for (const auto& address : host.addresses) text += address_line(address, host.name);
  }
  return text;
}

}  // namespace strictmx
