// bench/world_name.h: which domains exist in the benchmark's world. The name itself says what is
// to be found there, so the world has any number of domains and keeps no table:
//   dN.CLASS.bench.example, with its policy record, policy host and two MX hosts.
// Pure. Names are lower-case, without a final dot.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace strictmx::bench {

// The enumerators are the labels.
enum class WorldClass : std::uint8_t {
  enforce,
  testing,
  none,     // publishes a policy that says none
  absent,   // no policy record, no policy host
  badcert,  // policy host with a certificate of an unknown authority
  refused,  // policy host at an address where nobody listens
  missing,  // policy host answers 404
};

enum class WorldNode : std::uint8_t { domain, sts_record, policy_host, mx_host, empty };

struct WorldName {
  WorldNode node = WorldNode::empty;  // empty: only a parent of names
  WorldClass kind = WorldClass::enforce;
  std::string domain;  // "dN.CLASS.bench.example"; of an empty node: empty
};

constexpr std::string_view kWorldZone = "bench.example";

// nullopt: no such name.
std::optional<WorldName> find_world_name(std::string_view name);

// The body of the policy file; the class must publish one.
std::string policy_body(const WorldName& name);

}  // namespace strictmx::bench
