// net/smtp_probe.h: looks at the SMTP server at one address, as far as any sender may look: EHLO,
// STARTTLS, EHLO, QUIT, never a mail. First as a sender does it, then, if wanted and the server is
// quick enough, by further connections one after another: old versions of TLS, no and unknown
// server names, the other kind of key, a command in clear behind STARTTLS.
// Limits: kMaxProbes probes at once, one for each address; further ones wait for their turn. Every
// connection and reply has a deadline, the whole probe too. Special-purpose addresses are not
// connected to unless allowed. TLSA records are not matched here (net/chain_reader).
// One object belongs to one io_context and is used from its thread only; it must outlive all
// coroutines that use it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/check/smtp_facts.h"
#include "core/domain.h"
#include "core/ip_address.h"
#include "net/asio.h"
#include "net/chain_reader.h"

namespace strictmx {

enum class ProbeDepth : std::uint8_t {
  session,  // one connection as a sender makes it; one more if its handshake fails
  full,     // and the further ones
};

struct SmtpProbeOptions {
  std::uint16_t port = 25;
  std::string helo_name = "localhost";
  AddressRule addresses = AddressRule::public_only;
  ProbeDepth depth = ProbeDepth::full;
  Millis connect_timeout{2500};
  Millis reply_timeout{20000};
  std::size_t max_probes = 256;
};

struct SmtpTarget {
  std::string host;  // the MX host: SNI
  IpAddress address;
};

class SmtpProbe {
 public:
  // `chains` must outlive the object. Errors: Errc::unsupported (OpenSSL).
  static Result<std::unique_ptr<SmtpProbe>> create(asio::io_context& io, ChainReader& chains,
                                                   const Clock& clock,
                                                   const SmtpProbeOptions& options);
  virtual ~SmtpProbe() = default;

  // Ends at `deadline` at the latest, with what was seen until then.
  virtual Task<SmtpAddressFacts> probe(SmtpTarget target, MonoTime deadline) = 0;
};

}  // namespace strictmx
