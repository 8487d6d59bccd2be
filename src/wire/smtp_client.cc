#include "wire/smtp_client.h"

#include <utility>

#include <fmt/format.h>

namespace strictmx {
namespace {

constexpr std::size_t kMaxDropped = 512;

void keep(std::string& dropped, std::string_view octets) {
  dropped += octets.substr(0, kMaxDropped - dropped.size());
}

std::string answered(const SmtpReply& reply, std::string_view to) {
  return fmt::format("{} answered with {}", to, reply.code);
}

}  // namespace

SmtpClient::SmtpClient(SmtpClientOptions options) : options_(std::move(options)) {
  dialogue_.helo_name = options_.helo_name;
}

SmtpAction SmtpClient::start(MonoTime now) {
  dialogue_.stage = SmtpStage::greeting;
  asked_ = now;
  return SmtpRead{};
}

SmtpAction SmtpClient::on_octets(std::string_view octets, MonoTime now) {
  auto next = reader_.next(octets);
  if (!next && quitting_) return SmtpClose{};
  if (!next) {
    const bool long_one = next.error().code == Errc::too_large;
    return close(long_one ? SmtpEnd::too_long : SmtpEnd::not_smtp, std::move(next.error().detail));
  }
  if (!*next) return SmtpRead{};
  // RFC 3207 §4.2: what came in clear behind the reply must not be used.
  keep(dropped(), octets);
  const auto time = std::chrono::duration_cast<Millis>(now - asked_);
  return on_reply(TimedReply{*std::move(*next), time}, now);
}

std::string& SmtpClient::dropped() {
  if (dialogue_.tls.status == HandshakeStatus::done) return dialogue_.unsolicited_tls;
  const bool before_tls = dialogue_.stage == SmtpStage::starttls && !quitting_;
  return before_tls ? dialogue_.stray : dialogue_.unsolicited;
}

SmtpAction SmtpClient::on_reply(TimedReply reply, MonoTime now) {
  if (quitting_) {
    dialogue_.quit = std::move(reply);
    return SmtpClose{};
  }
  switch (dialogue_.stage) {
    case SmtpStage::greeting:
      dialogue_.greeting = std::move(reply);
      return after_greeting(now);
    case SmtpStage::ehlo:
      if (helo_) {
        dialogue_.helo = std::move(reply);
        return after_helo(now);
      }
      dialogue_.ehlo = std::move(reply);
      return after_ehlo(now);
    case SmtpStage::starttls:
      dialogue_.starttls = std::move(reply);
      return after_starttls(now);
    case SmtpStage::ehlo_again:
      dialogue_.ehlo_again = std::move(reply);
      return after_ehlo_again(now);
    case SmtpStage::connect:
    case SmtpStage::handshake:
      break;
  }
  return close(SmtpEnd::local, "a reply at the wrong time");
}

SmtpAction SmtpClient::after_greeting(MonoTime now) {
  const auto& reply = dialogue_.greeting->reply;
  // RFC 5321 §3.1: after 554 only QUIT makes sense.
  if (!reply.positive()) return quit(SmtpEnd::rejected, answered(reply, "connection"), now);
  return ask(SmtpStage::ehlo, fmt::format("EHLO {}\r\n", options_.helo_name), now);
}

SmtpAction SmtpClient::after_ehlo(MonoTime now) {
  const auto& reply = dialogue_.ehlo->reply;
  if (reply.permanent()) {  // RFC 5321 §3.2
    helo_ = true;
    return ask(SmtpStage::ehlo, fmt::format("HELO {}\r\n", options_.helo_name), now);
  }
  if (!reply.positive()) return quit(SmtpEnd::rejected, answered(reply, "EHLO"), now);
  if (!dialogue_.starttls_offered())
    return quit(SmtpEnd::no_starttls, "STARTTLS is not offered", now);
  return ask(SmtpStage::starttls, "STARTTLS\r\n" + options_.behind_starttls, now);
}

SmtpAction SmtpClient::after_helo(MonoTime now) {
  const auto& reply = dialogue_.helo->reply;
  if (!reply.positive()) return quit(SmtpEnd::rejected, answered(reply, "HELO"), now);
  return quit(SmtpEnd::no_starttls, "EHLO is refused, HELO knows no STARTTLS", now);
}

SmtpAction SmtpClient::after_starttls(MonoTime now) {
  const auto& reply = dialogue_.starttls->reply;
  if (!reply.positive()) return quit(SmtpEnd::rejected, answered(reply, "STARTTLS"), now);
  dialogue_.stage = SmtpStage::handshake;
  return SmtpHandshake{};
}

SmtpAction SmtpClient::on_handshake(TlsFacts tls, MonoTime now) {
  dialogue_.tls = std::move(tls);
  if (dialogue_.tls.status != HandshakeStatus::done)
    return close(SmtpEnd::tls_failed, dialogue_.tls.detail);
  reader_ = SmtpReplyReader();
  if (options_.extent == SmtpExtent::handshake) return quit(SmtpEnd::complete, "", now);
  // RFC 3207 §4.2: what was learned before TLS is forgotten.
  return ask(SmtpStage::ehlo_again, fmt::format("EHLO {}\r\n", options_.helo_name), now);
}

SmtpAction SmtpClient::after_ehlo_again(MonoTime now) {
  const auto& reply = dialogue_.ehlo_again->reply;
  if (!reply.positive()) return quit(SmtpEnd::rejected, answered(reply, "EHLO inside TLS"), now);
  return quit(SmtpEnd::complete, "", now);
}

SmtpAction SmtpClient::on_closed(std::string why) {
  if (quitting_) return SmtpClose{};
  return close(SmtpEnd::closed, std::move(why));
}

SmtpAction SmtpClient::on_timeout() {
  if (quitting_) return SmtpClose{};
  return close(SmtpEnd::timeout, fmt::format("no answer ({})", name_of(dialogue_.stage)));
}

SmtpAction SmtpClient::ask(SmtpStage stage, std::string octets, MonoTime now) {
  dialogue_.stage = stage;
  asked_ = now;
  return SmtpSend{std::move(octets)};
}

SmtpAction SmtpClient::quit(SmtpEnd end, std::string detail, MonoTime now) {
  dialogue_.end = end;
  dialogue_.detail = std::move(detail);
  quitting_ = true;
  return ask(dialogue_.stage, "QUIT\r\n", now);
}

SmtpAction SmtpClient::close(SmtpEnd end, std::string detail) {
  dialogue_.end = end;
  dialogue_.detail = std::move(detail);
  return SmtpClose{};
}

}  // namespace strictmx
