#include "wire/smtp_client.h"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace strictmx;

namespace {

constexpr MonoTime kStart{};

std::string print(const SmtpAction& action) {
  if (const auto* send = std::get_if<SmtpSend>(&action)) return "> " + send->octets;
  if (std::holds_alternative<SmtpHandshake>(action)) return "handshake";
  if (std::holds_alternative<SmtpClose>(action)) return "close";
  return "read";
}

// One event and the action it must lead to. Octets are what the server sends; "TLS" is a handshake
// that is done, "TLS!" one that failed.
struct Turn {
  std::string event;
  std::string action;
};

TlsFacts handshake(HandshakeStatus status) {
  TlsFacts tls;
  tls.status = status;
  tls.detail = status == HandshakeStatus::done ? "" : "alert";
  return tls;
}

SmtpAction play(SmtpClient& client, const std::string& event, MonoTime now) {
  if (event == "TLS") return client.on_handshake(handshake(HandshakeStatus::done), now);
  if (event == "TLS!") return client.on_handshake(handshake(HandshakeStatus::alert), now);
  return client.on_octets(event, now);
}

SmtpDialogue run(const std::vector<Turn>& script, SmtpClientOptions options = {"probe.example"}) {
  SmtpClient client(std::move(options));
  CHECK(print(client.start(kStart)) == "read");
  for (const auto& turn : script) {
    CAPTURE(turn.event);
    CHECK(print(play(client, turn.event, kStart)) == turn.action);
  }
  return client.dialogue();
}

const std::vector<Turn> kGood = {
    {"220 mx ESMTP\r\n", "> EHLO probe.example\r\n"},
    {"250-mx\r\n250 STARTTLS\r\n", "> STARTTLS\r\n"},
    {"220 go\r\n", "handshake"},
    {"TLS", "> EHLO probe.example\r\n"},
    {"250 mx\r\n", "> QUIT\r\n"},
    {"221 bye\r\n", "close"},
};

}  // namespace

TEST_CASE("a good server, whole replies") {
  const auto seen = run(kGood);
  CHECK(seen.end == SmtpEnd::complete);
  CHECK(seen.stage == SmtpStage::ehlo_again);
  CHECK(seen.greeting->reply.first_line() == "mx ESMTP");
  CHECK(seen.starttls_offered());
  CHECK(seen.tls.status == HandshakeStatus::done);
  CHECK(seen.ehlo_again);
  CHECK(seen.quit->reply.code == 221);
  CHECK(seen.stray.empty());
  CHECK(seen.unsolicited.empty());
}

TEST_CASE("a good server, octet by octet") {
  SmtpClient client({"probe.example"});
  client.start(kStart);
  for (const auto& turn : kGood) {
    if (turn.event == "TLS") {
      CHECK(print(play(client, turn.event, kStart)) == turn.action);
      continue;
    }
    for (std::size_t i = 0; i + 1 < turn.event.size(); ++i)
      CHECK(print(client.on_octets(turn.event.substr(i, 1), kStart)) == "read");
    CHECK(print(client.on_octets(turn.event.substr(turn.event.size() - 1), kStart)) == turn.action);
  }
  CHECK(client.dialogue().end == SmtpEnd::complete);
}

TEST_CASE("a good server, cut, silent or mute at every step") {
  for (std::size_t stop = 0; stop <= kGood.size() - 1; ++stop) {
    CAPTURE(stop);
    for (const bool silent : {true, false}) {
      SmtpClient client({"probe.example"});
      client.start(kStart);
      for (std::size_t i = 0; i < stop; ++i) play(client, kGood[i].event, kStart);
      CHECK(client.quitting() == (stop == kGood.size() - 1));
      const auto action = silent ? client.on_timeout() : client.on_closed("reset");
      CHECK(print(action) == "close");
      const auto& seen = client.dialogue();
      if (client.quitting()) {
        CHECK(seen.end == SmtpEnd::complete);
        CHECK_FALSE(seen.quit);
      } else {
        CHECK(seen.end == (silent ? SmtpEnd::timeout : SmtpEnd::closed));
        CHECK_FALSE(seen.detail.empty());
      }
    }
  }
}

