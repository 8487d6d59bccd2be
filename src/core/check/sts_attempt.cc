#include "core/check/sts_attempt.h"

#include <algorithm>

#include "base/text.h"
#include "core/sts_record.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxFields = 64;

// Lower case, nothing but printable ASCII without blanks, quotes and backslashes.
std::string bare(std::string_view text) {
  std::string bare;
  for (const char c : text.substr(0, 512)) {
    if (c > ' ' && c < '\x7f' && c != '"' && c != '\'' && c != '\\') bare += to_lower(c);
  }
  return bare;
}

bool any_attempt(const TxtFacts& txt) {
  const auto records = txt.joined();
  return std::ranges::any_of(
      records, [](const std::string& rr) { return classify_sts_attempt(rr) != StsAttempt::other; });
}

}  // namespace

StsAttempt classify_sts_attempt(std::string_view rr) {
  const std::vector<std::string> alone = {std::string(rr)};
  if (!std::holds_alternative<NoStsRecord>(select_sts_record(alone))) return StsAttempt::record;
  const auto text = bare(rr);
  const bool meant = text.find("v=sts") != std::string::npos;
  if (!meant) return StsAttempt::other;
  if (!is_ascii(rr)) return StsAttempt::not_ascii;
  if (rr.find_first_of("\"\\'") != std::string_view::npos) return StsAttempt::quoted;
  const bool exact = rr.starts_with(kStsVersion) &&
                     (rr.size() == kStsVersion.size() || !is_alnum(rr[kStsVersion.size()]));
  return exact ? StsAttempt::no_delimiter : StsAttempt::version;
}

std::vector<StsField> loose_sts_fields(std::string_view rr) {
  std::vector<StsField> fields;
  auto parts = split(rr, ';');
  if (!parts.empty()) parts.erase(parts.begin());
  if (!parts.empty() && trim_blanks(parts.back()).empty()) parts.pop_back();
  parts.resize(std::min(parts.size(), kMaxFields));
  for (const auto part : parts) {
    StsField field;
    field.text = trim_blanks(part);
    const auto equals = field.text.find('=');
    field.has_equals = equals != std::string_view::npos;
    field.name = trim_blanks(field.text.substr(0, equals));
    if (field.has_equals) field.value = field.text.substr(equals + 1);
    fields.push_back(field);
  }
  return fields;
}

bool means_sts(const CheckFacts& facts) {
  return any_attempt(facts.sts_txt) || std::ranges::any_of(facts.sts_txt_elsewhere, any_attempt);
}

bool means_policy(const CheckView& view) {
  return means_sts(view.facts) || (view.body && view.body->find("STSv1") != std::string::npos);
}

}  // namespace strictmx
