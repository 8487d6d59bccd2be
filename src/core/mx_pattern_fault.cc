#include "core/mx_pattern_fault.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "core/ip_address.h"
#include "core/mx_pattern.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxParts = 16;

std::string line_for(std::string_view value) {
  const auto pattern = MxPattern::parse(value);
  return pattern ? "mx: " + pattern->text() : "";
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

std::vector<std::string_view> words_of(std::string_view value) {
  std::vector<std::string_view> words;
  while (!value.empty() && words.size() < kMaxParts) {
    const auto end = value.find_first_of(" \t,;");
    if (end != 0) words.push_back(value.substr(0, end));
    value = end == std::string_view::npos ? std::string_view() : value.substr(end + 1);
  }
  return words;
}

MxPatternFault fault_of_list(std::string_view value) {
  auto words = words_of(value);
  const bool preference = words.size() == 2 && all_digits(words[0]);
  if (preference) words.erase(words.begin());
  std::vector<std::string> lines;
  for (const auto word : words) {
    if (auto line = line_for(word); !line.empty()) lines.push_back(std::move(line));
  }
  return {preference ? "sts-pol-mx-preference" : "sts-pol-mx-several-per-line", join(lines, "\n")};
}

// What stands between "://" and the next "/".
std::string_view host_of_url(std::string_view value) {
  value.remove_prefix(value.find("://") + 3);
  return value.substr(0, value.find_first_of("/:"));
}

bool is_address(std::string_view value) {
  if (value.starts_with('[') && value.ends_with(']')) value = value.substr(1, value.size() - 2);
  return IpAddress::parse(value).has_value();
}

std::optional<MxPatternFault> fault_of_name(std::string_view value) {
  if (value == ".") return MxPatternFault{"sts-pol-mx-dot-only", {}};
  if (value.starts_with('.')) {
    return MxPatternFault{"sts-pol-mx-leading-dot", line_for("*" + std::string(value))};
  }
  const auto colon = value.rfind(':');
  if (colon != std::string_view::npos && all_digits(value.substr(colon + 1))) {
    return MxPatternFault{"sts-pol-mx-port", line_for(value.substr(0, colon))};
  }
  const auto star = value.find('*');
  if (star != std::string_view::npos) {
    const bool right = value.starts_with("*.") && value.find('*', 1) == std::string_view::npos;
    if (!right) return MxPatternFault{"sts-pol-mx-wildcard-form", {}};
  }
  if (value.ends_with('.')) {
    return MxPatternFault{"sts-pol-mx-trailing-dot", line_for(value.substr(0, value.size() - 1))};
  }
  return std::nullopt;
}

}  // namespace

std::optional<MxPatternFault> fault_of_mx_pattern(std::string_view value) {
  if (MxPattern::parse(value)) return std::nullopt;
  const bool ascii =
      std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!ascii) {
    const auto name = Domain::parse(value);
    return MxPatternFault{"sts-pol-mx-ulabel", name ? "mx: " + name->text() : ""};
  }
  if (value.find("://") != std::string_view::npos) {
    return MxPatternFault{"sts-pol-mx-url", line_for(host_of_url(value))};
  }
  if (value.find_first_of(" \t,;") != std::string_view::npos) return fault_of_list(value);
  if (is_address(value)) return MxPatternFault{"sts-pol-mx-ip", {}};
  if (auto fault = fault_of_name(value)) return fault;
  return MxPatternFault{"sts-pol-mx-invalid", {}};
}

bool is_mx_typo(std::string_view key) {
  constexpr std::string_view kTypos[] = {"mxs", "nmx", "xm",   "mxx",     "mmx",   "mx.",
                                         "mx-", "mx_", "host", "mx-host", "mx1",   "mx2",
                                         "mx_", "mcx", "mzx",  "mx_host", "hosts", "mxhost"};
  if (key == "mx") return false;
  const auto lower = ascii_lower(trim_blanks(key));
  return lower == "mx" || std::ranges::find(kTypos, lower) != std::ranges::end(kTypos);
}

}  // namespace strictmx
