#include "net/dns_client.h"

#include <fmt/format.h>
#include <sys/time.h>
// The order matters: the header below uses struct timeval.
#include <unbound-event.h>

#include <unordered_map>
#include <utility>
#include <vector>

#include "net/dns_reply.h"
#include "net/dns_stub.h"
#include "net/one_shot.h"
#include "net/unbound_context.h"

namespace strictmx {
namespace {

constexpr std::size_t kMaxInFlight = 4096;
constexpr Seconds kClockStep{60};  // smaller ones do no harm
constexpr Seconds kClockLook{1};   // how often the wall clock is looked at

constexpr std::string_view kStopping = "the program stops";

struct Lookup;

// What libunbound gives back to us. Owned by the client until libunbound has called back, which
// may be long after the asker has gone.
struct Pending {
  std::string name;
  RrType type;
  Lookup* asker;  // null once it is gone
  class UnboundClient* client;
};

// Lives in the frame of the asking coroutine.
struct Lookup {
  explicit Lookup(asio::any_io_executor executor) : reply(std::move(executor)) {}
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  ~Lookup() {
    if (pending != nullptr) pending->asker = nullptr;
  }
  void answer(DnsReply value) {
    pending = nullptr;
    reply.set(std::move(value));
  }

  OneShot<DnsReply> reply;
  Pending* pending = nullptr;
};

// As libunbound calls back.
struct Answered {
  int rcode;
  const void* packet;
  int size;
  int security;  // 0 insecure, 1 bogus, 2 secure
  const char* why_bogus;
};

DnsReply make_reply(const Pending& asked, const Answered& is) {
  if (is.security == 1) {
    return failed_reply(DnsStatus::bogus,
                        is.why_bogus != nullptr ? is.why_bogus : "validation failed");
  }
  if (is.rcode != 0 || is.packet == nullptr) {
    return failed_reply(DnsStatus::servfail, fmt::format("rcode {}", is.rcode));
  }
  const auto* octets = static_cast<const unsigned char*>(is.packet);
  const auto trust = is.security == 2 ? DnsTrust::secure : DnsTrust::insecure;
  return read_dns_reply(std::span(octets, static_cast<std::size_t>(is.size)), asked.name,
                        asked.type, trust);
}

Task<DnsReply> finish(Lookup& lookup, MonoTime deadline) {
  auto reply = co_await lookup.reply.wait(deadline);
  if (!reply) co_return failed_reply(DnsStatus::timeout, "no answer before the deadline");
  co_return std::move(*reply);
}

class UnboundClient final : public DnsClient {
 public:
  UnboundClient(asio::io_context& io, std::unique_ptr<UnboundLoop> loop, UnboundContext context,
                const DnsOptions& options)
      : io_(io), options_(options), loop_(std::move(loop)), context_(std::move(context)) {}
  ~UnboundClient() override;

  Task<TxtAnswer> query_txt(std::string name, MonoTime deadline) override;
  Task<MxAnswer> query_mx(Domain domain, MonoTime deadline) override;
  Task<AddressAnswer> query_addresses(Domain host, MonoTime deadline) override;
  Task<CnameAnswer> query_cname(Domain host, MonoTime deadline) override;
  Task<TlsaAnswer> query_tlsa(Domain base, MonoTime deadline) override;
  Task<RawAnswer> query_raw(std::string name, RrType type, MonoTime deadline) override;
  void cancel_all() override;

 private:
  void start(Lookup& lookup, std::string name, RrType type);
  void follow_clock();
  void renew(UnboundContext fresh);
  // Called by libunbound, which no exception may pass through: it would stay locked.
  static void on_answer(void* pending, int rcode, void* packet, int size, int security,
                        char* why_bogus, int rate_limited) noexcept;

