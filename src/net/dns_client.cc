#include "net/dns_client.h"

#include <fmt/format.h>
#include <sys/time.h>
// The order matters: the header below uses struct timeval.
#include <unbound-event.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "net/dns_packet.h"
#include "net/one_shot.h"
#include "net/unbound_context.h"
#include "wire/dns_rdata.h"

namespace strictmx {
namespace {

constexpr std::size_t kMaxInFlight = 4096;
constexpr std::size_t kMaxWhy = 512;  // octets of the resolver's words that are kept

constexpr std::string_view kStopping = "the program stops";

// One answer before its record data is read.
struct Reply {
  DnsMeta meta;
  std::vector<std::string> rdata;
};

Reply failed(DnsStatus status, std::string_view why) {
  Reply reply;
  reply.meta.status = status;
  reply.meta.why = why.substr(0, kMaxWhy);
  return reply;
}

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
  void answer(Reply value) {
    pending = nullptr;
    reply.set(std::move(value));
  }

  OneShot<Reply> reply;
  Pending* pending = nullptr;
};

Task<Reply> finish(Lookup& lookup, MonoTime deadline) {
  auto reply = co_await lookup.reply.wait(deadline);
  if (!reply) co_return failed(DnsStatus::timeout, "no answer before the deadline");
  co_return std::move(*reply);
}

class UnboundClient final : public DnsClient {
 public:
  UnboundClient(asio::io_context& io, std::unique_ptr<UnboundLoop> loop, UnboundContext context)
      : io_(io), loop_(std::move(loop)), context_(std::move(context)) {}
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
  static void on_answer(void* pending, int rcode, void* packet, int size, int security,
                        char* why_bogus, int rate_limited);

  asio::io_context& io_;
  bool cancelled_ = false;
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
    if (asker != nullptr) asker->answer(failed(DnsStatus::timeout, kStopping));
  }
}

// Only what prints and needs no escape, because libunbound takes names as text.
bool askable(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  for (const auto label : split(name, '.')) {
    if (label.empty() || label.size() > 63) return false;
  }
  return std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f && c != '\\'; });
}

void UnboundClient::start(Lookup& lookup, std::string name, RrType type) {
  if (cancelled_) return lookup.answer(failed(DnsStatus::timeout, kStopping));
  if (!askable(name)) return lookup.answer(failed(DnsStatus::servfail, "not a name to ask for"));
  if (in_flight_.size() >= kMaxInFlight)
    return lookup.answer(failed(DnsStatus::servfail, "too many look-ups in flight"));
  auto owner = std::make_unique<Pending>(Pending{std::move(name), type, &lookup, this});
  auto* const pending = owner.get();
  in_flight_.emplace(pending, std::move(owner));
  lookup.pending = pending;
  const auto fqdn = pending->name + '.';
  const int code = ub_resolve_event(context_.get(), fqdn.c_str(), static_cast<int>(type), 1,
                                    pending, on_answer, nullptr);
  if (code == 0) return;  // the answer may have come already
  in_flight_.erase(pending);
  lookup.answer(failed(DnsStatus::servfail, ub_strerror(code)));
}

Reply interpret(const Pending& asked, std::span<const unsigned char> octets, int security) {
  auto packet = read_dns_packet(octets, asked.name, asked.type);
  if (!packet) return failed(DnsStatus::servfail, packet.error().detail);
  Reply reply;
  reply.meta.trust = security == 2 ? DnsTrust::secure : DnsTrust::insecure;
  reply.meta.ttl = packet->ttl;
  reply.meta.canonical = std::move(packet->canonical);
  reply.meta.zone = std::move(packet->zone);
  reply.meta.signed_until = packet->signed_until;
  reply.meta.wildcard = packet->wildcard;
  constexpr unsigned kNoError = 0;
  constexpr unsigned kNameError = 3;
  if (packet->rcode == kNameError) {
    reply.meta.status = DnsStatus::no_name;
  } else if (packet->rcode != kNoError) {
    return failed(DnsStatus::servfail, fmt::format("rcode {}", packet->rcode));
  } else {
    reply.meta.status = packet->rdata.empty() ? DnsStatus::no_data : DnsStatus::found;
    reply.rdata = std::move(packet->rdata);
  }
  return reply;
}

void UnboundClient::on_answer(void* arg, int rcode, void* packet, int size, int security,
                              char* why_bogus, int) {
  auto* const pending = static_cast<Pending*>(arg);
  auto& in_flight = pending->client->in_flight_;
  const auto found = in_flight.find(pending);
  const auto owner = std::move(found->second);
  in_flight.erase(found);
  if (owner->asker == nullptr) return;
  Reply reply;
  if (security == 1) {
    reply = failed(DnsStatus::bogus, why_bogus != nullptr ? why_bogus : "validation failed");
  } else if (rcode != 0 || packet == nullptr) {
    reply = failed(DnsStatus::servfail, fmt::format("rcode {}", rcode));
  } else {
    const auto* octets = static_cast<const unsigned char*>(packet);
    reply = interpret(*owner, std::span(octets, static_cast<std::size_t>(size)), security);
  }
  owner->asker->answer(std::move(reply));
}