TEST_CASE("servers that end the dialogue early") {
  struct Row {
    const char* name;
    std::vector<Turn> script;
    SmtpEnd end;
    SmtpStage stage;
  };
  const Turn greeting = kGood[0];
  const Turn bye = kGood[5];
  const Turn helo = {"500 what\r\n", "> HELO probe.example\r\n"};
  const std::string quit = "> QUIT\r\n";
  const Row rows[] = {
      {"554 as greeting", {{"554 no\r\n", quit}, bye}, SmtpEnd::rejected, SmtpStage::greeting},
      {"421 as greeting", {{"421 busy\r\n", quit}, bye}, SmtpEnd::rejected, SmtpStage::greeting},
      {"354 as greeting", {{"354 hm\r\n", quit}, bye}, SmtpEnd::rejected, SmtpStage::greeting},
      {"no SMTP", {{"HTTP/1.1 400\r\n", "close"}}, SmtpEnd::not_smtp, SmtpStage::greeting},
      {"an endless line",
       {{std::string(3000, 'x'), "close"}},
       SmtpEnd::too_long,
       SmtpStage::greeting},
      {"EHLO is refused, HELO is not",
       {greeting, helo, {"250 mx\r\n", quit}, bye},
       SmtpEnd::no_starttls,
       SmtpStage::ehlo},
      {"both are refused",
       {greeting, helo, {"550 no\r\n", quit}, bye},
       SmtpEnd::rejected,
       SmtpStage::ehlo},
      {"EHLO must wait: no HELO",
       {greeting, {"421 later\r\n", quit}, bye},
       SmtpEnd::rejected,
       SmtpStage::ehlo},
      {"STARTTLS is not offered",
       {greeting, {"250-mx\r\n250 SIZE\r\n", quit}, bye},
       SmtpEnd::no_starttls,
       SmtpStage::ehlo},
      {"STARTTLS as the greeting's name",
       {greeting, {"250 STARTTLS\r\n", quit}, bye},
       SmtpEnd::no_starttls,
       SmtpStage::ehlo},
      {"STARTTLS is refused",
       {greeting, kGood[1], {"454 no key\r\n", quit}, bye},
       SmtpEnd::rejected,
       SmtpStage::starttls},
      {"the handshake fails",
       {greeting, kGood[1], kGood[2], {"TLS!", "close"}},
       SmtpEnd::tls_failed,
       SmtpStage::handshake},
      {"EHLO is refused inside TLS",
       {greeting, kGood[1], kGood[2], kGood[3], {"550 no\r\n", quit}, bye},
       SmtpEnd::rejected,
       SmtpStage::ehlo_again},
      {"nonsense for QUIT",
       {{"554 no\r\n", quit}, {"x\r\n", "close"}},
       SmtpEnd::rejected,
       SmtpStage::greeting},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto seen = run(row.script);
    CHECK(seen.end == row.end);
    CHECK(seen.stage == row.stage);
    CHECK_FALSE(seen.detail.empty());
  }
}

TEST_CASE("only as far as the handshake") {
  const std::vector<Turn> script = {
      kGood[0], kGood[1], kGood[2], {"TLS", "> QUIT\r\n"}, {"221 bye\r\n", "close"}};
  const auto seen = run(script, {.helo_name = "probe.example", .extent = SmtpExtent::handshake});
  CHECK(seen.end == SmtpEnd::complete);
  CHECK(seen.stage == SmtpStage::handshake);
  CHECK_FALSE(seen.ehlo_again);
}

TEST_CASE("octets in clear behind the reply to STARTTLS are dropped and kept as evidence") {
  SmtpClient client({"probe.example"});
  client.start(kStart);
  client.on_octets(kGood[0].event, kStart);
  client.on_octets(kGood[1].event, kStart);
  const auto injected = "250-evil\r\n250 AUTH PLAIN\r\n" + std::string(600, 'x');
  CHECK(print(client.on_octets("220 go\r\n" + injected, kStart)) == "handshake");
  CHECK(print(play(client, "TLS", kStart)) == kGood[3].action);
  CHECK_FALSE(client.dialogue().ehlo_again);  // not taken for the answer to EHLO
  CHECK(client.dialogue().stray == injected.substr(0, 512));
  CHECK(print(client.on_octets("250 mx\r\n", kStart)) == "> QUIT\r\n");
  CHECK(client.dialogue().ehlo_again->reply.first_line() == "mx");
}