  asio::io_context& io_;
  const DnsOptions options_;
  bool cancelled_ = false;
  Now looked_ = SystemClock().now();  // at the clocks, last
  std::unordered_map<Pending*, std::unique_ptr<Pending>> in_flight_;
  std::unique_ptr<UnboundLoop> loop_;
  UnboundContext context_;
};

// libunbound calls back for some of what is in flight when it is deleted, for the rest never.
UnboundClient::~UnboundClient() {
  for (auto& [pending, owner] : in_flight_) {
    if (pending->asker != nullptr) pending->asker->pending = nullptr;
    pending->asker = nullptr;
  }
  context_.reset();
}

void UnboundClient::cancel_all() {
  cancelled_ = true;
  for (auto& [pending, owner] : in_flight_) {
    auto* const asker = std::exchange(pending->asker, nullptr);
    if (asker != nullptr) asker->answer(failed_reply(DnsStatus::timeout, kStopping));
  }
}

// libunbound dates all it remembers by the wall clock. When that is set back it would hold answers,
// and that a server is silent, for as long as the clock was ahead.
void UnboundClient::follow_clock() {
  const Now now = SystemClock().now();
  const auto passed = std::chrono::floor<Seconds>(now.mono - looked_.mono);
  if (passed < kClockLook) return;
  const Now expected{looked_.wall + passed, now.mono};
  looked_ = now;
  if (std::chrono::abs(now.wall - expected.wall) <= kClockStep) return;
  if (auto fresh = make_unbound_context(*loop_, options_)) {
    renew(std::move(*fresh));
  } else {
    looked_ = expected;  // the next look finds the same step
  }
}

// What is in flight is asked again.
void UnboundClient::renew(UnboundContext fresh) {
  std::vector<std::pair<Lookup*, Pending>> again;
  for (auto& [pending, owner] : in_flight_) {
    auto* const asker = std::exchange(pending->asker, nullptr);
    if (asker == nullptr) continue;
    asker->pending = nullptr;
    again.emplace_back(asker, *pending);
  }
  context_ = std::move(fresh);
  in_flight_.clear();
  for (auto& [asker, asked] : again) start(*asker, std::move(asked.name), asked.type);
}

void UnboundClient::start(Lookup& lookup, std::string name, RrType type) {
  if (cancelled_) return lookup.answer(failed_reply(DnsStatus::timeout, kStopping));
  follow_clock();
  if (!is_askable(name))
    return lookup.answer(failed_reply(DnsStatus::servfail, "not a name to ask for"));
  if (in_flight_.size() >= kMaxInFlight)
    return lookup.answer(failed_reply(DnsStatus::servfail, "too many look-ups in flight"));
  const auto fqdn = name + '.';
  auto owner = std::make_unique<Pending>(Pending{std::move(name), type, &lookup, this});
  auto* const pending = owner.get();
  in_flight_.emplace(pending, std::move(owner));
  lookup.pending = pending;
  const int code = ub_resolve_event(context_.get(), fqdn.c_str(), static_cast<int>(type), 1,
                                    pending, on_answer, nullptr);
  if (code == 0) return;  // the answer may have come already
  in_flight_.erase(pending);
  lookup.answer(failed_reply(DnsStatus::servfail, ub_strerror(code)));
}

void UnboundClient::on_answer(void* arg, int rcode, void* packet, int size, int security,
                              char* why_bogus, int) noexcept {
  auto* const pending = static_cast<Pending*>(arg);
  auto& in_flight = pending->client->in_flight_;
  const auto found = in_flight.find(pending);
  const auto owner = std::move(found->second);
  in_flight.erase(found);
  if (owner->asker == nullptr) return;
  DnsReply reply;  // without memory for another: servfail
  try {
    reply = make_reply(*owner, {rcode, packet, size, security, why_bogus});
  } catch (const std::exception&) {
    reply = DnsReply{};
  }
  owner->asker->answer(std::move(reply));
}

Task<TxtAnswer> UnboundClient::query_txt(std::string name, MonoTime deadline) {
  Lookup lookup(io_.get_executor());
  start(lookup, std::move(name), RrType::txt);
  auto reply = co_await finish(lookup, deadline);
  co_return txt_answer(std::move(reply));
}

Task<MxAnswer> UnboundClient::query_mx(Domain domain, MonoTime deadline) {
  Lookup lookup(io_.get_executor());
  start(lookup, domain.text(), RrType::mx);
  auto reply = co_await finish(lookup, deadline);
  co_return mx_answer(std::move(reply));
}

Task<CnameAnswer> UnboundClient::query_cname(Domain host, MonoTime deadline) {
  Lookup lookup(io_.get_executor());
  start(lookup, host.text(), RrType::cname);
  auto reply = co_await finish(lookup, deadline);
  co_return CnameAnswer{std::move(reply.meta)};
}

Task<TlsaAnswer> UnboundClient::query_tlsa(Domain base, MonoTime deadline) {
  Lookup lookup(io_.get_executor());
  start(lookup, tlsa_name(base), RrType::tlsa);
  auto reply = co_await finish(lookup, deadline);
  co_return tlsa_answer(std::move(reply));
}

Task<RawAnswer> UnboundClient::query_raw(std::string name, RrType type, MonoTime deadline) {
  Lookup lookup(io_.get_executor());
  start(lookup, std::move(name), type);
  auto reply = co_await finish(lookup, deadline);
  co_return RawAnswer{std::move(reply.meta), std::move(reply.rdata)};
}

Task<AddressAnswer> UnboundClient::query_addresses(Domain host, MonoTime deadline) {
  Lookup ask_v6(io_.get_executor());
  Lookup ask_v4(io_.get_executor());
  start(ask_v6, host.text(), RrType::aaaa);
  start(ask_v4, host.text(), RrType::a);
  auto v6 = co_await finish(ask_v6, deadline);
  auto v4 = co_await finish(ask_v4, deadline);
  co_return address_answer(std::move(v6), std::move(v4));
}

}  // namespace

Task<RawAnswer> DnsClient::query_raw(std::string, RrType, MonoTime) { co_return RawAnswer{}; }

Result<std::unique_ptr<DnsClient>> DnsClient::create(asio::io_context& io,
                                                     const DnsOptions& options) {
  if (options.validation == DnsValidation::trust_ad) return make_stub_client(io, options);
  auto loop = std::make_unique<UnboundLoop>(io);
  auto context = make_unbound_context(*loop, options);
  if (!context) return std::unexpected(context.error());
  return std::make_unique<UnboundClient>(io, std::move(loop), std::move(*context), options);
}

}  // namespace strictmx
