// core/check/check_verdict.h: what becomes of mail to a domain, by kind of sender, from the facts
// of a check: the first thing its owner wants to know. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/check/address_outlook.h"
#include "core/check/check_view.h"

namespace strictmx {

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
  std::string reason;                     // why not better, one line: "mx1.example.com
                                          // [192.0.2.1] does not offer STARTTLS"; may be empty
};

struct SenderOutlook {
  Sender sender;
  Delivery delivery = Delivery::unknown;  // to the domain: best host that may be used
  // One sentence in one line, without the full stop: "mail from senders that enforce MTA-STS is
  // deferred because mx1.example.com [192.0.2.1] ..."; empty for encrypted.
  std::string reason;
  std::vector<HostOutlook> hosts;  // most preferred first
};

struct CheckVerdict {
  std::vector<SenderOutlook> senders;  // one for each Sender, in their order
  std::string summary;  // one sentence that answers "does my mail arrive, and safely?"
};

CheckVerdict judge(const CheckView& view);

}  // namespace strictmx
