// flow/dane_lookup.h: whether one MX host is protected by DANE, as a state machine without clock
// or I/O. Source: RFC 7672 §2.1, §2.2.
//
//   start ─ AskAddresses ─┬─ secure ────────────── AskTlsa(candidates in turn) ─ Done
//                         ├─ insecure, no alias ── Done (none)
//                         └─ insecure alias ────── AskCname ─ AskTlsa(host) or Done
//
// Candidates for the TLSA base domain: the fully expanded name if the whole chain is secure, then
// the name in the MX record (RFC 7672 §2.2.2). Intermediate names are never asked.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "core/dane.h"
#include "core/dns_answer.h"
#include "flow/step.h"

namespace strictmx {

struct AskAddresses {
  Domain host;
};
// Only whether the first alias of the name is DNSSEC-validated matters.
struct AskCname {
  Domain host;
};
struct AskTlsa {
  Domain base;  // the question is _25._tcp.<base>
};
struct DaneDone {};

using DaneAction = std::variant<DaneDone, AskAddresses, AskCname, AskTlsa>;

class DaneLookup {
 public:
  explicit DaneLookup(Domain host);

  DaneAction start();
  DaneAction on_addresses(const AddressAnswer& answer);
  DaneAction on_cname(const CnameAnswer& answer);
  DaneAction on_tlsa(const TlsaAnswer& answer);

  // Valid after DaneDone.
  const DaneHost& result() const { return result_; }

 private:
  DaneAction next_candidate();
  DaneAction finish(DaneState state, std::string reason);

  Domain host_;
  std::vector<Domain> candidates_;  // last is next
  Seconds ttl_;
  DaneHost result_;
};

}  // namespace strictmx
