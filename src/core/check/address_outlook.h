// core/check/address_outlook.h: what becomes of mail at one address of an MX host, by what the
// sender demands there, from what a probe saw. Pure. Source: RFC 5321 §4.2 (replies), RFC 7435 §3
// (opportunistic senders fall back), RFC 8461 §4.2, RFC 7672 §2.2. A greeting of 5yz is `unknown`:
// it is mostly about the address of the one who asks. Not here: which demand applies
// (core/check/check_verdict).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check/check_facts.h"

namespace strictmx {

enum class Delivery : std::uint8_t {
  encrypted,        // delivered, TLS authenticated as the sender's rules ask
  unauthenticated,  // delivered with TLS that nobody authenticated
  cleartext,        // delivered without TLS
  deferred,         // waits in the queue, and bounces in the end
  bounced,          // refused for good (null MX, no such domain, no address)
  unknown,          // the probe could not tell
};
std::string_view name_of(Delivery delivery);

// True for mail that arrives, in whatever way.
constexpr bool arrives(Delivery delivery) {
  return delivery == Delivery::encrypted || delivery == Delivery::unauthenticated ||
         delivery == Delivery::cleartext;
}

enum class Demand : std::uint8_t {
  nothing,  // TLS where it is offered, clear text where it fails
  encrypt,  // TLS, whoever answers
  pkix,     // a certificate of a trusted authority for the name of the MX host
  dane,     // a match with a usable TLSA record
};

struct AddressOutlook {
  Delivery delivery = Delivery::unknown;
  // Why not better, to be put behind the address: "shows a certificate that ended on 2026-11-01".
  // Empty where nothing better was demanded.
  std::string why;
};

AddressOutlook judge_address(const MxHostFacts& host, const SmtpAddressFacts& seen, Demand demand);

// Why the chain does not satisfy RFC 8461 §4.2 for the MX host, in the same words; empty if it
// does.
std::string why_not_trusted(const ChainFacts& chain, std::string_view host);

// "2026-11-01"
std::string date_text(WallTime when);

}  // namespace strictmx
