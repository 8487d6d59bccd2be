#include "net/dns_stub.h"

#include <fmt/format.h>

#include <random>
#include <unordered_set>
#include <utility>

#include "net/dns_exchange.h"
#include "net/dns_reply.h"
#include "net/one_shot.h"
#include "net/spawn.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxInFlight = 1024;
constexpr Millis kPatience[] = {Millis{1000}, Millis{2000}, Millis{4000}, Millis{8000}};
constexpr unsigned kNoError = 0;
constexpr unsigned kServerFailure = 2;
constexpr unsigned kNameError = 3;

DnsReply refused_reply(const DnsReplyHead& head) {
  if (!head.extended_error) {
    return failed_reply(DnsStatus::servfail, fmt::format("rcode {}", head.rcode));
  }
  const bool bogus = head.rcode == kServerFailure && is_bogus(*head.extended_error);
  return failed_reply(bogus ? DnsStatus::bogus : DnsStatus::servfail,
                      fmt::format("rcode {}, extended error {} {}", head.rcode,
                                  *head.extended_error, head.extended_text));
}

class StubClient final : public DnsClient {
 public:
  StubClient(asio::io_context& io, std::vector<Forwarder> servers)
      : io_(io), servers_(std::move(servers)) {}

  Task<TxtAnswer> query_txt(std::string name, MonoTime deadline) override {
    DnsReply reply = co_await ask(std::move(name), RrType::txt, deadline);
    co_return txt_answer(std::move(reply));
  }
  Task<MxAnswer> query_mx(Domain domain, MonoTime deadline) override {
    DnsReply reply = co_await ask(domain.text(), RrType::mx, deadline);
    co_return mx_answer(std::move(reply));
  }
  Task<CnameAnswer> query_cname(Domain host, MonoTime deadline) override {
    DnsReply reply = co_await ask(host.text(), RrType::cname, deadline);
    co_return CnameAnswer{std::move(reply.meta)};
  }
  Task<TlsaAnswer> query_tlsa(Domain base, MonoTime deadline) override {
    DnsReply reply = co_await ask(tlsa_name(base), RrType::tlsa, deadline);
    co_return tlsa_answer(std::move(reply));
  }
  Task<RawAnswer> query_raw(std::string name, RrType type, MonoTime deadline) override {
    DnsReply reply = co_await ask(std::move(name), type, deadline);
    co_return RawAnswer{std::move(reply.meta), std::move(reply.rdata)};
  }
  Task<AddressAnswer> query_addresses(Domain host, MonoTime deadline) override;
  void cancel_all() override;

 private:
  using Later = std::shared_ptr<OneShot<DnsReply>>;
  static Task<void> ask_beside(StubClient& self, std::string name, MonoTime deadline, Later into);
  Task<DnsReply> ask(std::string name, RrType type, MonoTime deadline);
  Task<DnsReply> ask_servers(const std::string& name, RrType type, MonoTime deadline);
  Task<std::optional<DnsExchangeReply>> ask_one(const Forwarder& server,
                                                const DnsQuestion& question, MonoTime deadline);
  std::uint16_t random_id() { return static_cast<std::uint16_t>(random_()); }

  asio::io_context& io_;
  std::vector<Forwarder> servers_;
  std::random_device random_;  // an id that can be guessed is none
  bool cancelled_ = false;
  std::size_t in_flight_ = 0;
  std::unordered_set<DnsExchange*> exchanges_;
};

void StubClient::cancel_all() {
  cancelled_ = true;
  for (DnsExchange* exchange : exchanges_) exchange->cancel();
}

// A server that says it cannot is not asked again; one that is silent may have lost the question.
Task<DnsReply> StubClient::ask(std::string name, RrType type, MonoTime deadline) {
  if (!is_askable(name)) co_return failed_reply(DnsStatus::servfail, "not a name to ask for");
  if (in_flight_ >= kMaxInFlight) {
    co_return failed_reply(DnsStatus::servfail, "too many look-ups in flight");
  }
  ++in_flight_;
  DnsReply reply = co_await ask_servers(name, type, deadline);
  --in_flight_;
  co_return reply;
}

Task<DnsReply> StubClient::ask_servers(const std::string& name, RrType type, MonoTime deadline) {
  std::optional<DnsReply> refused;
  for (const Millis patience : kPatience) {
    for (const Forwarder& server : servers_) {
      const MonoTime now = std::chrono::steady_clock::now();
      if (cancelled_ || now >= deadline) break;
      const DnsQuestion question{random_id(), name, static_cast<std::uint16_t>(type)};
      const MonoTime until = std::min(deadline, now + patience);
      const auto reply = co_await ask_one(server, question, until);
      if (!reply) continue;
      const DnsReplyHead& head = reply->head;
      if (head.rcode != kNoError && head.rcode != kNameError) {
        refused = refused_reply(head);
        continue;
      }
      const auto* octets = reinterpret_cast<const unsigned char*>(reply->octets.data());
      co_return read_dns_reply(std::span(octets, reply->octets.size()), name, type,
                               head.authentic ? DnsTrust::secure : DnsTrust::insecure);
    }
    if (refused) co_return *std::move(refused);
  }
  co_return failed_reply(DnsStatus::timeout, cancelled_ ? "the program stops" : "no answer");
}

Task<std::optional<DnsExchangeReply>> StubClient::ask_one(const Forwarder& server,
                                                          const DnsQuestion& question,
                                                          MonoTime deadline) {
  DnsExchange exchange(io_, server, question);
  exchanges_.insert(&exchange);
  std::optional<DnsExchangeReply> reply = co_await exchange.run(deadline);
  exchanges_.erase(&exchange);
  co_return reply;
}

Task<void> StubClient::ask_beside(StubClient& self, std::string name, MonoTime deadline,
                                  Later into) {
  DnsReply reply = co_await self.ask(std::move(name), RrType::aaaa, deadline);
  into->set(std::move(reply));
}

Task<AddressAnswer> StubClient::query_addresses(Domain host, MonoTime deadline) {
  const auto later = std::make_shared<OneShot<DnsReply>>(io_.get_executor());
  Task<void> beside = ask_beside(*this, host.text(), deadline, later);
  spawn(io_, std::move(beside));
  DnsReply v4 = co_await ask(host.text(), RrType::a, deadline);
  std::optional<DnsReply> v6 = co_await later->wait(MonoTime::max());  // ends by its deadline
  co_return address_answer(*std::move(v6), std::move(v4));
}

}  // namespace

Result<std::unique_ptr<DnsClient>> make_stub_client(asio::io_context& io,
                                                    const DnsOptions& options) {
  std::vector<Forwarder> servers;
  for (const auto& text : options.forwarders) {
    auto server = Forwarder::parse(text);
    if (!server) return std::unexpected(server.error());
    if (!server->is_loopback() && options.remote == RemoteAd::refused) {
      return fail(
          Errc::usage,
          fmt::format("dns.forward: {} is not on this machine, and on the way from it an AD "
                      "bit is worth nothing; dns.trust_ad_remote allows it all the same",
                      text));
    }
    servers.push_back(*server);
  }
  if (servers.empty()) {
    return fail(Errc::usage, "dns.validation: trust-ad needs a validating resolver to ask");
  }
  return std::make_unique<StubClient>(io, std::move(servers));
}

}  // namespace strictmx
