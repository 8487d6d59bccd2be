// Whatever a server sends, in whatever pieces, the client ends, and says no more than its few
// commands. The first octet seeds the cuts; an octet FF stands for the end of a handshake.
#include <string>

#include "check.h"
#include "cuts.h"
#include "forms.h"
#include "wire/smtp_client.h"

using namespace strictmx;
using fuzz::check;

namespace {

constexpr MonoTime kNow{};

void check_sent(const SmtpAction& action) {
  const auto* const send = std::get_if<SmtpSend>(&action);
  if (send == nullptr) return;
  const bool known = send->octets == "EHLO a\r\n" || send->octets == "HELO a\r\n" ||
                     send->octets == "STARTTLS\r\n" || send->octets == "QUIT\r\n";
  check(known, "one of our commands");
}

SmtpAction step(SmtpClient& client, const SmtpAction& last, std::string_view piece) {
  if (!std::holds_alternative<SmtpHandshake>(last)) return client.on_octets(piece, kNow);
  TlsFacts tls;
  tls.status = piece.front() == '\xff' ? HandshakeStatus::done : HandshakeStatus::closed;
  return client.on_handshake(std::move(tls), kNow);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_pieces({data, size, max_size, seed}, fuzz::kSmtpForm);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  fuzz::Cuts cuts(fuzz::text(data + 1, size - 1), data[0]);
  SmtpClient client({"a"});
  auto action = client.start(kNow);
  unsigned commands = 0;
  while (!cuts.done() && !std::holds_alternative<SmtpClose>(action)) {
    action = step(client, action, cuts.next());
    check_sent(action);
    if (std::holds_alternative<SmtpSend>(action)) ++commands;
  }
  check(commands <= 5, "few commands");
  if (!std::holds_alternative<SmtpClose>(action)) action = client.on_closed("end");
  check(std::holds_alternative<SmtpClose>(action), "a close is the end");
  const auto& seen = client.dialogue();
  check(seen.end != SmtpEnd::not_tried, "an end");
  check(seen.stray.size() <= 512 && seen.unsolicited.size() <= 512, "little is kept");
  check(seen.end != SmtpEnd::complete || seen.tls.status == HandshakeStatus::done, "TLS");
  return 0;
}
