// cmd/config/resolv_conf.h: the name servers of a resolv.conf text, as resolv.conf(5) reads them.
// Pure. Other keywords are skipped: search lists and options do not apply to absolute names.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace strictmx {

constexpr std::size_t kMaxNameservers = 3;  // resolv.conf(5), MAXNS

// In file order, each an IP address, IPv6 perhaps with "%zone". Lines that hold no address are
// skipped. Without any: the one on the local machine, 127.0.0.1.
std::vector<std::string> parse_nameservers(std::string_view resolv_conf);

}  // namespace strictmx
