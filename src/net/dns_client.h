// net/dns_client.h: the DNS look-ups of a sender, by libunbound in the process: it recurses or
// forwards, validates DNSSEC against its own trust anchor, and follows CNAMEs (RFC 8461 §3.1). Or
// by a resolver nearby whose word on DNSSEC is trusted (net/dns_stub). Limits: 4096 look-ups in
// flight (more answer servfail at once), caches of 14 MiB. One object belongs to one io_context and
// is used from its thread only; it must outlive all coroutines that use it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/dane.h"
#include "core/dns_answer.h"
#include "core/domain.h"
#include "net/asio.h"

namespace strictmx {

// Who decides whether an answer is secure: the validator in this process, or the servers asked, by
// their AD bit.
enum class DnsValidation : std::uint8_t { local, trust_ad };

// Whether that bit is taken from servers on other machines (RFC 7672 §2.1.1).
enum class RemoteAd : std::uint8_t { refused, trusted };

struct DnsOptions {
  // Where to forward all look-ups, "ADDR@PORT" or "ADDR"; empty: recurse from the root.
  std::vector<std::string> forwarders = {};
  // RFC 5011 key file or DS/DNSKEY file of the root; absent: nothing validates, nothing is secure.
  std::optional<std::filesystem::path> trust_anchor = {};
  std::optional<std::filesystem::path> root_hints = {};  // absent: built-in hints
  // For trust_ad only the forwarders count; there must be some.
  DnsValidation validation = DnsValidation::local;
  RemoteAd remote = RemoteAd::refused;

  bool operator==(const DnsOptions&) const = default;
};

class DnsClient {
 public:
  // Errors: Errc::usage (option refused; the detail names it), Errc::io (file unreadable).
  static Result<std::unique_ptr<DnsClient>> create(asio::io_context& io, const DnsOptions& options);
  virtual ~DnsClient() = default;

  // Answers at `deadline` at the latest, with DnsStatus::timeout if need be. Never throws for
  // what a server sends. Record data that does not parse is dropped and mentioned in meta.why.
  virtual Task<TxtAnswer> query_txt(std::string name, MonoTime deadline) = 0;
  virtual Task<MxAnswer> query_mx(Domain domain, MonoTime deadline) = 0;
  // A and AAAA at once. One family's failure does not hide the other's addresses.
  virtual Task<AddressAnswer> query_addresses(Domain host, MonoTime deadline) = 0;
  // The first alias of the name alone, for its DNSSEC status (RFC 7672 §2.2.2).
  virtual Task<CnameAnswer> query_cname(Domain host, MonoTime deadline) = 0;
  // _25._tcp.<base>; CNAMEs there are followed (RFC 7672 §2.2.3).
  virtual Task<TlsaAnswer> query_tlsa(Domain base, MonoTime deadline) = 0;

  // Any type, for those who look closer than a sender.
  virtual Task<RawAnswer> query_raw(std::string name, RrType type, MonoTime deadline);

  // Ends all look-ups under way, and at once all later ones, with DnsStatus::timeout, so that the
  // program can stop. The waiting coroutines resume from the io_context, not from inside.
  virtual void cancel_all() = 0;
};

}  // namespace strictmx
