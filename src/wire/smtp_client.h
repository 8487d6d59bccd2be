// wire/smtp_client.h: the dialogue of a client that only looks: EHLO, STARTTLS, EHLO, QUIT, as a
// machine without sockets and clock. Source: RFC 5321 §3, §4.1.1.1, §4.3.2; RFC 3207 §4.
//
//   greeting ─ EHLO ─┬─ STARTTLS ─ handshake ─ EHLO ─ QUIT ─ close
//                    ├─ refused: HELO ─ QUIT ─ close
//                    └─ not offered: QUIT ─ close
//
// Every event is answered with the next action. After SmtpClose the dialogue is complete; no event
// is expected any more. Of what the server sends at most one reply is used between two commands of
// ours: what came behind it is dropped and noted, so that nobody can answer a question before it
// is asked, nor speak in clear for what is inside of TLS.
// Limits: those of wire/smtp_reply; 512 octets of what is dropped are kept.
// Not here: deadlines (net/smtp_probe), submission of mail.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "core/check/smtp_facts.h"
#include "wire/smtp_reply.h"

namespace strictmx {

struct SmtpRead {};  // wait for octets
struct SmtpSend {
  std::string octets;  // then wait for octets
};
struct SmtpHandshake {};  // do it now, then on_handshake()
struct SmtpClose {};
using SmtpAction = std::variant<SmtpRead, SmtpSend, SmtpHandshake, SmtpClose>;

// How far the dialogue goes after a handshake.
enum class SmtpExtent : std::uint8_t {
  whole,      // EHLO inside TLS
  handshake,  // QUIT at once
};

struct SmtpClientOptions {
  std::string helo_name;  // a host name, or an address literal
  // What is sent in clear behind STARTTLS in the same segment: a test of the server.
  std::string behind_starttls = {};
  SmtpExtent extent = SmtpExtent::whole;
};

class SmtpClient {
 public:
  explicit SmtpClient(SmtpClientOptions options);

  // The connection stands. `now` is monotonic everywhere.
  SmtpAction start(MonoTime now);
  SmtpAction on_octets(std::string_view octets, MonoTime now);
  SmtpAction on_handshake(TlsFacts tls, MonoTime now);
  // The peer closed, or the connection broke; `why` in our words.
  SmtpAction on_closed(std::string why);
  SmtpAction on_timeout();

  SmtpStage stage() const { return dialogue_.stage; }
  // All is known; only politeness waits for an answer to QUIT.
  bool quitting() const { return quitting_; }
  const SmtpDialogue& dialogue() const { return dialogue_; }

 private:
  std::string& dropped();
  SmtpAction on_reply(TimedReply reply, MonoTime now);
  SmtpAction after_greeting(MonoTime now);
  SmtpAction after_ehlo(MonoTime now);
  SmtpAction after_helo(MonoTime now);
  SmtpAction after_starttls(MonoTime now);
  SmtpAction after_ehlo_again(MonoTime now);
  SmtpAction ask(SmtpStage stage, std::string octets, MonoTime now);
  SmtpAction quit(SmtpEnd end, std::string detail, MonoTime now);
  SmtpAction close(SmtpEnd end, std::string detail);

  SmtpClientOptions options_;
  SmtpReplyReader reader_;
  SmtpDialogue dialogue_;
  MonoTime asked_{};
  bool helo_ = false;      // in the stage `ehlo`: HELO is asked
  bool quitting_ = false;  // what was found out does not change any more
};

}  // namespace strictmx
