#include "core/check/smtp_facts.h"

namespace strictmx {

std::string_view name_of(ConnectStatus status) {
  switch (status) {
    case ConnectStatus::not_tried:
      return "not_tried";
    case ConnectStatus::connected:
      return "connected";
    case ConnectStatus::refused:
      return "refused";
    case ConnectStatus::unreachable:
      return "unreachable";
    case ConnectStatus::timeout:
      return "timeout";
    case ConnectStatus::reset:
      return "reset";
    case ConnectStatus::no_route:
      return "no_route";
    case ConnectStatus::not_public:
      return "not_public";
    case ConnectStatus::local:
      return "local";
  }
  return "unknown";
}

std::string_view name_of(SmtpStage stage) {
  switch (stage) {
    case SmtpStage::connect:
      return "connect";
    case SmtpStage::greeting:
      return "greeting";
    case SmtpStage::ehlo:
      return "ehlo";
    case SmtpStage::starttls:
      return "starttls";
    case SmtpStage::handshake:
      return "handshake";
    case SmtpStage::ehlo_again:
      return "ehlo_again";
  }
  return "unknown";
}

std::string_view name_of(SmtpEnd end) {
  switch (end) {
    case SmtpEnd::not_tried:
      return "not_tried";
    case SmtpEnd::complete:
      return "complete";
    case SmtpEnd::no_connection:
      return "no_connection";
    case SmtpEnd::rejected:
      return "rejected";
    case SmtpEnd::no_starttls:
      return "no_starttls";
    case SmtpEnd::tls_failed:
      return "tls_failed";
    case SmtpEnd::closed:
      return "closed";
    case SmtpEnd::timeout:
      return "timeout";
    case SmtpEnd::not_smtp:
      return "not_smtp";
    case SmtpEnd::too_long:
      return "too_long";
    case SmtpEnd::local:
      return "local";
  }
  return "unknown";
}

std::string_view name_of(InjectionResult result) {
  switch (result) {
    case InjectionResult::not_tried:
      return "not_tried";
    case InjectionResult::discarded:
      return "discarded";
    case InjectionResult::refused:
      return "refused";
    case InjectionResult::executed:
      return "executed";
    case InjectionResult::unknown:
      return "unknown";
  }
  return "unknown";
}

InjectionResult judge_injection(const SmtpDialogue& dialogue) {
  if (dialogue.end == SmtpEnd::not_tried) return InjectionResult::not_tried;
  if (dialogue.stage < SmtpStage::starttls || dialogue.end == SmtpEnd::timeout)
    return InjectionResult::unknown;
  if (dialogue.tls.status != HandshakeStatus::done) return InjectionResult::refused;
  if (!dialogue.ehlo_again) return InjectionResult::unknown;
  // A server that took NOOP answers it before EHLO, and EHLO where its answer to QUIT is due.
  if (!dialogue.unsolicited_tls.empty()) return InjectionResult::executed;
  if (dialogue.quit)
    return dialogue.quit->reply.code == 221 ? InjectionResult::discarded
                                            : InjectionResult::executed;
  const bool extensions = dialogue.ehlo_again->reply.lines.size() > 1;
  return extensions ? InjectionResult::discarded : InjectionResult::unknown;
}

}  // namespace strictmx
