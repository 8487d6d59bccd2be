#include "core/mx_pattern.h"

namespace strictmx {

// RFC 8461 §3.2: an optional "*." and a domain in ASCII.
Result<MxPattern> MxPattern::parse(std::string_view text) {
  const bool wildcard = text.starts_with("*.");
  if (wildcard) text.remove_prefix(2);
  auto base = Domain::parse_ascii(text);
  if (!base) {
    Error error = std::move(base.error());
    if (wildcard) error.detail = "after \"*.\", " + error.detail;
    return std::unexpected(std::move(error));
  }
  return MxPattern(wildcard, *std::move(base));
}

bool MxPattern::matches(const Domain& host) const {
  if (!wildcard_) return host == base_;
  const auto& name = host.text();
  const auto dot = name.find('.');  // RFC 8461 §4.1: exactly one whole left-most label
  return dot != std::string::npos && std::string_view(name).substr(dot + 1) == base_.text();
}

}  // namespace strictmx
