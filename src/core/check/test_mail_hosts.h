// core/check/test_mail_hosts.h: ways to spoil the mail hosts of test_check_facts.h. Used by the
// tests of core only.
#pragma once
#include <string>
#include <utility>

#include "core/check/test_check_facts.h"

namespace strictmx {

inline SmtpAddressFacts& first_address(CheckFacts& facts) { return facts.hosts[0].addresses[0]; }
inline SmtpDialogue& first_dialogue(CheckFacts& facts) { return first_address(facts).dialogue; }

template <class Change>
void at_each_address(CheckFacts& facts, Change change) {
  for (auto& host : facts.hosts) {
    for (auto& address : host.addresses) change(address);
  }
}

// What a probe has seen when the connection fails, or the dialogue ends at a stage.
inline void stop_connect(SmtpAddressFacts& seen, ConnectStatus status) {
  seen = SmtpAddressFacts{.address = seen.address};
  seen.connect.status = status;
  seen.dialogue.end = SmtpEnd::no_connection;
}
inline void stop_dialogue(SmtpAddressFacts& seen, SmtpStage stage, SmtpEnd end) {
  auto whole = std::move(seen.dialogue);
  seen = SmtpAddressFacts{.address = seen.address};
  seen.connect = good_connect();
  auto& dialogue = seen.dialogue;
  dialogue.stage = stage;
  dialogue.end = end;
  dialogue.helo_name = whole.helo_name;
  if (stage > SmtpStage::greeting) dialogue.greeting = whole.greeting;
  if (stage > SmtpStage::ehlo) dialogue.ehlo = whole.ehlo;
  if (stage > SmtpStage::starttls) dialogue.starttls = whole.starttls;
  if (stage >= SmtpStage::handshake) dialogue.tls = whole.tls;
}
inline void greet(SmtpAddressFacts& seen, unsigned code, std::string text) {
  stop_dialogue(seen, SmtpStage::greeting, SmtpEnd::rejected);
  seen.dialogue.greeting = reply_of(code, {std::move(text)});
}
inline void without_starttls(SmtpAddressFacts& seen) {
  stop_dialogue(seen, SmtpStage::ehlo, SmtpEnd::no_starttls);
  seen.dialogue.ehlo = reply_of(250, {"mx1.example.com", "SIZE 10000000"});
}
inline void fail_handshake(SmtpAddressFacts& seen, HandshakeStatus status, std::string detail) {
  stop_dialogue(seen, SmtpStage::handshake, SmtpEnd::tls_failed);
  seen.dialogue.tls.status = status;
  seen.dialogue.tls.detail = std::move(detail);
}

// The leaf and what OpenSSL says of its chain.
inline CertificateFacts& leaf_of(SmtpAddressFacts& seen) {
  return seen.dialogue.tls.chain.sent.front();
}
inline void spoil_chain(SmtpAddressFacts& seen, ChainStatus status) {
  seen.dialogue.tls.chain.status = status;
  seen.dialogue.tls.chain.status_at_any_time = status;
}

}  // namespace strictmx
