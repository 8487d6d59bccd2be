#include "net/smtp_probe.h"

#include <algorithm>
#include <array>
#include <utility>

#include "net/address_turns.h"
#include "net/outgoing_stream.h"
#include "net/task_group.h"
#include "wire/smtp_client.h"

namespace strictmx {
namespace {

constexpr Millis kQuitPatience{1000};
// A server that needs longer than this for a whole dialogue is not asked again and again.
constexpr Millis kQuickServer{2500};
constexpr const char* kUnknownName = "strictmx-probe.invalid";  // RFC 6761 §6.4
constexpr const char* kOtherHelo = "localhost.localdomain";
constexpr std::size_t kProfiles = 8;

MonoTime now() { return std::chrono::steady_clock::now(); }

std::string literal(const std::optional<IpAddress>& address) {
  if (!address) return "localhost";
  return (address->is_v4() ? "[" : "[IPv6:") + address->text() + ']';  // RFC 5321 §4.1.3
}

// One connection: how it differs from that of a sender.
struct Call {
  TlsProfile profile = TlsProfile::sender;
  std::string server_name = {};
  std::string helo_name = {};  // empty: our address
  std::string behind_starttls = {};
  SmtpExtent extent = SmtpExtent::whole;
};

struct Heard {
  ConnectFacts connect;
  SmtpDialogue dialogue;
};

// Whether the version that was offered alone is spoken.
VersionSupport support_of(const SmtpDialogue& dialogue) {
  switch (dialogue.tls.status) {
    case HandshakeStatus::done:
    case HandshakeStatus::weak:
    case HandshakeStatus::certificate_ask:
      return VersionSupport::yes;
    case HandshakeStatus::alert:
    case HandshakeStatus::no_version:
    case HandshakeStatus::closed:
      return VersionSupport::no;
    case HandshakeStatus::not_tried:
    case HandshakeStatus::timeout:
    case HandshakeStatus::not_tls:
    case HandshakeStatus::protocol:
    case HandshakeStatus::local:
      break;
  }
  return VersionSupport::unknown;
}

class Prober final : public SmtpProbe {
 public:
  Prober(asio::io_context& io, ChainReader& chains, const Clock& clock, SmtpProbeOptions options)
      : io_(io),
        chains_(chains),
        clock_(clock),
        options_(std::move(options)),
        places_(options_.max_probes) {}

  Result<void> make_contexts() {
    for (std::size_t i = 0; i < kProfiles; ++i) {
      auto made = TlsClientContext::make(static_cast<TlsProfile>(i));
      if (!made) return std::unexpected(made.error());
      contexts_.push_back(std::move(*made));
    }
    return {};
  }

  Task<SmtpAddressFacts> probe(SmtpTarget target, MonoTime deadline) override;

 private:
  // What one probe works on; lives in the frame of probe().
  struct Job {
    SmtpTarget target;
    MonoTime deadline;
    SmtpAddressFacts facts;
    Millis usual{0};  // how long the first connection took
  };

  Task<Heard> talk(Job& job, Call call);
  Task<SmtpAction> act(OutgoingStream& stream, SmtpClient& client, SmtpAction action,
                       MonoTime deadline);
  Task<SmtpAction> shake_hands(OutgoingStream& stream, SmtpClient& client, const Call& call,
                               MonoTime deadline);
  Task<void> look(Job& job);
  Task<void> look_at_versions(Job& job);
  Task<void> look_at_names(Job& job);
  bool worth_it(const Job& job) const;
  Call usual_call(const Job& job) const;

