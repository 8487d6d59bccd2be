// tls/chain_facts.h: what the certificates that a server sent are worth: the chain against the
// trusted roots with every fault by its kind (core/check/certificate_facts), and each TLSA record
// by itself. Pure but for OpenSSL. Source: RFC 5280 §6, RFC 7671 §5, RFC 7672 §3.1, §3.2. Names are
// not part of a chain's status: names_host() tells them apart. Not here: the daemon's one verdict
// about a policy host (tls/verify).
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/check/certificate_facts.h"
#include "tls/trust_store.h"

namespace strictmx {

// `sent` in DER, leaf first, as they came; what does not parse is left out. `at`: the time that
// dates are compared with.
ChainFacts read_chain(std::span<const std::string> sent, const TrustStore& roots, WallTime at);

struct TlsaReference {
  std::vector<std::string> names;  // lower case; one must be a DNS-ID for usage 2 (§3.2.3)
  WallTime at;
};

// One result for each record, in their order. The roots only help to tell that an authority of the
// records was left out by the server; they give no trust.
std::vector<TlsaMatchFacts> match_tlsa(const ChainFacts& chain, std::span<const TlsaRecord> records,
                                       const TlsaReference& reference, const TrustStore& roots);

}  // namespace strictmx
