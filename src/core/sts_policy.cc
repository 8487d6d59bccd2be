#include "core/sts_policy.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxKey = 32;           // RFC 8461 §3.2
constexpr std::size_t kMaxMaxAgeDigits = 10;  // RFC 8461 §3.2

// RFC 8461 §3.2: printable ASCII or UTF-8, blanks only inside and only SP. `text` is trimmed.
bool is_value(std::string_view text) {
  if (text.empty()) return false;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0 || (length == 1 && (text.front() < ' ' || text.front() == '\x7f'))) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

std::optional<PolicyMode> mode_of(std::string_view token) {
  for (const auto mode : {PolicyMode::none, PolicyMode::testing, PolicyMode::enforce}) {
    if (token == name_of(mode)) return mode;
  }
  return std::nullopt;
}

class PolicyReader {
 public:
  PolicyScan read(std::string_view body) {
    if (body.size() > kMaxPolicyBytes) {
      scan_.errors.push_back(Error{Errc::too_large, "line 1: body over 65536 octets"});
      return std::move(scan_);
    }
    line_ = 1;
    if (skip_byte_order_mark(body)) remark(RemarkWeight::error, "byte order mark");
    for (; !body.empty(); ++line_) read_line(take_line(body));
    check_complete();
    return std::move(scan_);
  }

 private:
  void remark(RemarkWeight weight, std::string_view what) {
    if (scan_.remarks.size() == kMaxRemarks) return;
    scan_.remarks.push_back(PolicyRemark{weight, fmt::format("line {}: {}", line_, what)});
  }

  void error(Errc code, std::string_view what) {
    if (scan_.errors.size() == kMaxRemarks) return;
    scan_.errors.push_back(Error{code, fmt::format("line {}: {}", line_, what)});
  }

  // RFC 8461 §3.2: LF or CRLF; the prose allows only CRLF, the grammar both (RFC 8461 eid6253).
  static std::string_view take_line(std::string_view& body) {
    const auto end = body.find('\n');
    auto line = body.substr(0, end);
    if (end == std::string_view::npos) {
      body = {};
      return line;
    }
    body.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  void read_line(std::string_view line) {
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    if (line.empty()) return remark(RemarkWeight::error, "empty line");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return error(Errc::syntax, "\":\" is missing");
    const auto key = line.substr(0, colon);
    const auto value = trim_blanks(line.substr(colon + 1));
    if (!is_policy_key(key)) return error(Errc::syntax, "no valid key");
    if (!is_value(value)) return error(Errc::syntax, "empty value or control character in it");
    read_field(key, value);
  }

  // RFC 8461 §3.2: keys are case-sensitive, unknown ones are extensions.
  void read_field(std::string_view key, std::string_view value) {
    if (key == "version") return once(version_seen_, key, value, &PolicyReader::read_version);
    if (key == "mode") return once(mode_seen_, key, value, &PolicyReader::read_mode);
    if (key == "max_age") return once(max_age_seen_, key, value, &PolicyReader::read_max_age);
    if (key == "mx") return read_mx(value);
    remark(RemarkWeight::note, fmt::format("unknown key {}", key));
  }

  // RFC 8461 §3.2: of duplicates the first counts, whatever the later ones hold.
  void once(bool& seen, std::string_view key, std::string_view value,
            void (PolicyReader::*read)(std::string_view)) {
    if (seen) return remark(RemarkWeight::warning, fmt::format("second {} ignored", key));
    seen = true;
    (this->*read)(value);
  }

  void read_version(std::string_view value) {
    if (value != "STSv1") error(Errc::out_of_range, "version is not STSv1");
  }

  void read_mode(std::string_view value) {
    scan_.mode = mode_of(value);
    if (!scan_.mode) error(Errc::out_of_range, "mode is not enforce, testing or none");
  }

  void read_max_age(std::string_view value) {
    if (value.size() > kMaxMaxAgeDigits || !std::all_of(value.begin(), value.end(), is_digit)) {
      return error(Errc::syntax, "max_age is not 1 to 10 digits");
    }
    Seconds::rep seconds = 0;
    std::from_chars(value.data(), value.data() + value.size(), seconds);
    scan_.max_age = Seconds{seconds};
    if (*scan_.max_age > kMaxMaxAge) {
      // RFC 8461 §3.2, deviates: capped, because refusing would leave the domain unprotected.
      remark(RemarkWeight::error, "max_age over 31557600 is read as 31557600");
    }
  }

  // RFC 8461 §3.2: by the grammar a line whose value is no pattern is an extension.
  void read_mx(std::string_view value) {
    auto pattern = MxPattern::parse(value);
    if (!pattern) {
      return remark(RemarkWeight::error, "mx ignored: " + pattern.error().detail);
    }
    scan_.mx.push_back(*std::move(pattern));
  }

  // RFC 8461 §3.2: version, mode and max_age are required, mx unless the mode is none.
  void check_complete() {
    if (!version_seen_) error(Errc::syntax, "no version");
    if (!mode_seen_) error(Errc::syntax, "no mode");
    if (!max_age_seen_) error(Errc::syntax, "no max_age");
    const bool needs_mx = mode_seen_ && scan_.mode != PolicyMode::none;
    if (needs_mx && scan_.mx.empty()) error(Errc::syntax, "no mx");
  }

  std::size_t line_ = 0;
  bool version_seen_ = false;
  bool mode_seen_ = false;
  bool max_age_seen_ = false;
  PolicyScan scan_;
};

}  // namespace

std::string_view name_of(PolicyMode mode) {
  switch (mode) {
    case PolicyMode::none:
      return "none";
    case PolicyMode::testing:
      return "testing";
    case PolicyMode::enforce:
      return "enforce";
  }
  return "none";
}

bool is_policy_key(std::string_view text) {
  return !text.empty() && text.size() <= kMaxKey && is_alnum(text.front()) &&
         std::ranges::all_of(
             text, [](char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; });
}

std::vector<std::string> policy_lines(const StsPolicy& policy) {
  std::vector<std::string> lines{"version: STSv1", "mode: " + std::string(name_of(policy.mode))};
  for (const auto& pattern : policy.mx) lines.push_back("mx: " + pattern.text());
  lines.push_back("max_age: " + std::to_string(policy.max_age.count()));
  return lines;
}

bool StsPolicy::allows(const Domain& mx_host) const {
  return std::any_of(mx.begin(), mx.end(),
                     [&](const MxPattern& pattern) { return pattern.matches(mx_host); });
}

PolicyScan scan_policy(std::string_view body) { return PolicyReader().read(body); }

Result<ParsedPolicy> parse_policy(std::string_view body) {
  auto scan = scan_policy(body);
  if (!scan.errors.empty()) return std::unexpected(std::move(scan.errors.front()));
  ParsedPolicy parsed;
  parsed.policy.mode = *scan.mode;
  parsed.policy.max_age = std::min(*scan.max_age, kMaxMaxAge);
  parsed.policy.mx = std::move(scan.mx);
  for (auto& remark : scan.remarks) parsed.warnings.push_back(std::move(remark.text));
  return parsed;
}

}  // namespace strictmx