  asio::io_context& io_;
  ChainReader& chains_;
  const Clock& clock_;
  const SmtpProbeOptions options_;
  std::vector<TlsClientContext> contexts_;  // by TlsProfile
  AddressTurns places_;                     // of all probes together
  AddressTurns turns_{1};                   // one probe an address
};

Call Prober::usual_call(const Job& job) const {
  return {.server_name = job.target.host, .helo_name = options_.helo_name};
}

Task<SmtpAction> Prober::shake_hands(OutgoingStream& stream, SmtpClient& client, const Call& call,
                                     MonoTime deadline) {
  const auto& context = contexts_[static_cast<std::size_t>(call.profile)];
  TlsClientOptions options{call.server_name};
  auto tls = co_await stream.start_tls(context, std::move(options), deadline);
  tls.chain = chains_.read(stream.certificates(), clock_.now().wall);
  co_return client.on_handshake(std::move(tls), now());
}

// A server that wants a certificate of ours says so, in TLS 1.3, only after our handshake (RFC 8446
// §4.4.2.4); the reset that follows may overtake its alert.
bool refused_without_certificate(const OutgoingStream& stream, const SmtpClient& client) {
  if (stream.tls_status() == HandshakeStatus::certificate_ask) return true;
  const auto& tls = client.dialogue().tls;
  return client.stage() == SmtpStage::ehlo_again && !client.quitting() &&
         tls.version == TlsVersion::tls13 && tls.asked_for_certificate;
}

SmtpAction on_lost(const OutgoingStream& stream, SmtpClient& client, const char* why) {
  if (!refused_without_certificate(stream, client)) return client.on_closed(why);
  auto refused = client.dialogue().tls;
  refused.status = HandshakeStatus::certificate_ask;
  refused.detail = "closed without a certificate of ours";
  return client.on_handshake(std::move(refused), now());
}

// Does what the machine wants and tells it what came of it.
Task<SmtpAction> Prober::act(OutgoingStream& stream, SmtpClient& client, SmtpAction action,
                             MonoTime deadline) {
  if (const auto* const send = std::get_if<SmtpSend>(&action); send != nullptr) {
    const auto status = co_await stream.write_all(send->octets, deadline);
    if (status == StreamStatus::timeout) co_return client.on_timeout();
    if (status == StreamStatus::closed) co_return on_lost(stream, client, "the connection broke");
  }
  std::array<char, 4096> buffer;
  const auto came = co_await stream.read_some(buffer, deadline);
  if (came.status == StreamStatus::timeout) co_return client.on_timeout();
  if (came.status == StreamStatus::octets)
    co_return client.on_octets(std::string_view(buffer.data(), came.octets), now());
  co_return on_lost(stream, client, "closed by the server");
}

Task<Heard> Prober::talk(Job& job, Call call) {
  ++job.facts.connections;
  Heard heard;
  OutgoingStream stream(io_);
  const auto patience = std::min(job.deadline, now() + options_.connect_timeout);
  heard.connect = co_await stream.connect(job.target.address, options_.port, patience);
  if (heard.connect.status != ConnectStatus::connected) {
    heard.dialogue.end = SmtpEnd::no_connection;
    heard.dialogue.detail = heard.connect.detail;
    co_return heard;
  }
  if (call.helo_name.empty()) call.helo_name = literal(stream.local_address());
  SmtpClient client({call.helo_name, call.behind_starttls, call.extent});
  auto action = client.start(now());
  while (!std::holds_alternative<SmtpClose>(action)) {
    const auto step = std::min(job.deadline, now() + options_.reply_timeout);
    if (std::holds_alternative<SmtpHandshake>(action)) {
      action = co_await shake_hands(stream, client, call, step);
      continue;
    }
    const bool bye = client.quitting();
    const auto until = bye ? std::min(step, now() + kQuitPatience) : step;
    if (bye && call.extent == SmtpExtent::handshake) break;
    action = co_await act(stream, client, std::move(action), until);
  }
  stream.close();
  heard.dialogue = client.dialogue();
  co_return heard;
}

bool Prober::worth_it(const Job& job) const {
  return job.usual < kQuickServer && now() + job.usual < job.deadline;
}

// Old versions and the one below the newest: each by a handshake that offers no other.
Task<void> Prober::look_at_versions(Job& job) {
  auto& versions = job.facts.versions;
  auto call = usual_call(job);
  call.extent = SmtpExtent::handshake;
  if (job.facts.dialogue.tls.version == TlsVersion::tls13 && worth_it(job)) {
    call.profile = TlsProfile::tls12;
    const auto heard = co_await talk(job, call);
    versions.tls12 = support_of(heard.dialogue);
  }
  if (!worth_it(job)) co_return;
  call.profile = TlsProfile::old;
  const auto old = co_await talk(job, call);
  versions.tls11 = support_of(old.dialogue);
  versions.tls10 = versions.tls11;
  if (versions.tls11 != VersionSupport::yes) co_return;
  if (old.dialogue.tls.version == TlsVersion::tls10) {
    versions.tls11 = VersionSupport::no;
    co_return;
  }
  versions.tls10 = VersionSupport::not_tried;
  if (!worth_it(job)) co_return;
  call.profile = TlsProfile::tls10;
  const auto oldest = co_await talk(job, call);
  versions.tls10 = support_of(oldest.dialogue);
}

Task<void> Prober::look_at_names(Job& job) {
  auto call = usual_call(job);
  call.extent = SmtpExtent::handshake;
  if (worth_it(job)) {
    auto nameless = call;
    nameless.server_name.clear();
    nameless.helo_name = kOtherHelo;
    auto heard = co_await talk(job, std::move(nameless));
    job.facts.no_sni = std::move(heard.dialogue);
  }
  if (worth_it(job)) {
    auto unknown = call;
    unknown.server_name = kUnknownName;
    auto heard = co_await talk(job, std::move(unknown));
    job.facts.other_sni = std::move(heard.dialogue);
  }
  const auto* const leaf = job.facts.dialogue.tls.chain.leaf();
  if (leaf != nullptr && worth_it(job)) {
    call.profile = leaf->key == KeyType::rsa ? TlsProfile::ecdsa : TlsProfile::rsa;
    auto heard = co_await talk(job, call);
    job.facts.other_key = std::move(heard.dialogue);
  }
  if (!worth_it(job)) co_return;
  auto injecting = usual_call(job);
  injecting.behind_starttls = "NOOP\r\n";
  const auto heard = co_await talk(job, std::move(injecting));
  job.facts.injection = judge_injection(heard.dialogue);
}

Task<void> Prober::look(Job& job) {
  const auto begin = now();
  auto first = co_await talk(job, usual_call(job));
  job.usual = std::chrono::duration_cast<Millis>(now() - begin);
  auto& facts = job.facts;
  facts.connect = std::move(first.connect);
  facts.dialogue = std::move(first.dialogue);
  const auto& tls = facts.dialogue.tls;
  if (facts.dialogue.end == SmtpEnd::tls_failed && tls.status != HandshakeStatus::timeout) {
    auto call = usual_call(job);
    call.profile = TlsProfile::anything;
    auto heard = co_await talk(job, std::move(call));
    facts.any_tls = std::move(heard.dialogue);
  }
  if (tls.status != HandshakeStatus::done) co_return;
  facts.versions.tls13 =
      tls.version == TlsVersion::tls13 ? VersionSupport::yes : VersionSupport::no;
  if (tls.version == TlsVersion::tls12) facts.versions.tls12 = VersionSupport::yes;
  if (options_.depth == ProbeDepth::session) co_return;
  TaskGroup both(io_);
  both.add(look_at_versions(job));
  both.add(look_at_names(job));
  co_await both.join();
}

Task<SmtpAddressFacts> Prober::probe(SmtpTarget target, MonoTime deadline) {
  const auto address = target.address;
  Job job{std::move(target), deadline, SmtpAddressFacts{.address = address}};
  if (!may_connect(address, options_.addresses)) {
    job.facts.connect.status = ConnectStatus::not_public;
    job.facts.dialogue.end = SmtpEnd::no_connection;
    co_return std::move(job.facts);
  }
  AddressTurns::Turn turn(turns_, address, io_.get_executor());
  const bool mine = co_await turn.wait(deadline);
  if (!mine) co_return std::move(job.facts);
  AddressTurns::Turn place(places_, IpAddress::v4({}), io_.get_executor());
  const bool free = co_await place.wait(deadline);
  if (!free) co_return std::move(job.facts);
  co_await look(job);
  co_return std::move(job.facts);
}

}  // namespace

Result<std::unique_ptr<SmtpProbe>> SmtpProbe::create(asio::io_context& io, ChainReader& chains,
                                                     const Clock& clock,
                                                     const SmtpProbeOptions& options) {
  auto prober = std::make_unique<Prober>(io, chains, clock, options);
  if (auto made = prober->make_contexts(); !made) return std::unexpected(made.error());
  return prober;
}

}  // namespace strictmx
