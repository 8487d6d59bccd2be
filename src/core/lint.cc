#include "core/lint.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "core/sts_policy.h"
#include "core/sts_record.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxCommentedRecords = 64;
constexpr std::size_t kMaxCommentedPatterns = 64;
constexpr Seconds kDay{86400};
constexpr Seconds kWeek{7 * 86400};

// An RR that was surely meant to be an MTA-STS record but is dropped by all senders.
bool resembles_record(std::string_view rr) {
  constexpr std::string_view kPrefix = "v=sts";
  while (!rr.empty() && (is_blank(rr.front()) || rr.front() == '"')) rr.remove_prefix(1);
  return equals_ignore_case(rr.substr(0, kPrefix.size()), kPrefix);
}

void comment_on_dropped(std::span<const std::string> rrs, std::vector<std::string>& warnings) {
  for (const auto& rr : rrs.first(std::min(rrs.size(), kMaxCommentedRecords))) {
    const std::vector<std::string> alone = {rr};
    if (!std::holds_alternative<NoStsRecord>(select_sts_record(alone))) continue;
    if (resembles_record(rr)) {
      warnings.push_back(fmt::format("error: ignored, does not begin with \"v=STSv1;\": \"{}\"",
                                     escape_remote(rr, 60)));
    } else if (rrs.size() > 1) {
      warnings.push_back(
          fmt::format("note: other TXT record at this name: \"{}\"", escape_remote(rr, 60)));
    }
  }
}

std::string weighted(const PolicyRemark& remark) {
  switch (remark.weight) {
    case RemarkWeight::note:
      return "note: " + remark.text;
    case RemarkWeight::warning:
      return remark.text;
    case RemarkWeight::error:
      return "error: " + remark.text;
  }
  return remark.text;
}

// RFC 8461 §3.2, RFC 8461 §10.2: weeks or more, so that an attacker cannot wait for the expiry.
// Short for mode none on purpose (RFC 8461 §8.3).
void comment_on_max_age(const PolicyScan& scan, std::vector<std::string>& warnings) {
  if (!scan.max_age || !scan.mode || *scan.mode == PolicyMode::none) return;
  if (*scan.max_age == Seconds{0}) {
    warnings.emplace_back("max_age 0: some senders refuse such a policy");
  } else if (*scan.max_age < kWeek && *scan.mode == PolicyMode::enforce) {
    warnings.push_back(fmt::format("max_age {} is less than a week, which protects little",
                                   scan.max_age->count()));
  }
  if (*scan.max_age < kDay) {
    warnings.emplace_back("note: max_age is less than a day; senders refresh once a day");
  }
}

void comment_on_mx(const PolicyScan& scan, std::vector<std::string>& warnings) {
  std::set<std::string> seen;
  std::size_t comments = 0;
  for (const auto& pattern : scan.mx) {
    if (seen.insert(pattern.text()).second || comments == kMaxCommentedPatterns) continue;
    ++comments;
    warnings.push_back(fmt::format("mx {} is listed more than once", pattern.text()));
  }
  if (scan.mode == PolicyMode::none && scan.mx.empty()) {
    warnings.emplace_back("mode none without mx: some senders refuse such a policy");
  }
}

}  // namespace

RecordLint lint_record(std::span<const std::string> rrs) {
  RecordLint lint;
  auto txt = select_sts_record(rrs);
  if (auto* record = std::get_if<StsRecord>(&txt)) {
    lint.valid = true;
    lint.id = std::move(record->id);
    lint.warnings = std::move(record->warnings);
  } else if (const auto* several = std::get_if<SeveralStsRecords>(&txt)) {
    lint.error = fmt::format("{} MTA-STS records, which counts as none", several->count);
  } else if (const auto* malformed = std::get_if<MalformedStsRecord>(&txt)) {
    lint.error = malformed->error.detail;
  } else {
    lint.error = "no record begins with \"v=STSv1;\"";
  }
  comment_on_dropped(rrs, lint.warnings);
  return lint;
}

PolicyLint lint_policy(std::string_view body) {
  const auto scan = scan_policy(body);
  PolicyLint lint;
  lint.valid = scan.errors.empty();
  if (scan.mode) lint.mode = name_of(*scan.mode);
  if (scan.max_age) lint.max_age = scan.max_age->count();
  for (const auto& pattern : scan.mx) lint.mx.push_back(pattern.text());
  for (const auto& error : scan.errors) {
    if (lint.error.empty()) {
      lint.error = error.detail;
    } else {
      lint.warnings.push_back("error: " + error.detail);
    }
  }
  for (const auto& remark : scan.remarks) lint.warnings.push_back(weighted(remark));
  comment_on_max_age(scan, lint.warnings);
  comment_on_mx(scan, lint.warnings);
  return lint;
}

}  // namespace strictmx
