// cmd/check/check_plan.h: the file of `check --local-config`: what is planned for one domain, in
// TOML.
//   domain = "example.com"
//   [mta-sts]
//   txt = ["v=STSv1; id=20261101;"]       # records of _mta-sts.example.com
//   policy = """version: STSv1 ..."""     # the body; or policy_file, beside this file
//   [tls-rpt]
//   txt = ["v=TLSRPTv1; rua=mailto:tls@example.com"]
//   [[mx]]
//   host = "mx1.example.com"
//   preference = 10
// What is left out is looked up. Limits: a file of 1 MiB, a policy of 65537 octets.
#pragma once
#include <filesystem>

#include "base/json.h"
#include "base/result.h"
#include "core/check/check_facts.h"

namespace strictmx {

// The facts hold the domain and what is planned. Errors: Errc::io, Errc::usage with the name of
// the key.
Result<CheckFacts> read_check_plan(const std::filesystem::path& file);

// The same from the table itself; `folder` is that of policy_file.
Result<CheckFacts> parse_check_plan(const Json& table, const std::filesystem::path& folder);

}  // namespace strictmx
