#include "core/check/address_outlook.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace strictmx {
namespace {

constexpr std::size_t kMaxQuoted = 100;  // octets of remote text in one reason

AddressOutlook deferred(std::string why) { return {Delivery::deferred, std::move(why)}; }
AddressOutlook unknown(std::string why) { return {Delivery::unknown, std::move(why)}; }

std::string in_brackets(std::string_view remote) {
  return remote.empty() ? "" : fmt::format(" ({})", escape_remote(remote, kMaxQuoted));
}

std::string in_brackets(const SmtpReply& reply) {
  return fmt::format(" ({} {})", reply.code, escape_remote(reply.first_line(), kMaxQuoted));
}

AddressOutlook judge_connection(const ConnectFacts& connect) {
  switch (connect.status) {
    case ConnectStatus::not_tried:
    case ConnectStatus::connected:
      return unknown("was not looked at");
    case ConnectStatus::refused:
      return deferred("refuses connections");
    case ConnectStatus::unreachable:
      return deferred("cannot be reached" + in_brackets(connect.detail));
    case ConnectStatus::timeout:
      return deferred("does not answer");
    case ConnectStatus::reset:
      return deferred("ends every connection at once");
    case ConnectStatus::no_route:
      return unknown("cannot be reached from this machine, which has no route there");
    case ConnectStatus::not_public:
      return deferred("is no address of the public Internet");
    case ConnectStatus::local:
      return unknown("could not be looked at" + in_brackets(connect.detail));
  }
  return unknown("was not looked at");
}

const TimedReply* last_reply(const SmtpDialogue& dialogue) {
  if (dialogue.stage == SmtpStage::greeting && dialogue.greeting) return &*dialogue.greeting;
  if (dialogue.stage == SmtpStage::ehlo && dialogue.helo) return &*dialogue.helo;
  if (dialogue.stage == SmtpStage::ehlo && dialogue.ehlo) return &*dialogue.ehlo;
  if (dialogue.stage == SmtpStage::starttls && dialogue.starttls) return &*dialogue.starttls;
  if (dialogue.stage == SmtpStage::ehlo_again && dialogue.ehlo_again) return &*dialogue.ehlo_again;
  return nullptr;
}

// A negative reply to the greeting or to EHLO.
AddressOutlook judge_rejection(const SmtpDialogue& dialogue) {
  const auto* last = last_reply(dialogue);
  if (last == nullptr) return unknown("refuses this machine");
  const auto quoted = in_brackets(last->reply);
  if (last->reply.permanent()) return unknown("refuses this machine" + quoted);
  return deferred("takes no mail now" + quoted);
}

// TLS cannot be had: RFC 7435 §3, an opportunistic sender goes on without.
AddressOutlook without_tls(Demand demand, std::string why) {
  if (demand == Demand::nothing) return {Delivery::cleartext, std::move(why)};
  return deferred(std::move(why));
}

std::string handshake_fault(const TlsFacts& tls) {
  if (tls.status == HandshakeStatus::certificate_ask)
    return "insists on a certificate of the sender";
  return "fails in the TLS handshake" + in_brackets(tls.detail);
}

std::string why_no_match(const SmtpAddressFacts& seen) {
  const auto any = [&](TlsaMatch match) {
    return std::ranges::any_of(seen.tlsa, [&](const auto& tlsa) { return tlsa.match == match; });
  };
  if (any(TlsaMatch::ta_wrong_name)) return "shows a certificate for another name";
  if (any(TlsaMatch::ta_expired)) return "shows a certificate that is out of its dates";
  if (any(TlsaMatch::ta_chain)) return "shows a chain that does not lead to its TLSA record";
  if (any(TlsaMatch::ta_not_sent)) return "leaves out the authority that its TLSA record names";
  return "shows a certificate that matches no TLSA record";
}

AddressOutlook judge_dane(const SmtpAddressFacts& seen) {
  if (seen.dialogue.tls.chain.sent.empty()) return deferred("shows no certificate");
  if (seen.tlsa.empty()) return unknown("was not compared with its TLSA records");
  const bool matches = std::ranges::any_of(
      seen.tlsa, [](const TlsaMatchFacts& tlsa) { return tlsa.match == TlsaMatch::match; });
  if (matches) return {Delivery::encrypted, {}};
  return deferred(why_no_match(seen));
}

AddressOutlook judge_tls(const MxHostFacts& host, const SmtpAddressFacts& seen, Demand demand) {
  switch (demand) {
    case Demand::nothing:
    case Demand::encrypt:
      return {Delivery::unauthenticated, {}};
    case Demand::dane:
      return judge_dane(seen);
    case Demand::pkix:
      break;
  }
  auto why = why_not_trusted(seen.dialogue.tls.chain, host.host ? host.host->text() : host.name);
  if (why.empty()) return {Delivery::encrypted, {}};
  return deferred(std::move(why));
}

AddressOutlook judge_closed(const SmtpDialogue& dialogue) {
  if (dialogue.stage == SmtpStage::ehlo_again)
    return deferred("ends the connection behind the TLS handshake");
  return deferred("ends the connection before mail can be sent");
}

// "certificate that ended on ..." for the one at `depth`.
std::string out_of_dates(const ChainFacts& chain) {
  const auto depth = static_cast<std::size_t>(std::max(chain.depth, 0));
  const bool early = chain.status == ChainStatus::not_yet_valid;
  std::string what =
      depth == 0 ? "shows a certificate that " : "sends an authority's certificate that ";
  if (depth >= chain.sent.size()) return what + (early ? "is not yet valid" : "has expired");
  const auto& certificate = chain.sent[depth];
  if (early) return what + "is not valid before " + date_text(certificate.not_before);
  return what + "ended on " + date_text(certificate.not_after);
}

}  // namespace

