// core/lint.h: what is wrong with a record or a policy, all of it at once, for those who publish
// one. Source: RFC 8461 §3.1, §3.2, §8.3, §10.2. Pure; on top of the daemon's own parsers.
// `valid` is what a sender does that follows RFC 8461 as we do; a warning that begins with
// "error: " names what must not be published although we read it, because other senders refuse
// it; "note: " names what is allowed and merely unusual.
// Not here: what DNS and certificates say (strictmx check).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strictmx {

struct RecordLint {
  bool valid = false;
  std::string id;     // when valid
  std::string error;  // when not: one line, our words
  std::vector<std::string> warnings;
};

// All TXT RRs of _mta-sts.<domain>, or one record as it is meant to be published. Their
// character-strings are joined already. At most 64 RRs are commented on.
RecordLint lint_record(std::span<const std::string> rrs);

struct PolicyLint {
  bool valid = false;
  std::string mode;                     // empty when it cannot be read
  std::optional<std::int64_t> max_age;  // seconds as published, not capped
  std::vector<std::string> mx;          // patterns in file order
  std::string error;                    // the first one; further ones are among the warnings
  std::vector<std::string> warnings;    // at most 300
};

PolicyLint lint_policy(std::string_view body);

}  // namespace strictmx
