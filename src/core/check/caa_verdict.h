// core/check/caa_verdict.h: whether CAA records let the authority that issued a certificate issue
// it again (RFC 8659 §4). Pure. Limits: the authorities that issue most certificates of web servers
// are known by name; of others nothing is said, unless the records forbid everybody.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/check/certificate_facts.h"
#include "core/check/dns_facts.h"

namespace strictmx {

struct CaaRefusal {
  std::string evidence;
  std::string record;  // that would allow it; empty where the authority is not known
};

// `host` is the name the certificate is for. Absent: allowed, or nobody can tell.
std::optional<CaaRefusal> judge_caa(const CaaFacts& caa, const CertificateFacts& leaf,
                                    std::string_view host);

}  // namespace strictmx
