// core/mx_pattern.h: one "mx" value of a policy: a host name or "*." and a domain
// (RFC 8461 §3.2, §4.1). Pure.
#pragma once
#include <compare>
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/domain.h"

namespace strictmx {

class MxPattern {
 public:
  // Errors: Errc::syntax, Errc::too_large, Errc::unsupported (an address), as Domain.
  static Result<MxPattern> parse(std::string_view text);

  // Label by label, without regard to case; "*" stands for exactly one whole left-most label
  // (RFC 8461 §4.1).
  bool matches(const Domain& host) const;

  bool wildcard() const { return wildcard_; }
  std::string text() const { return wildcard_ ? "*." + base_.text() : base_.text(); }

  // The form of a Postfix "match" list: ".example.com" for "*.example.com".
  std::string postfix_text() const { return wildcard_ ? "." + base_.text() : base_.text(); }

  auto operator<=>(const MxPattern&) const = default;

 private:
  MxPattern(bool wildcard, Domain base) : wildcard_(wildcard), base_(std::move(base)) {}
  bool wildcard_;
  Domain base_;
};

}  // namespace strictmx