TEST_CASE("half a reply in clear does not reach into TLS") {
  SmtpClient client({"probe.example"});
  client.start(kStart);
  client.on_octets(kGood[0].event, kStart);
  client.on_octets(kGood[1].event, kStart);
  client.on_octets("220 go\r\n250-", kStart);
  play(client, "TLS", kStart);
  client.on_octets("250 mx\r\n", kStart);
  CHECK(client.dialogue().ehlo_again->reply.lines == std::vector<std::string>{"mx"});
}

TEST_CASE("an answer that comes before its question is not used") {
  SmtpClient client({"probe.example"});
  client.start(kStart);
  CHECK(print(client.on_octets("220 mx\r\n250-mx\r\n250 STARTTLS\r\n220 go\r\n", kStart)) ==
        kGood[0].action);
  CHECK(client.dialogue().unsolicited == "250-mx\r\n250 STARTTLS\r\n220 go\r\n");
  CHECK_FALSE(client.dialogue().ehlo);
  CHECK(print(client.on_octets("250 mx\r\n", kStart)) == "> QUIT\r\n");
}

TEST_CASE("times run from the question") {
  SmtpClient client({"probe.example"});
  client.start(kStart + Millis(5));
  client.on_octets("220", kStart + Millis(10));
  client.on_octets(" mx\r\n", kStart + Millis(25));
  client.on_octets("250 mx\r\n", kStart + Millis(26));
  CHECK(client.dialogue().greeting->time == Millis(20));
  CHECK(client.dialogue().ehlo->time == Millis(1));
}

TEST_CASE("a command in clear behind STARTTLS: what servers make of it") {
  struct Row {
    const char* name;
    std::vector<std::string> events;  // behind EHLO; "" is a close
    InjectionResult result;
  };
  const Row rows[] = {
      {"dropped",
       {"220 go\r\n", "TLS", "250-mx\r\n250 A\r\n", "221 bye\r\n"},
       InjectionResult::discarded},
      {"executed",
       {"220 go\r\n", "TLS", "250 noop\r\n", "250-mx\r\n250 A\r\n"},
       InjectionResult::executed},
      {"executed, both answers at once",
       {"220 go\r\n", "TLS", "250 noop\r\n250-mx\r\n250 A\r\n", "221 bye\r\n"},
       InjectionResult::executed},
      {"refused", {"554 pipelining\r\n", "221 bye\r\n"}, InjectionResult::refused},
      {"closed", {""}, InjectionResult::refused},
      {"taken for TLS", {"220 go\r\n", "TLS!"}, InjectionResult::refused},
      {"dropped, and closed at QUIT",
       {"220 go\r\n", "TLS", "250-mx\r\n250 A\r\n", ""},
       InjectionResult::discarded},
      {"a short answer, and closed at QUIT",
       {"220 go\r\n", "TLS", "250 mx\r\n", ""},
       InjectionResult::unknown},
      {"closed inside TLS", {"220 go\r\n", "TLS", ""}, InjectionResult::unknown},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    SmtpClient client({"probe.example", "NOOP\r\n"});
    client.start(kStart);
    client.on_octets(kGood[0].event, kStart);
    CHECK(print(client.on_octets(kGood[1].event, kStart)) == "> STARTTLS\r\nNOOP\r\n");
    for (const auto& event : row.events) {
      if (event.empty()) client.on_closed("closed");
      if (!event.empty()) play(client, event, kStart);
    }
    CHECK(judge_injection(client.dialogue()) == row.result);
  }
  CHECK(judge_injection({}) == InjectionResult::not_tried);
  CHECK(judge_injection(run({{"554 no\r\n", "> QUIT\r\n"}})) == InjectionResult::unknown);
}
