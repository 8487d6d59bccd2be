#include "net/https_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "net/address_turns.h"
#include "net/http_reply.h"
#include "net/outgoing_stream.h"

namespace strictmx {
namespace {

constexpr std::size_t kPerAddress = 2;
constexpr std::string_view kBrowser =
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

MonoTime now() { return std::chrono::steady_clock::now(); }
Millis since(MonoTime begin) { return std::chrono::duration_cast<Millis>(now() - begin); }

std::string request_for(const HttpsTarget& target) {
  const auto agent = target.agent == HttpsAgent::browser ? kBrowser : "strictmx";
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\nAccept: text/plain\r\n"
      "Accept-Encoding: identity\r\nConnection: close\r\n\r\n",
      target.path, target.host, agent);
}

class Prober final : public HttpsProbe {
 public:
  Prober(asio::io_context& io, ChainReader& chains, const Clock& clock,
         const HttpsProbeOptions& options, TlsClientContext usual, TlsClientContext anything)
      : io_(io),
        chains_(chains),
        clock_(clock),
        options_(options),
        usual_(std::move(usual)),
        anything_(std::move(anything)),
        places_(options.max_probes) {}

  Task<PolicyAddressFacts> probe(HttpsTarget target, MonoTime deadline) override;

 private:
  Task<TlsFacts> shake_hands(OutgoingStream& stream, const TlsClientContext& context,
                             std::string host, MonoTime deadline);
  Task<TlsFacts> any_tls(const HttpsTarget& target, MonoTime deadline);
  Task<HttpFacts> get(OutgoingStream& stream, const HttpsTarget& target, MonoTime deadline);
  Task<void> look(const HttpsTarget& target, PolicyAddressFacts& facts, MonoTime deadline);

  asio::io_context& io_;
  ChainReader& chains_;
  const Clock& clock_;
  const HttpsProbeOptions options_;
  const TlsClientContext usual_;
  const TlsClientContext anything_;
  AddressTurns places_;  // of all probes together
  AddressTurns turns_{kPerAddress};
};

Task<TlsFacts> Prober::shake_hands(OutgoingStream& stream, const TlsClientContext& context,
                                   std::string host, MonoTime deadline) {
  TlsClientOptions options{std::move(host), "http/1.1"};
  auto tls = co_await stream.start_tls(context, std::move(options), deadline);
  tls.chain = chains_.read(stream.certificates(), clock_.now().wall);
  co_return tls;
}

Task<TlsFacts> Prober::any_tls(const HttpsTarget& target, MonoTime deadline) {
  OutgoingStream stream(io_);
  const auto patience = std::min(deadline, now() + options_.connect_timeout);
  const auto connect = co_await stream.connect(target.address, options_.port, patience);
  if (connect.status != ConnectStatus::connected) co_return TlsFacts{};
  auto tls = co_await shake_hands(stream, anything_, target.host, deadline);
  stream.close();
  co_return tls;
}

Task<HttpFacts> Prober::get(OutgoingStream& stream, const HttpsTarget& target, MonoTime deadline) {
  const auto begin = now();
  std::optional<Millis> first;
  HttpReply reply;
  const auto request = request_for(target);
  auto sent = co_await stream.write_all(request, deadline);
  bool over = sent != StreamStatus::octets;
  if (sent == StreamStatus::timeout) reply.on_timeout();
  if (sent == StreamStatus::closed) reply.on_closed();
  std::array<char, 8192> buffer;
  while (!over) {
    const auto came = co_await stream.read_some(buffer, deadline);
    if (came.status == StreamStatus::octets) {
      if (!first) first = since(begin);
      over = reply.on_octets(std::string_view(buffer.data(), came.octets));
      continue;
    }
    if (came.status == StreamStatus::timeout) reply.on_timeout();
    if (came.status == StreamStatus::closed) reply.on_closed();
    over = true;
  }
  auto facts = reply.take();
  facts.first_byte = first.value_or(Millis(0));
  co_return facts;
}

Task<void> Prober::look(const HttpsTarget& target, PolicyAddressFacts& facts, MonoTime deadline) {
  const auto begin = now();
  OutgoingStream stream(io_);
  const auto patience = std::min(deadline, begin + options_.connect_timeout);
  facts.connect = co_await stream.connect(target.address, options_.port, patience);
  if (facts.connect.status != ConnectStatus::connected) {
    facts.http.end = HttpEnd::no_connection;
    facts.http.detail = facts.connect.detail;
    co_return;
  }
  facts.tls = co_await shake_hands(stream, usual_, target.host, deadline);
  if (facts.tls.status != HandshakeStatus::done) {
    facts.http.end = HttpEnd::tls_failed;
    facts.http.detail = facts.tls.detail;
    if (facts.tls.status == HandshakeStatus::timeout) co_return;
    facts.any_tls = co_await any_tls(target, deadline);
    co_return;
  }
  if (target.agent == HttpsAgent::silent) {
    stream.close();
    co_return;
  }
  facts.http = co_await get(stream, target, deadline);
  facts.http.total = since(begin);
  const bool refused =
      facts.http.end == HttpEnd::closed && stream.tls_status() == HandshakeStatus::certificate_ask;
  if (refused) {  // RFC 8446 §4.4.2.4: only seen after our handshake
    facts.tls.status = HandshakeStatus::certificate_ask;
    facts.tls.detail = "alert: certificate required";
    facts.http.end = HttpEnd::tls_failed;
  }
  stream.close();
}

Task<PolicyAddressFacts> Prober::probe(HttpsTarget target, MonoTime deadline) {
  PolicyAddressFacts facts{.address = target.address};
  if (!may_connect(target.address, options_.addresses)) {
    facts.connect.status = ConnectStatus::not_public;
    facts.http.end = HttpEnd::no_connection;
    co_return facts;
  }
  AddressTurns::Turn turn(turns_, target.address, io_.get_executor());
  const bool mine = co_await turn.wait(deadline);
  if (!mine) co_return facts;
  AddressTurns::Turn place(places_, IpAddress::v4({}), io_.get_executor());
  const bool free = co_await place.wait(deadline);
  if (!free) co_return facts;
  const auto until = std::min(deadline, now() + options_.timeout);
  co_await look(target, facts, until);
  co_return facts;
}

}  // namespace

Result<std::unique_ptr<HttpsProbe>> HttpsProbe::create(asio::io_context& io, ChainReader& chains,
                                                       const Clock& clock,
                                                       const HttpsProbeOptions& options) {
  auto usual = TlsClientContext::make(TlsProfile::sender);
  if (!usual) return std::unexpected(usual.error());
  auto anything = TlsClientContext::make(TlsProfile::anything);
  if (!anything) return std::unexpected(anything.error());
  return std::make_unique<Prober>(io, chains, clock, options, std::move(*usual),
                                  std::move(*anything));
}

}  // namespace strictmx
