// Whatever a server sends, in whatever pieces, the client ends, and says no more than its few
// commands. The first octet seeds the cuts; an octet FF stands for the end of a handshake.
#include <algorithm>
#include <string>

#include "check.h"
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

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  unsigned cuts = data[0];
  auto stream = fuzz::text(data + 1, size - 1);
  SmtpClient client({"a"});
  auto action = client.start(kNow);
  unsigned commands = 0;
  while (!stream.empty() && !std::holds_alternative<SmtpClose>(action)) {
    cuts = cuts * 1103515245 + 12345;
    const auto take = std::min<std::size_t>(stream.size(), 1 + (cuts >> 16) % 60);
    const std::string piece(stream.substr(0, take));  // on the heap: overruns are found
    stream.remove_prefix(take);
    action = step(client, action, piece);
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
