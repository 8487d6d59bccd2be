#include "wire/smtp_submission.h"

#include <doctest/doctest.h>

#include <vector>

namespace strictmx {

namespace {

using Kind = AttemptOutcome::Kind;

std::string print(const SmtpAction& action) {
  if (const auto* send = std::get_if<SmtpSend>(&action)) return "> " + send->octets;
  if (std::holds_alternative<SmtpHandshake>(action)) return "handshake";
  if (std::holds_alternative<SmtpClose>(action)) return "close";
  return "read";
}

// One event and the action it must lead to. Octets are what the relay sends; "TLS" is a handshake
// that is done, "TLS!" one that failed.
struct Turn {
  std::string event;
  std::string action;
};
using Script = std::vector<Turn>;

SubmissionOptions options_for(SubmissionProtocol protocol,
                              SubmissionTls tls = SubmissionTls::if_offered) {
  return {protocol, tls, "us.example"};
}

SmtpSubmission make(SubmissionOptions options) {
  return SmtpSubmission(std::move(options), "a@us.example", "b@them.example",
                        "Subject: x\r\n\r\n.dot\r\n..\r\nend");
}

SmtpAction play(SmtpSubmission& submission, const std::string& event) {
  TlsFacts tls;
  tls.status = event == "TLS" ? HandshakeStatus::done : HandshakeStatus::alert;
  tls.detail = "alert";
  if (event == "TLS" || event == "TLS!") return submission.on_handshake(tls);
  return submission.on_octets(event);
}

SmtpSubmission run(const Script& script, SubmissionOptions options) {
  auto submission = make(std::move(options));
  CHECK(print(submission.start()) == "read");
  for (const auto& turn : script) {
    CAPTURE(turn.event);
    CHECK(print(play(submission, turn.event)) == turn.action);
  }
  return submission;
}

const std::string kText = "> Subject: x\r\n\r\n..dot\r\n...\r\nend\r\n.\r\n";
const std::string kMail = "> MAIL FROM:<a@us.example>\r\n";
const std::string kRcpt = "> RCPT TO:<b@them.example>\r\n";

const Script kPlain = {
    {"220 mx\r\n", "> EHLO us.example\r\n"},
    {"250 mx\r\n", kMail},
    {"250 ok\r\n", kRcpt},
    {"250 ok\r\n", "> DATA\r\n"},
    {"354 go\r\n", kText},
    {"250-2.0.0\r\n250 queued as 7\r\n", "> QUIT\r\n"},
    {"221 bye\r\n", "close"},
};

// The first `count` turns of `script`, then `more`.
Script begin_of(const Script& script, std::size_t count, const Script& more) {
  Script made(script.begin(), script.begin() + static_cast<std::ptrdiff_t>(count));
  made.insert(made.end(), more.begin(), more.end());
  return made;
}

}  // namespace

TEST_CASE("a mail is taken by SMTP, its lines transparent") {
  const auto done = run(kPlain, options_for(SubmissionProtocol::smtp));
  CHECK(done.outcome().kind == Kind::accepted);
  CHECK(done.outcome().detail == "SMTP 250 queued as 7");
}

TEST_CASE("a mail is taken by LMTP: LHLO, one reply for the recipient") {
  auto script = kPlain;
  script[0].action = "> LHLO us.example\r\n";
  const auto done = run(script, options_for(SubmissionProtocol::lmtp));
  CHECK(done.outcome().kind == Kind::accepted);
  CHECK(done.outcome().detail == "LMTP 250 queued as 7");
}

TEST_CASE("TLS when it is offered, and what was heard before it is forgotten (RPT-T13)") {
  for (const auto protocol : {SubmissionProtocol::smtp, SubmissionProtocol::lmtp}) {
    const std::string hello = protocol == SubmissionProtocol::lmtp ? "LHLO" : "EHLO";
    const Script secured = {
        {"220 mx\r\n", "> " + hello + " us.example\r\n"},
        {"250-mx\r\n250-SIZE\r\n250 starttls\r\n", "> STARTTLS\r\n"},
        {"220 go\r\n250 injected\r\n", "handshake"},
        {"TLS", "> " + hello + " us.example\r\n"},
        {"250 mx\r\n", kMail},
    };
    CHECK_FALSE(run(secured, options_for(protocol)).tls_failed());
    const auto failed = run(begin_of(secured, 3, {{"TLS!", "close"}}), options_for(protocol));
    CHECK(failed.tls_failed());
    CHECK(failed.outcome().kind == Kind::deferred);
    run(begin_of(secured, 2, {{"454 not now\r\n", kMail}}), options_for(protocol));
    run(begin_of(secured, 1, {{"250-mx\r\n250 STARTTLS\r\n", kMail}}),
        options_for(protocol, SubmissionTls::never));
  }
}

TEST_CASE("EHLO that is refused becomes HELO; LHLO does not") {
  const Script refused = {{"220 mx\r\n", "> EHLO us.example\r\n"},
                          {"502 what\r\n", "> HELO us.example\r\n"},
                          {"250 mx\r\n", kMail}};
  run(refused, options_for(SubmissionProtocol::smtp));
  const auto lmtp = run({{"220 mx\r\n", "> LHLO us.example\r\n"}, {"500 what\r\n", "> QUIT\r\n"}},
                        options_for(SubmissionProtocol::lmtp));
  CHECK(lmtp.outcome().kind == Kind::deferred);
}

TEST_CASE("a 4xx defers everywhere, a 5xx rejects only where it is about the mail") {
  const Kind permanent[] = {Kind::deferred, Kind::deferred, Kind::deferred,
                            Kind::rejected, Kind::rejected, Kind::rejected};
  for (std::size_t at = 0; at < std::size(permanent); ++at) {
    CAPTURE(at);
    const Script temporary = {{"421 4.3.2 not now\r\n", "> QUIT\r\n"}, {"221 bye\r\n", "close"}};
    const auto later =
        run(begin_of(kPlain, at, temporary), options_for(SubmissionProtocol::smtp)).outcome();
    CHECK(later.kind == Kind::deferred);
    CHECK(later.detail == "SMTP 421 4.3.2 not now");
    if (at == 1) continue;  // leads to HELO
    const Script final = {{"550 5.7.1 never\r\n", "> QUIT\r\n"}};
    const auto never =
        run(begin_of(kPlain, at, final), options_for(SubmissionProtocol::smtp)).outcome();
    CHECK(never.kind == permanent[at]);
    CHECK(never.detail == "SMTP 550 5.7.1 never");
  }
}

TEST_CASE("cut at every step: deferred until the mail is taken, taken after it") {
  for (std::size_t stop = 0; stop < kPlain.size(); ++stop) {
    CAPTURE(stop);
    auto submission = make(options_for(SubmissionProtocol::smtp));
    submission.start();
    for (std::size_t i = 0; i < stop; ++i) play(submission, kPlain[i].event);
    CHECK(print(submission.on_lost("closed")) == "close");
    const bool taken = stop == kPlain.size() - 1;
    CHECK(submission.quitting() == taken);
    CHECK(submission.outcome().kind == (taken ? Kind::accepted : Kind::deferred));
    if (!taken) CHECK(submission.outcome().detail == "SMTP: closed");
  }
}

TEST_CASE("replies come in any pieces; what is no reply defers") {
  auto submission = make(options_for(SubmissionProtocol::smtp));
  submission.start();
  CHECK(print(submission.on_octets("22")) == "read");
  CHECK(print(submission.on_octets("0 mx\r")) == "read");
  CHECK(print(submission.on_octets("\n")) == "> EHLO us.example\r\n");
  CHECK(print(submission.on_octets("hello\r\n")) == "close");
  CHECK(submission.outcome().kind == Kind::deferred);
}

}  // namespace strictmx
