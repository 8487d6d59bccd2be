#include "net/mail_submit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>

#include "net/one_shot.h"

namespace strictmx {

namespace {

constexpr Millis kConnectTime{10000};
constexpr Millis kQuitPatience{1000};
constexpr std::size_t kMaxRelayAddresses = 8;

using Resolver = asio::ip::tcp::resolver;

MonoTime now() { return std::chrono::steady_clock::now(); }

// The system's names, so that those of /etc/hosts count; shared with the thread that looks them up.
struct Resolving {
  explicit Resolving(asio::io_context& io) : resolver(io), found(io.get_executor()) {}
  Resolver resolver;
  OneShot<std::vector<IpAddress>> found;
};

std::vector<IpAddress> addresses_of(const Resolver::results_type& results) {
  std::vector<IpAddress> addresses;
  for (const auto& result : results) {
    auto address = IpAddress::parse(result.endpoint().address().to_string());
    const bool room = addresses.size() < kMaxRelayAddresses;
    if (address && room) addresses.push_back(*std::move(address));
  }
  return addresses;
}

}  // namespace

Result<std::unique_ptr<MailSubmit>> MailSubmit::create(asio::io_context& io, MailRelay relay) {
  auto tls = TlsClientContext::make(TlsProfile::sender);
  if (!tls) return std::unexpected(tls.error());
  return std::unique_ptr<MailSubmit>(new MailSubmit(io, std::move(relay), *std::move(tls)));
}

Task<std::vector<Endpoint>> MailSubmit::find_peers(MonoTime deadline) {
  std::vector<Endpoint> peers;
  if (!relay_.path.empty()) {
    peers.push_back({UnixEndpoint{relay_.path}});
    co_return peers;
  }
  if (auto literal = IpAddress::parse(relay_.host)) {
    peers.push_back({InetEndpoint{*std::move(literal), relay_.port}});
    co_return peers;
  }
  auto resolving = std::make_shared<Resolving>(io_);
  resolving->resolver.async_resolve(
      relay_.host, "", Resolver::flags{},
      [resolving](const boost::system::error_code& error, const Resolver::results_type& results) {
        resolving->found.set(error ? std::vector<IpAddress>() : addresses_of(results));
      });
  const auto found = co_await resolving->found.wait(deadline);
  for (const auto& address : found.value_or(std::vector<IpAddress>())) {
    peers.push_back({InetEndpoint{address, relay_.port}});
  }
  co_return peers;
}

// Does what the machine wants and tells it what came of it. A relay that takes no more octets may
// have said why: what it said is read all the same.
Task<SmtpAction> MailSubmit::act(OutgoingStream& stream, SmtpSubmission& submission,
                                 SmtpAction action, MonoTime deadline) {
  if (std::holds_alternative<SmtpHandshake>(action)) {
    const bool literal = IpAddress::parse(relay_.host).has_value();
    TlsClientOptions options{literal ? "" : relay_.host};
    const auto tls = co_await stream.start_tls(tls_, std::move(options), deadline);
    co_return submission.on_handshake(tls);
  }
  if (const auto* const send = std::get_if<SmtpSend>(&action); send != nullptr) {
    const auto status = co_await stream.write_all(send->octets, deadline);
    if (status == StreamStatus::timeout) co_return submission.on_lost("no answer in time");
  }
  std::array<char, 4096> buffer;
  const auto came = co_await stream.read_some(buffer, deadline);
  if (came.status == StreamStatus::octets) {
    co_return submission.on_octets(std::string_view(buffer.data(), came.octets));
  }
  const bool late = came.status == StreamStatus::timeout;
  co_return submission.on_lost(late ? "no answer in time" : "closed by the relay");
}

Task<MailSubmit::Said> MailSubmit::talk(const OutgoingMail& mail, Endpoint peer, SubmissionTls tls,
                                        MonoTime deadline) {
  if (cancelled_) co_return Said{AttemptOutcome::later("the program stops")};
  OutgoingStream stream(io_);
  const auto entered = streams_.insert(&stream).first;
  const auto patience = std::min(deadline, now() + kConnectTime);
  const auto facts = co_await stream.connect(peer, patience);
  if (facts.status != ConnectStatus::connected) {
    streams_.erase(entered);
    co_return Said{AttemptOutcome::later(fmt::format("{}: {}", peer.text(), facts.detail))};
  }
  SmtpSubmission submission({relay_.protocol, tls, mail.from.domain().text()}, mail.from.text(),
                            mail.to.text(), mail.text);
  auto action = submission.start();
  while (!std::holds_alternative<SmtpClose>(action)) {
    const bool bye = submission.quitting();
    const auto until = bye ? std::min(deadline, now() + kQuitPatience) : deadline;
    action = co_await act(stream, submission, std::move(action), until);
  }
  streams_.erase(entered);
  stream.close();
  co_return Said{submission.outcome(), true, submission.tls_failed()};
}

Task<AttemptOutcome> MailSubmit::submit(OutgoingMail mail, MonoTime deadline) {
  const auto wanted = relay_.path.empty() ? SubmissionTls::if_offered : SubmissionTls::never;
  const auto peers = co_await find_peers(deadline);
  Said said{AttemptOutcome::later(fmt::format("{}: no address", relay_.host))};
  for (const auto& peer : peers) {
    said = co_await talk(mail, peer, wanted, deadline);
    if (said.tls_failed)
      said = co_await talk(mail, peer, SubmissionTls::never, deadline);  // RPT-T13
    if (said.connected) break;
  }
  co_return said.outcome;
}

void MailSubmit::cancel_all() {
  cancelled_ = true;
  for (auto* stream : streams_) stream->cancel();
}

}  // namespace strictmx
