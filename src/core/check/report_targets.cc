#include "core/check/report_targets.h"

#include <string_view>

#include "base/text.h"
#include "core/check/check_facts.h"

namespace strictmx {
namespace {

bool is_report_record(std::string_view record) {
  constexpr std::string_view kVersion = "v=tlsrpt";
  return equals_ignore_case(record.substr(0, kVersion.size()), kVersion);
}

std::string host_of(std::string_view scheme, std::string_view rest) {
  if (scheme == "https" || scheme == "http") {
    if (!rest.starts_with("//")) return {};
    rest.remove_prefix(2);
    rest = rest.substr(0, rest.find_first_of("/?#"));
    rest = rest.substr(rest.rfind('@') == std::string_view::npos ? 0 : rest.rfind('@') + 1);
    return ascii_lower(rest.substr(0, rest.find(':')));
  }
  rest = rest.substr(0, rest.find_first_of("?!"));
  const auto at = rest.rfind('@');
  return at == std::string_view::npos ? "" : ascii_lower(rest.substr(at + 1));
}

ReportTarget read_target(std::string_view uri) {
  ReportTarget target;
  target.uri = uri;
  const auto colon = uri.find(':');
  if (colon != std::string_view::npos) target.scheme = ascii_lower(uri.substr(0, colon));
  target.host =
      host_of(target.scheme, colon == std::string_view::npos ? uri : uri.substr(colon + 1));
  return target;
}

}  // namespace

std::vector<ReportTarget> report_targets(std::span<const std::string> records) {
  std::vector<ReportTarget> targets;
  for (const auto& record : records) {
    if (!is_report_record(record)) continue;
    for (const auto field : split(record, ';')) {
      const auto equals = field.find('=');
      if (equals == std::string_view::npos) continue;
      if (!equals_ignore_case(trim_blanks(field.substr(0, equals)), "rua")) continue;
      for (const auto uri : split(field.substr(equals + 1), ',')) {
        const auto trimmed = trim_blanks(uri);
        if (!trimmed.empty() && targets.size() < kMaxCheckedReportTargets)
          targets.push_back(read_target(trimmed));
      }
    }
  }
  return targets;
}

}  // namespace strictmx
