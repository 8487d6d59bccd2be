// core/check/smtp_facts.h: what the SMTP server at one address showed to a client that only says
// EHLO, STARTTLS and QUIT, as values. Filled by net/smtp_probe; judged by the rules of strictmx
// check. Source: RFC 5321, RFC 3207, RFC 7672 §2, RFC 8461 §4.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/check/tls_facts.h"
#include "core/ip_address.h"
#include "core/smtp_reply.h"

namespace strictmx {

enum class ConnectStatus : std::uint8_t {
  not_tried,  // switched off, or no time or place left
  connected,
  refused,      // TCP RST to our SYN
  unreachable,  // ICMP said so
  timeout,
  reset,       // connected and reset at once
  no_route,    // this machine has no address or route of that family: nothing can be said
  not_public,  // special-purpose address that the configuration forbids
  local,       // another fault of our own
};
std::string_view name_of(ConnectStatus status);

struct ConnectFacts {
  ConnectStatus status = ConnectStatus::not_tried;
  std::string detail;  // the system's words
  Millis time{0};
};

// The steps of the dialogue, in order.
enum class SmtpStage : std::uint8_t {
  connect,
  greeting,
  ehlo,  // HELO after it, if EHLO is refused
  starttls,
  handshake,
  ehlo_again,  // inside TLS; QUIT follows every stage and is none
};
std::string_view name_of(SmtpStage stage);

// Why the dialogue ended where it did.
enum class SmtpEnd : std::uint8_t {
  not_tried,
  complete,  // EHLO inside TLS was answered
  no_connection,
  rejected,     // a negative reply; its code tells
  no_starttls,  // EHLO does not offer it, or only HELO is understood
  tls_failed,
  closed,  // the peer closed or reset the connection
  timeout,
  not_smtp,  // octets that are no reply
  too_long,  // a line or a reply beyond our limits
  local,
};
std::string_view name_of(SmtpEnd end);

struct TimedReply {
  SmtpReply reply;
  Millis time{0};  // from the question (or the connection) to the last octet
};

struct SmtpDialogue {
  SmtpStage stage = SmtpStage::connect;  // the last one that was begun
  SmtpEnd end = SmtpEnd::not_tried;
  std::string detail;     // one line, our words
  std::string helo_name;  // what we called ourselves

  std::optional<TimedReply> greeting;
  std::optional<TimedReply> ehlo;  // perhaps negative
  std::optional<TimedReply> helo;  // only after a negative reply to EHLO
  std::optional<TimedReply> starttls;
  // Octets that came in clear behind the reply to STARTTLS: injected before the handshake, or
  // sent by a broken server. Discarded (RFC 3207 §4.2); at most 512 are kept.
  std::string stray;
  TlsFacts tls = {};
  std::optional<TimedReply> ehlo_again;
  std::optional<TimedReply> quit;
  // Octets behind any other reply, before we asked again, in clear and inside TLS; discarded.
  std::string unsolicited;
  std::string unsolicited_tls;

  bool starttls_offered() const { return ehlo && offers(ehlo->reply, "STARTTLS"); }
};

// What a server does with a command sent in clear behind STARTTLS, in the same segment.
enum class InjectionResult : std::uint8_t {
  not_tried,
  discarded,  // as RFC 3207 §4.2 wants
  refused,    // it answers STARTTLS with an error or closes: safe too
  executed,   // it answers the command inside TLS (CVE-2011-0411 and its kind)
  unknown,
};
std::string_view name_of(InjectionResult result);

// From a dialogue that sent "NOOP" in clear in the segment of its STARTTLS, and EHLO and QUIT
// inside TLS.
InjectionResult judge_injection(const SmtpDialogue& dialogue);

struct SmtpAddressFacts {
  IpAddress address;
  ConnectFacts connect = {};              // of the first connection
  SmtpDialogue dialogue = {};             // as a sender does it: newest TLS, SNI is the MX host
  std::vector<TlsaMatchFacts> tlsa = {};  // one for each record of the host's TLSA RRset

  // Further connections, one after the other. Absent: not tried.
  std::optional<SmtpDialogue> no_sni = {};     // no server name at all, another EHLO name
  std::optional<SmtpDialogue> other_sni = {};  // a name the server cannot know
  std::optional<SmtpDialogue> other_key = {};  // only the key type that the first one did not show
  std::optional<SmtpDialogue> any_tls = {};    // after a failed handshake: everything we can speak
  std::vector<TlsaMatchFacts> tlsa_other_key = {};
  VersionFacts versions = {};
  InjectionResult injection = InjectionResult::not_tried;
  unsigned connections = 0;  // how many were opened
};

}  // namespace strictmx
