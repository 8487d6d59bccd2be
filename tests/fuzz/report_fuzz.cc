// Whatever was read of a report can be written, and what is written is read again.
#include <string>

#include "check.h"
#include "core/report/report_json.h"
#include "core/report/report_reader.h"
#include "mutator.h"
#include "wire/gzip.h"

using namespace strictmx;
using fuzz::check;

namespace {

constexpr std::string_view kWords[] = {
    "{}",
    "[]",
    "null",
    "-1",
    "1e9",
    "9223372036854775808",
    "\"\"",
    "\"\\ud83d\\ude00\"",
    "\"organization-name\":\"o\"",
    "\"date-range\":{\"start-datetime\":\"2026-11-24T00:00:00Z\"}",
    "\"end-datetime\":\"2026-11-24T23:59:59+02:00\"",
    "\"contact-info\":\"a@b\"",
    "\"report-id\":\"1@a\"",
    "\"policies\":[{}]",
    "\"policy\":{\"policy-type\":\"sts\"}",
    "\"policy-string\":[\"mode: none\"]",
    "\"policy-domain\":\"a.example\"",
    "\"mx-host\":\"*.a\"",
    "\"total-successful-session-count\":1",
    "\"summary\":{\"total-failure-session-count\":2}",
    "\"failure-details\":[{\"failed-session-count\":1}]",
    "\"result-type\":\"certificate-expired\"",
    "\"sending-mta-ip\":\"192.0.2.1\"",
    "\"receiving-mx-helo\":\"a\\r\\n\"",
    "\"additional-information\":\"x y\""};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_json({data, size, max_size, seed}, kWords);
}

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