std::string_view name_of(Delivery delivery) {
  switch (delivery) {
    case Delivery::encrypted:
      return "encrypted";
    case Delivery::unauthenticated:
      return "unauthenticated";
    case Delivery::cleartext:
      return "cleartext";
    case Delivery::deferred:
      return "deferred";
    case Delivery::bounced:
      return "bounced";
    case Delivery::unknown:
      break;
  }
  return "unknown";
}

std::string date_text(WallTime when) { return format_utc(when).substr(0, 10); }

std::string why_not_trusted(const ChainFacts& chain, std::string_view host) {
  const auto* leaf = chain.leaf();
  if (leaf == nullptr) return "shows no certificate";
  switch (chain.status) {
    case ChainStatus::ok:
      if (names_host(*leaf, host)) return {};
      return fmt::format("shows a certificate for {}, not for {}",
                         leaf->dns_names.empty()
                             ? "no DNS name"
                             : escape_remote(leaf->dns_names.front(), kMaxQuoted),
                         host);
    case ChainStatus::expired:
    case ChainStatus::not_yet_valid:
      return out_of_dates(chain);
    case ChainStatus::self_signed:
      return "shows a self-signed certificate";
    case ChainStatus::unknown_root:
      return "shows a certificate of an authority that is not trusted";
    case ChainStatus::incomplete:
      return "leaves out the certificate of the issuer";
    case ChainStatus::purpose:
      return "shows a certificate that is not for servers";
    case ChainStatus::weak:
      return "shows a certificate with a weak key or signature";
    case ChainStatus::bad_signature:
    case ChainStatus::name_constraint:
    case ChainStatus::other:
    case ChainStatus::not_checked:
      break;
  }
  return "shows a certificate that cannot be verified" + in_brackets(chain.detail);
}

AddressOutlook judge_address(const MxHostFacts& host, const SmtpAddressFacts& seen, Demand demand) {
  const auto& dialogue = seen.dialogue;
  if (seen.connect.status != ConnectStatus::connected) return judge_connection(seen.connect);
  switch (dialogue.end) {
    case SmtpEnd::not_tried:
    case SmtpEnd::no_connection:
    case SmtpEnd::local:
      return unknown("could not be looked at" + in_brackets(dialogue.detail));
    case SmtpEnd::complete:
      return judge_tls(host, seen, demand);
    case SmtpEnd::rejected:
      if (dialogue.stage != SmtpStage::starttls) return judge_rejection(dialogue);
      return without_tls(
          demand, "refuses STARTTLS" +
                      (dialogue.starttls ? in_brackets(dialogue.starttls->reply) : std::string()));
    case SmtpEnd::no_starttls:
      return without_tls(demand, "does not offer STARTTLS");
    case SmtpEnd::tls_failed:
      if (dialogue.tls.status == HandshakeStatus::local)
        return unknown("could not be looked at" + in_brackets(dialogue.tls.detail));
      return without_tls(demand, handshake_fault(dialogue.tls));
    case SmtpEnd::closed:
      return judge_closed(dialogue);
    case SmtpEnd::timeout:
      return deferred(fmt::format("does not go on ({})", name_of(dialogue.stage)));
    case SmtpEnd::not_smtp:
    case SmtpEnd::too_long:
      return deferred("does not speak SMTP");
  }
  return unknown("was not looked at");
}

}  // namespace strictmx
