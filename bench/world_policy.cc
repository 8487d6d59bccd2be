#include "bench/world_policy.h"

#include "bench/world_name.h"
#include "core/sts_policy.h"

namespace strictmx::bench {

KnownPolicy world_policy(std::uint32_t number, WallTime now) {
  const std::string domain = "d" + std::to_string(kFirstKnown + number) + ".enforce.bench.example";
  const std::string body = policy_body(*find_world_name("mta-sts." + domain));
  return {Domain::parse(domain).value(), "20260101T000000", body, parse_policy(body)->policy,
          now - Seconds{number % 60000}};
}

}  // namespace strictmx::bench
