#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "core/check/check_rules.h"
#include "core/check/rules_at_address.h"

namespace strictmx {

namespace {

constexpr Millis kSlowGreeting{10000};
constexpr std::size_t kMaskedLetters = 4;  // "XXXX" where an extension stood

using Hit = std::optional<AddressHit>;

bool failed(const SmtpAddressFacts& seen) {
  const auto status = seen.connect.status;
  return status == ConnectStatus::refused || status == ConnectStatus::timeout ||
         status == ConnectStatus::unreachable || status == ConnectStatus::reset;
}

bool any_connected(const MxHostFacts& host) {
  return std::ranges::any_of(host.addresses, connected);
}

// All of IPv6 fails where IPv4 works: one finding about the host.
bool v6_broken(const MxHostFacts& host) {
  bool v4_works = false;
  bool v6_fails = false;
  for (const auto& seen : host.addresses) {
    if (seen.address.is_v4()) {
      v4_works = v4_works || connected(seen);
    } else if (connected(seen)) {
      return false;
    } else {
      v6_fails = v6_fails || failed(seen);
    }
  }
  return v4_works && v6_fails;
}

// Of a host that is silent altogether another finding speaks (mx-all-unreachable,
// mx-backup-unreachable), unless it is the first choice and only the others answer.
bool speaks_for_itself(const AddressCase& at) {
  if (any_connected(at.host)) return at.seen.address.is_v4() || !v6_broken(at.host);
  const auto& hosts = at.view.facts.hosts;
  const bool first = at.host.preference == hosts.front().preference;
  return first && std::ranges::any_of(hosts, any_connected);
}

Hit look_connect(const AddressCase& at, ConnectStatus wanted, std::string_view what) {
  if (at.seen.connect.status != wanted || !speaks_for_itself(at)) return std::nullopt;
  const auto& detail = at.seen.connect.detail;
  return AddressHit{
      detail.empty() ? fmt::format("port {}: {}", at.view.facts.vantage.smtp_port, what)
                     : fmt::format("port {}: {}", at.view.facts.vantage.smtp_port, quote(detail))};
}

Hit look_refused(const AddressCase& at) {
  return look_connect(at, ConnectStatus::refused, "connection refused");
}
Hit look_timeout(const AddressCase& at) {
  return look_connect(at, ConnectStatus::timeout, "no answer");
}
Hit look_unreachable(const AddressCase& at) {
  return look_connect(at, ConnectStatus::unreachable, "unreachable");
}
Hit look_reset(const AddressCase& at) {
  return look_connect(at, ConnectStatus::reset, "connected and reset");
}

bool ended(const SmtpDialogue& dialogue, SmtpStage stage, SmtpEnd end) {
  return dialogue.stage == stage && dialogue.end == end;
}
bool before_starttls(const SmtpDialogue& dialogue) { return dialogue.stage < SmtpStage::starttls; }

Hit look_greeting_slow(const AddressCase& at) {
  const auto& greeting = at.seen.dialogue.greeting;
  if (!greeting || greeting->time < kSlowGreeting) return std::nullopt;
  return AddressHit{fmt::format("greeting after {} s", greeting->time.count() / 1000)};
}

Hit look_greeting_code(const AddressCase& at, bool (SmtpReply::*kind)() const) {
  const auto& greeting = at.seen.dialogue.greeting;
  if (!greeting || !(greeting->reply.*kind)()) return std::nullopt;
  return AddressHit{quote(greeting->reply)};
}

Hit look_greeting_4xx(const AddressCase& at) {
  return look_greeting_code(at, &SmtpReply::temporary);
}
Hit look_greeting_5xx(const AddressCase& at) {
  return look_greeting_code(at, &SmtpReply::permanent);
}

// Defects that a sender may stumble over.
std::string defects_of(const SmtpReply& reply) {
  std::string names;
  for (const auto defect : reply.defects) {
    if (defect == ReplyDefect::no_text || defect == ReplyDefect::not_ascii) continue;
    names += names.empty() ? "" : ", ";
    names += name_of(defect);
  }
  return names;
}

Hit look_greeting_malformed(const AddressCase& at) {
  const auto& dialogue = at.seen.dialogue;
  if (ended(dialogue, SmtpStage::greeting, SmtpEnd::not_smtp) ||
      ended(dialogue, SmtpStage::greeting, SmtpEnd::too_long))
    return AddressHit{dialogue.detail.empty() ? "no SMTP" : quote(dialogue.detail)};
  if (!dialogue.greeting) return std::nullopt;
  const auto& reply = dialogue.greeting->reply;
  if (reply.positive() && reply.code != 220) return AddressHit{quote(reply)};
  const auto defects = defects_of(reply);
  if (defects.empty()) return std::nullopt;
  return AddressHit{fmt::format("{}: {}", quote(reply), defects)};
}

Hit look_ehlo_rejected(const AddressCase& at) {
  const auto& dialogue = at.seen.dialogue;
  if (!dialogue.ehlo || dialogue.ehlo->reply.positive()) return std::nullopt;
  if (!dialogue.helo || !dialogue.helo->reply.positive()) return std::nullopt;
  return AddressHit{fmt::format("EHLO: {}", quote(dialogue.ehlo->reply))};
}

Hit look_session_refused(const AddressCase& at) {
  const auto& dialogue = at.seen.dialogue;
  if (!ended(dialogue, SmtpStage::ehlo, SmtpEnd::rejected)) return std::nullopt;
  const auto& last = dialogue.helo ? dialogue.helo : dialogue.ehlo;
  return AddressHit{last ? quote(last->reply) : quote(dialogue.detail)};
}

Hit look_tarpit(const AddressCase& at) {
  const auto& dialogue = at.seen.dialogue;
  if (dialogue.end != SmtpEnd::timeout || !before_starttls(dialogue)) return std::nullopt;
  return AddressHit{fmt::format("connected, then no {}",
                                dialogue.stage == SmtpStage::ehlo ? "reply to EHLO" : "greeting")};
}

Hit look_closed(const AddressCase& at) {
  const auto& dialogue = at.seen.dialogue;
  if (dialogue.end != SmtpEnd::closed || !before_starttls(dialogue)) return std::nullopt;
  return AddressHit{fmt::format("closed {}", dialogue.stage == SmtpStage::ehlo
                                                 ? "in place of a reply to EHLO"
                                                 : "before the greeting")};
}

Hit look_reply_malformed(const AddressCase& at) {
  const auto& dialogue = at.seen.dialogue;
  const bool unreadable = dialogue.end == SmtpEnd::not_smtp || dialogue.end == SmtpEnd::too_long;
  if (unreadable && dialogue.stage > SmtpStage::greeting)
    return AddressHit{quote(dialogue.detail), {}, Severity::warning};
  for (const auto* reply : {&dialogue.ehlo, &dialogue.starttls, &dialogue.ehlo_again}) {
    if (!*reply) continue;
    const auto defects = defects_of((*reply)->reply);
    if (!defects.empty()) return AddressHit{fmt::format("{}: {}", quote((*reply)->reply), defects)};
  }
  return std::nullopt;
}

Hit look_unsolicited(const AddressCase& at) {
  const auto& dialogue = at.seen.dialogue;
  // What an executed injection brings belongs to that finding.
  const auto& octets =
      dialogue.unsolicited.empty() ? dialogue.unsolicited_tls : dialogue.unsolicited;
  if (octets.empty()) return std::nullopt;
  return AddressHit{
      fmt::format("\"{}\"{}", quote(octets), dialogue.unsolicited.empty() ? " inside of TLS" : "")};
}

// "XXXXXXXA": what a firewall leaves of an extension that it does not let through.
std::string masked_line(const SmtpDialogue& dialogue) {
  if (!dialogue.ehlo || !dialogue.ehlo->reply.positive()) return {};
  const auto& lines = dialogue.ehlo->reply.lines;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto& line = lines[i];
    const auto end = std::min(line.find_first_not_of('X'), line.size());
    if (end >= kMaskedLetters && line.size() - end <= 1) return line;
  }
  return {};
}

bool lacks_starttls(const SmtpDialogue& dialogue) {
  return dialogue.end == SmtpEnd::no_starttls && dialogue.ehlo && dialogue.ehlo->reply.positive() &&
         masked_line(dialogue).empty();
}

bool offered_somewhere(const MxHostFacts& host) {
  return std::ranges::any_of(host.addresses,
                             [](const auto& seen) { return seen.dialogue.starttls_offered(); });
}

Hit look_starttls_missing(const AddressCase& at) {
  // With TLSA records the finding is dane-starttls-missing.
  if (dane_demands_tls(at.view, at.host) || offered_somewhere(at.host)) return std::nullopt;
  if (!lacks_starttls(at.seen.dialogue)) return std::nullopt;
  return AddressHit{"no STARTTLS in the reply to EHLO",
                    "Postfix: smtpd_tls_security_level = may; " + postfix_chain_line(at.name())};
}

Hit look_starttls_some(const AddressCase& at) {
  if (!offered_somewhere(at.host) || !lacks_starttls(at.seen.dialogue)) return std::nullopt;
  return AddressHit{"no STARTTLS at this address, but at another one of the host"};
}

Hit look_starttls_by_client(const AddressCase& at) {
  const auto& other = at.seen.no_sni;
  if (!other || !other->ehlo || !other->ehlo->reply.positive()) return std::nullopt;
  const auto& first = at.seen.dialogue;
  if (!first.ehlo || first.starttls_offered() == other->starttls_offered()) return std::nullopt;
  const auto& with = first.starttls_offered() ? first : *other;
  const auto& without = first.starttls_offered() ? *other : first;
  return AddressHit{
      fmt::format("offered to \"{}\", not to \"{}\"", with.helo_name, without.helo_name)};
}

Hit look_starttls_refused(const AddressCase& at) {
  const auto& dialogue = at.seen.dialogue;
  if (dialogue.stage != SmtpStage::starttls) return std::nullopt;
  if (dialogue.end == SmtpEnd::rejected && dialogue.starttls)
    return AddressHit{"STARTTLS: " + quote(dialogue.starttls->reply)};
  if (dialogue.end == SmtpEnd::timeout) return AddressHit{"STARTTLS: no reply"};
  if (dialogue.end == SmtpEnd::closed) return AddressHit{"STARTTLS: the connection is closed"};
  return std::nullopt;
}

Hit look_stripped_hint(const AddressCase& at) {
  if (at.seen.dialogue.starttls_offered()) return std::nullopt;
  const auto line = masked_line(at.seen.dialogue);
  if (line.empty()) return std::nullopt;
  return AddressHit{fmt::format("EHLO is answered with \"{}\"", quote(line))};
}

Hit look_injection(const AddressCase& at) {
  if (at.seen.injection != InjectionResult::executed) return std::nullopt;
  return AddressHit{"NOOP, sent in clear behind STARTTLS, was answered inside of TLS"};
}

Hit look_stray(const AddressCase& at) {
  const auto& stray = at.seen.dialogue.stray;
  if (stray.empty()) return std::nullopt;
  return AddressHit{fmt::format("\"{}\"", quote(stray))};
}

Hit look_after_tls(const AddressCase& at) {
  const auto& again = at.seen.dialogue.ehlo_again;
  if (!again || !offers(again->reply, "STARTTLS")) return std::nullopt;
  return AddressHit{"STARTTLS in the reply to EHLO inside of TLS"};
}

Hit look_after_tls_fails(const AddressCase& at) {
  const auto& dialogue = at.seen.dialogue;
  if (dialogue.stage != SmtpStage::ehlo_again) return std::nullopt;
  switch (dialogue.end) {
    case SmtpEnd::rejected:
      return AddressHit{dialogue.ehlo_again ? quote(dialogue.ehlo_again->reply)
                                            : quote(dialogue.detail)};
    case SmtpEnd::closed:
      return AddressHit{"the connection is closed behind the handshake"};
    case SmtpEnd::timeout:
      return AddressHit{"no reply to EHLO behind the handshake"};
    case SmtpEnd::not_tried:
    case SmtpEnd::complete:
    case SmtpEnd::no_connection:
    case SmtpEnd::no_starttls:
    case SmtpEnd::tls_failed:
    case SmtpEnd::not_smtp:
    case SmtpEnd::too_long:
    case SmtpEnd::local:
      break;
  }
  return std::nullopt;
}

constexpr RuleAtAddress kDialogueRules[] = {
    {"smtp-refused", Blocks::no, look_refused},
    {"smtp-timeout", Blocks::no, look_timeout},
    {"smtp-unreachable", Blocks::no, look_unreachable},
    {"smtp-reset", Blocks::no, look_reset},
    {"smtp-greeting-slow", Blocks::no, look_greeting_slow},
    {"smtp-greeting-4xx", Blocks::no, look_greeting_4xx},
    {"smtp-greeting-5xx", Blocks::no, look_greeting_5xx},
    {"smtp-greeting-malformed", Blocks::no, look_greeting_malformed},
    {"smtp-ehlo-rejected", Blocks::tls, look_ehlo_rejected},
    {"smtp-session-refused", Blocks::no, look_session_refused},
    {"smtp-tarpit", Blocks::no, look_tarpit},
    {"smtp-closed", Blocks::no, look_closed},
    {"smtp-reply-malformed", Blocks::no, look_reply_malformed},
    {"smtp-unsolicited", Blocks::no, look_unsolicited},
    {"smtp-starttls-missing", Blocks::tls, look_starttls_missing},
    {"smtp-starttls-some", Blocks::tls, look_starttls_some},
    {"smtp-starttls-by-client", Blocks::no, look_starttls_by_client},
    {"smtp-starttls-refused", Blocks::tls, look_starttls_refused},
    {"smtp-starttls-stripped-hint", Blocks::tls, look_stripped_hint},
    {"smtp-starttls-injection", Blocks::no, look_injection},
    {"smtp-starttls-stray", Blocks::no, look_stray},
    {"smtp-starttls-after-tls", Blocks::no, look_after_tls},
    {"smtp-after-tls-fails", Blocks::tls, look_after_tls_fails},
};

// One address, or many, and not a word from any: perhaps it is not the domain.
void look_at_port(const CheckView& view, Findings& findings) {
  std::size_t silent = 0;
  for (const auto& host : view.facts.hosts) {
    for (const auto& seen : host.addresses) {
      const auto status = seen.connect.status;
      const bool none = status == ConnectStatus::timeout || status == ConnectStatus::unreachable;
      if (none) {
        ++silent;
      } else if (status != ConnectStatus::no_route && status != ConnectStatus::not_tried) {
        return;
      }
    }
  }
  if (silent == 0) return;
  findings.add("net-port25-blocked", view.facts.domain.text(),
               fmt::format("no answer from port {} of {} {}", view.facts.vantage.smtp_port, silent,
                           silent == 1 ? "address" : "addresses"));
}

}  // namespace

void check_smtp(const CheckView& view, Findings& findings) {
  look_at_port(view, findings);
  for (const auto& host : view.facts.hosts) {
    if (!v6_broken(host)) continue;
    findings.add("smtp-v6-broken", object_of(host), "IPv4 answers, IPv6 does not");
  }
  apply_at_addresses(view, kDialogueRules, findings);
}

}  // namespace strictmx
