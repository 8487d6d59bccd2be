// core/check/sender_profile.h: how well-known senders differ from the rules, as far as it is
// documented, and what that means for one domain. Nothing is guessed: each note says where it comes
// from. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/check/check_verdict.h"
#include "core/check/check_view.h"

namespace strictmx {

enum class SenderProfile : std::uint8_t {
  strict,    // as the RFCs say
  gmail,     // fetches a policy only after the first message
  postfix,   // before 3.10.5, asking strictmx
  exchange,  // Exchange Online
};
std::string_view name_of(SenderProfile profile);
std::optional<SenderProfile> find_sender_profile(std::string_view name);

struct ProfileOutlook {
  SenderProfile profile;
  std::string_view title;               // who is meant
  Delivery first = Delivery::unknown;   // of the first message to the domain
  Delivery later = Delivery::unknown;   // of all others
  std::vector<std::string_view> notes;  // what differs, only where it matters for the domain
};

ProfileOutlook describe_profile(SenderProfile profile, const CheckView& view,
                                const CheckVerdict& verdict);

}  // namespace strictmx
