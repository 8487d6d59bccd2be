// core/domain.h: a DNS domain as mail uses it: lower-case A-labels, no final dot.
// Source: RFC 5321 §4.1.2 (LDH labels), RFC 1035 §2.3.4 (63 and 253 octets), RFC 5891 (IDNA2008,
// non-transitional UTS 46 mapping). Limits: 253 octets, 63 per label, input of 1024 octets.
// Refused: empty labels, underscores, hyphens at a label's end, address literals in any form
// (a last label of digits only is an IPv4 address to every resolver).
#pragma once
#include <compare>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strictmx {

class Domain {
 public:
  // Reads U-labels and A-labels in any case, with or without one final dot.
  // Errors: Errc::syntax, Errc::too_large, Errc::unsupported (address literal).
  static Result<Domain> parse(std::string_view text);

  // Reads only what may stand in a published document: LDH labels in ASCII, no final dot
  // (RFC 8461 §3.2). Upper case is folded. Errors as parse().
  static Result<Domain> parse_ascii(std::string_view text);

  const std::string& text() const { return text_; }
  bool single_label() const { return text_.find('.') == std::string::npos; }

  // "label.this"; Errc::too_large when that has over 253 octets. `label` is a single label and
  // may begin with an underscore ("_mta-sts").
  Result<std::string> prefixed(std::string_view label) const;

  auto operator<=>(const Domain&) const = default;

 private:
  explicit Domain(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace strictmx
