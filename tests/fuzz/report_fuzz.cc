// Whatever was read of a report can be written, and what is written is read again.
#include <string>

#include "check.h"
#include "core/report/report_json.h"
#include "core/report/report_reader.h"
#include "wire/gzip.h"

using namespace strictmx;
using fuzz::check;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLimit = 1 << 16;
  const auto input = fuzz::text(data, size);
  const auto inflated = gunzip(input, kLimit);
  if (inflated) check(inflated->size() <= kLimit, "gunzip keeps to its limit");
  const auto unzipped = unzip_first(input, kLimit);
  if (unzipped) check(unzipped->size() <= kLimit, "unzip keeps to its limit");
  const auto read = read_report(inflated ? *inflated : std::string(input));
  if (!read) return 0;
  check(read->remarks.size() <= 1000, "remarks are bounded");
  for (const auto& policy : read->report.policies) {
    check(policy.successful_sessions >= 0 && policy.failed_sessions >= 0,
          "counts are not negative");
  }
  const auto text = format_report(read->report);
  check(read_report(text).has_value(), "what we write is a report");
  check(*gunzip(*gzip(text), text.size()) == text, "packed and unpacked");
  return 0;
}
