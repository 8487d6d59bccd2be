// core/check_verdict.h: what becomes of mail to a domain, by kind of sender, from the facts of a
// check: the first thing its owner wants to know. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/check_view.h"
#include "core/verdict.h"

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

// Kinds of senders.
enum class Sender : std::uint8_t {
  plain,   // opportunistic TLS only
  sts,     // RFC 8461, strict: no DANE
  dane,    // RFC 7672 only
  strict,  // DANE, then MTA-STS, as strictmx answers
};
std::string_view name_of(Sender sender);

struct HostOutlook {
  std::string host;
  std::uint16_t preference = 0;
  bool listed = false;                    // in the policy in force
  std::vector<Delivery> by_address;       // of this kind of sender, in the order of the addresses
  Delivery delivery = Delivery::unknown;  // to the best address
  std::string reason;                     // why not better, one line
};

struct SenderOutlook {
  Sender sender;
  Delivery delivery = Delivery::unknown;  // to the domain: best host that may be used
  std::string reason;                     // "deferred because ..." in one line; empty for encrypted
  std::vector<HostOutlook> hosts;         // most preferred first
};

struct CheckVerdict {
  std::vector<SenderOutlook> senders;  // one for each Sender, in their order
  std::string summary;  // one sentence that answers "does my mail arrive, and safely?"
};

CheckVerdict judge(const CheckView& view);

}  // namespace strictmx
