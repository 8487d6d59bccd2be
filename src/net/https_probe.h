// net/https_probe.h: looks at the web server at one address: its TLS as it is, and what it answers
// to one GET, whatever its certificate is worth (RFC 8461 §3.3 names what a sender must refuse).
// Never follows a redirect.
// Limits: those of net/http_reply; kMaxProbes at once, two for each address. Every step has a
// deadline. Special-purpose addresses are not connected to unless allowed.
// One object belongs to one io_context and is used from its thread only; it must outlive all
// coroutines that use it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "core/check/policy_host_facts.h"
#include "net/asio.h"
#include "net/chain_reader.h"

namespace strictmx {

struct HttpsProbeOptions {
  std::uint16_t port = 443;
  AddressRule addresses = AddressRule::public_only;
  Millis connect_timeout{2500};
  Millis timeout{10000};  // of one probe
  std::size_t max_probes = 256;
};

enum class HttpsAgent : std::uint8_t {
  sender,   // says that it is strictmx
  browser,  // claims to be one
  silent,   // sends no request at all: connection and TLS alone
};

struct HttpsTarget {
  std::string host;  // SNI and Host
  IpAddress address;
  std::string path = "/.well-known/mta-sts.txt";  // RFC 8461 §3.3
  HttpsAgent agent = HttpsAgent::sender;
};

class HttpsProbe {
 public:
  // `chains` and `clock` must outlive the object. Errors: Errc::unsupported (OpenSSL).
  static Result<std::unique_ptr<HttpsProbe>> create(asio::io_context& io, ChainReader& chains,
                                                    const Clock& clock,
                                                    const HttpsProbeOptions& options);
  virtual ~HttpsProbe() = default;

  // Ends at `deadline` at the latest, with what was seen until then.
  virtual Task<PolicyAddressFacts> probe(HttpsTarget target, MonoTime deadline) = 0;
};

}  // namespace strictmx
