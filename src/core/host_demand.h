// core/host_demand.h: a verdict seen from one MX host, for callers that know the host they are
// about to use: may mail go there, what must TLS prove, is it good enough for REQUIRETLS. Pure.
// Source: RFC 8461 §4, §5; RFC 7672 §2.2; RFC 8689 §4.2.1.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/verdict.h"

namespace strictmx {

// What a connection to the host must prove before mail is sent.
enum class TlsDemand : std::uint8_t {
  opportunistic,  // nothing
  encrypt,        // TLS with any certificate
  pkix,           // TLS, certificate trusted by the roots and for the host's own name
  dane,           // TLS, authenticated by the host's TLSA records
};
std::string_view name_of(TlsDemand demand);

// The host's verdict. A host that is not among those of the look-up, because the caller's DNS is
// newer or the MX set is unknown, is judged by the policy alone; nullopt where that says nothing
// and mail must wait.
std::optional<HostVerdict> find_verdict(const DomainVerdict& verdict, const Domain& host);

// False: treat the host as unreachable (RFC 8461 §5.1, RFC 7672 §2.1.2).
bool may_use(HostVerdict verdict);

TlsDemand tls_demand(HostVerdict verdict);

// Whether mail that asks for REQUIRETLS (RFC 8689) may be tried at the host as far as a policy can
// tell: its name is authenticated and so will its certificate be. Whether the server offers
// REQUIRETLS is seen only in the session.
bool has_requiretls_path(HostVerdict verdict);

}  // namespace strictmx
