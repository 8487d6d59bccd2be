// A list of policies (policy import, preload): each good line holds a live, bounded policy, which
// written and read again is the same one.
#include <sstream>
#include <string>
#include <vector>

#include "check.h"
#include "core/policy_export.h"
#include "mutator.h"
#include "store/policy_preload.h"

using namespace strictmx;
using fuzz::check;

namespace {

constexpr WallTime kNow{Seconds{1795500000}};

constexpr std::string_view kWords[] = {"{}",
                                       "null",
                                       "-1",
                                       "\"domain\":\"b.example\"",
                                       "\"id\":\"2\"",
                                       "\"mode\":\"testing\"",
                                       "\"mx\":[\"*.a.example\"]",
                                       "\"max_age\":86400",
                                       "\"fetched_at\":\"2026-11-24T00:00:00Z\"",
                                       "\"body\":\"version: STSv1\\nmode: none\\nmax_age: 1\\n\"",
                                       "\"mx\":[]",
                                       "1e99"};

class NoLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view event, std::span<const LogField> fields) override {
    const auto line = format_log_line(event, fields);
    check(line.find('\n') == line.npos && line.find('\x1b') == line.npos, "one clean line");
  }
};

void check_policy(const KnownPolicy& policy) {
  check(policy.is_live(kNow), "of use");
  check(policy.body.size() <= kMaxPolicyBytes, "bounded");
  const auto line = format_export_line(policy);
  check(line.find('\n') == line.npos && line.size() <= kMaxExportLine, "one line");
  const auto again = parse_export_line(line, kNow);
  check(again && again->domain == policy.domain && again->id == policy.id, "the same name");
  check(again->body == policy.body && again->fetched_at == policy.fetched_at, "the same policy");
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_json({data, size, max_size, seed}, kWords);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in{std::string(fuzz::text(data, size))};
  NoLog log;
  load_preload(in, "list", kNow, check_policy, log);
  return 0;
}
