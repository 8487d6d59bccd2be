#include "core/domain.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>
#include <idn2.h>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxInput = 1024;  // bounds the work of IDNA mapping
constexpr std::size_t kMaxName = 253;    // RFC 1035 §2.3.4 without length octets and root
constexpr std::size_t kMaxLabel = 63;    // RFC 1035 §2.3.4

std::unexpected<Error> bad(Errc code, std::size_t offset, std::string_view what) {
  return fail(code, fmt::format("offset {}: {}", offset, what));
}

// RFC 5321 §4.1.2: letters, digits and inner hyphens.
Result<void> check_label(std::string_view label, std::size_t offset) {
  if (label.empty()) return bad(Errc::syntax, offset, "empty label");
  if (label.size() > kMaxLabel) return bad(Errc::too_large, offset, "label over 63 octets");
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (!is_alnum(label[i]) && label[i] != '-') {
      return bad(Errc::syntax, offset + i, "octet that no host name has");
    }
  }
  if (label.front() == '-' || label.back() == '-') {
    return bad(Errc::syntax, offset, "label begins or ends with a hyphen");
  }
  return {};
}

bool looks_like_address(std::string_view text) {
  return text.starts_with('[') || text.find(':') != std::string_view::npos;
}

// RFC 5891 §5 by way of UTS 46, non-transitional. The result can still be no host name at all
// (empty labels, underscores, even a slash): libidn2 does not apply the LDH rule.
Result<std::string> to_a_labels(const std::string& text) {
  std::uint8_t* mapped = nullptr;
  const int status = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(text.c_str()), &mapped,
                                    IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  const std::string result = mapped != nullptr ? reinterpret_cast<const char*>(mapped) : "";
  idn2_free(mapped);
  if (status == IDN2_TOO_BIG_DOMAIN || status == IDN2_TOO_BIG_LABEL ||
      status == IDN2_PUNYCODE_BIG_OUTPUT) {
    return bad(Errc::too_large, 0, "internationalised name is too long");
  }
  if (status != IDN2_OK) return bad(Errc::syntax, 0, "no internationalised domain name");
  return result;
}

}  // namespace

Result<Domain> Domain::parse(std::string_view text) {
  if (text.size() > kMaxInput) return bad(Errc::too_large, kMaxInput, "name is too long");
  std::string mapped;
  if (!is_ascii(text)) {
    const auto nul = text.find('\0');
    if (nul != std::string_view::npos) return bad(Errc::syntax, nul, "octet that no name has");
    auto ascii = to_a_labels(std::string(text));
    if (!ascii) return std::unexpected(std::move(ascii.error()));
    mapped = *std::move(ascii);
    text = mapped;
  }
  if (text.ends_with('.')) text.remove_suffix(1);
  return parse_ascii(text);
}

Result<Domain> Domain::parse_ascii(std::string_view text) {
  if (looks_like_address(text)) return bad(Errc::unsupported, 0, "address literal");
  if (text.size() > kMaxName) return bad(Errc::too_large, kMaxName, "name over 253 octets");
  std::size_t offset = 0;
  std::string_view last;
  for (const auto label : split(text, '.')) {
    const auto checked = check_label(label, offset);
    if (!checked) return std::unexpected(checked.error());
    offset += label.size() + 1;
    last = label;
  }
  if (std::all_of(last.begin(), last.end(), is_digit)) {
    return bad(Errc::unsupported, 0, "IPv4 address");
  }
  return Domain(ascii_lower(text));
}

Result<std::string> Domain::prefixed(std::string_view label) const {
  const std::size_t size = label.size() + 1 + text_.size();
  if (size > kMaxName) return fail(Errc::too_large, fmt::format("name of {} octets", size));
  return fmt::format("{}.{}", label, text_);
}

}  // namespace strictmx
