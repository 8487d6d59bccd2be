// service/policyd/packed_text.h: policy files as they are kept in memory: what most of them share
// (field names, usual values, line ends, their own domain) is one octet each, about a third of the
// text remains. Pure; any octets survive the way there and back.
#pragma once
#include <string>
#include <string_view>

namespace strictmx {

std::string pack_policy_text(std::string_view text, std::string_view domain);

// `domain` as it was packed with.
std::string unpack_policy_text(std::string_view packed, std::string_view domain);

}  // namespace strictmx