// Reads each record; what does not parse is left out and noted. If nothing is left of something,
// the answer is unusable and not empty.
template <class T>
std::vector<T> read_records(Reply& reply, Result<T> (*parse)(std::string_view)) {
  std::vector<T> values;
  for (const auto& rdata : reply.rdata) {
    auto value = parse(rdata);
    if (value) {
      values.push_back(std::move(*value));
    } else {
      reply.meta.why = "record dropped: " + value.error().detail;
    }
  }
  if (values.empty() && !reply.rdata.empty()) reply.meta.status = DnsStatus::servfail;
  return values;
}

Task<TxtAnswer> UnboundClient::query_txt(std::string name, MonoTime deadline) {
  Lookup lookup(io_.get_executor());
  start(lookup, std::move(name), RrType::txt);
  auto reply = co_await finish(lookup, deadline);
  auto records = read_records<std::string>(reply, parse_txt_rdata);
  co_return TxtAnswer{std::move(reply.meta), std::move(records)};
}

Task<MxAnswer> UnboundClient::query_mx(Domain domain, MonoTime deadline) {
  Lookup lookup(io_.get_executor());
  start(lookup, domain.text(), RrType::mx);
  auto reply = co_await finish(lookup, deadline);
  auto hosts = read_records<MxHost>(reply, parse_mx_rdata);
  std::ranges::sort(hosts, [](const MxHost& a, const MxHost& b) {
    return std::tie(a.preference, a.exchange) < std::tie(b.preference, b.exchange);
  });
  co_return MxAnswer{std::move(reply.meta), std::move(hosts)};
}

Task<CnameAnswer> UnboundClient::query_cname(Domain host, MonoTime deadline) {
  Lookup lookup(io_.get_executor());
  start(lookup, host.text(), RrType::cname);
  auto reply = co_await finish(lookup, deadline);
  co_return CnameAnswer{std::move(reply.meta)};
}

Task<TlsaAnswer> UnboundClient::query_tlsa(Domain base, MonoTime deadline) {
  Lookup lookup(io_.get_executor());
  start(lookup, "_25._tcp." + base.text(), RrType::tlsa);
  auto reply = co_await finish(lookup, deadline);
  auto records = read_records<TlsaRecord>(reply, parse_tlsa_rdata);
  co_return TlsaAnswer{std::move(reply.meta), std::move(records)};
}

Task<RawAnswer> UnboundClient::query_raw(std::string name, RrType type, MonoTime deadline) {
  Lookup lookup(io_.get_executor());
  start(lookup, std::move(name), type);
  auto reply = co_await finish(lookup, deadline);
  co_return RawAnswer{std::move(reply.meta), std::move(reply.rdata)};
}

std::vector<IpAddress> interleave(const std::vector<IpAddress>& v6,
                                  const std::vector<IpAddress>& v4) {
  std::vector<IpAddress> all;
  for (std::size_t i = 0; i < std::max(v6.size(), v4.size()); ++i) {
    if (i < v6.size()) all.push_back(v6[i]);
    if (i < v4.size()) all.push_back(v4[i]);
  }
  return all;
}

// Addresses count more than anything; a failure counts more than "none", because the failed
// family may have had some; "none" counts more than "no such name".
int rank(DnsStatus status) {
  switch (status) {
    case DnsStatus::found:
      return 0;
    case DnsStatus::bogus:
      return 1;
    case DnsStatus::servfail:
      return 2;
    case DnsStatus::timeout:
      return 3;
    case DnsStatus::no_data:
      return 4;
    case DnsStatus::no_name:
      return 5;
  }
  return 6;
}

DnsMeta merge(DnsMeta v6, DnsMeta v4) {
  auto& better = rank(v6.status) < rank(v4.status) ? v6 : v4;
  const auto& other = &better == &v6 ? v4 : v6;
  if (is_failure(better.status) || is_failure(other.status)) return better;
  const bool both = better.status == other.status;
  if (both) better.ttl = std::min(better.ttl, other.ttl);
  if (both && other.trust == DnsTrust::insecure) better.trust = DnsTrust::insecure;
  return better;
}

Task<AddressAnswer> UnboundClient::query_addresses(Domain host, MonoTime deadline) {
  Lookup ask_v6(io_.get_executor());
  Lookup ask_v4(io_.get_executor());
  start(ask_v6, host.text(), RrType::aaaa);
  start(ask_v4, host.text(), RrType::a);
  auto v6 = co_await finish(ask_v6, deadline);
  auto v4 = co_await finish(ask_v4, deadline);
  const auto addresses6 = read_records<IpAddress>(v6, parse_aaaa_rdata);
  const auto addresses4 = read_records<IpAddress>(v4, parse_a_rdata);
  AddressAnswer answer;
  answer.meta = merge(std::move(v6.meta), std::move(v4.meta));
  answer.addresses = interleave(addresses6, addresses4);
  co_return answer;
}

}  // namespace

Task<RawAnswer> DnsClient::query_raw(std::string, RrType, MonoTime) { co_return RawAnswer{}; }

Result<std::unique_ptr<DnsClient>> DnsClient::create(asio::io_context& io,
                                                     const DnsOptions& options) {
  auto loop = std::make_unique<UnboundLoop>(io);
  auto context = make_unbound_context(*loop, options);
  if (!context) return std::unexpected(context.error());
  return std::make_unique<UnboundClient>(io, std::move(loop), std::move(*context));
}

}  // namespace strictmx
