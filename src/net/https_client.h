// net/https_client.h: gets one small text document over verified TLS. Knows HTTP and
// certificates; which host, which addresses and how many at once is the caller's business.
// Limits: body 65536 octets, heads 16384, 8 interim responses.
// One object belongs to one io_context and is used from its thread only; it must outlive all
// coroutines that use it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/domain.h"
#include "core/fetch_outcome.h"
#include "core/ip_address.h"
#include "net/asio.h"

namespace strictmx {

struct HttpsGet {
  Domain host;         // goes into URL, Host, SNI and the certificate check
  std::uint16_t port;  // to connect to; the URL is that of port 443 in any case
  std::string path;
  std::vector<IpAddress> addresses;  // connected to one of these and nothing else; not empty
};

class HttpsClient {
 public:
  // Errors: Errc::io (no such CA file, or no certificate in it).
  static Result<std::unique_ptr<HttpsClient>> create(
      asio::io_context& io, const std::optional<std::filesystem::path>& ca_file);
  virtual ~HttpsClient() = default;

  // Ends at `deadline` at the latest. The addresses are tried by RFC 8305 (happy eyeballs).
  virtual Task<FetchOutcome> get(HttpsGet request, MonoTime deadline) = 0;

  // Ends all fetches under way, and at once all later ones, with FetchStatus::cancelled.
  virtual void cancel_all() = 0;
};

}  // namespace strictmx
