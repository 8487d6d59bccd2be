// net/policy_fetch.h: gets the policy file of a domain: looks up its policy host, vets the
// addresses, and does one GET over verified TLS to exactly those (RFC 8461 §3.2, §3.3).
// One object belongs to one io_context and is used from its thread only; it must outlive all
// coroutines that use it.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>

#include "core/domain.h"
#include "core/fetch_outcome.h"
#include "net/asio.h"
#include "net/dns_client.h"

namespace strictmx {

struct FetchOptions {
  std::optional<std::filesystem::path> ca_file = {};  // PEM roots; absent: the system's
  std::uint16_t port = 443;                           // other ports only in tests (RFC 8461 §3.2)
  AddressRule addresses = AddressRule::public_only;
  Millis timeout{10000};             // of the whole fetch, address look-up included
  std::size_t max_fetches = 256;     // at once
  std::size_t max_per_address = 32;  // at once to one address; further ones wait in turn

  bool operator==(const FetchOptions&) const = default;
};

class PolicyFetch {
 public:
  // Errors: Errc::io (no such CA file, or no certificate in it).
  static Result<std::unique_ptr<PolicyFetch>> create(asio::io_context& io, DnsClient& dns,
                                                     const FetchOptions& options);
  virtual ~PolicyFetch() = default;

  // https://mta-sts.<domain>/.well-known/mta-sts.txt. Ends within options.timeout. Never throws
  // for what a server sends.
  virtual Task<FetchOutcome> fetch(Domain domain) = 0;

  // Ends all fetches under way, and at once all later ones, with FetchStatus::cancelled, so that
  // the program can stop. The waiting coroutines resume from the io_context, not from inside.
  virtual void cancel_all() = 0;
};

}  // namespace strictmx
