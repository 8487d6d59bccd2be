// A valid record has a valid id, and nothing is left of it that could reach a log line unescaped.
#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "check.h"
#include "core/lint.h"
#include "core/sts_record.h"
#include "forms.h"

using namespace strictmx;
using fuzz::check;

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_pieces({data, size, max_size, seed}, fuzz::kRecordForm);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::text(data, size);
  std::vector<std::string> rrs;
  for (const auto line : split(input, '\n')) rrs.emplace_back(line);
  const auto txt = select_sts_record(rrs);
  const auto lint = lint_record(rrs);
  check(lint.valid == std::holds_alternative<StsRecord>(txt), "lint agrees with the parser");
  check(escape_remote(lint.error) == lint.error, "errors are printable");
  for (const auto& rr : rrs) {
    const auto record = parse_sts_record(rr);
    if (!record) continue;
    check(!record->id.empty() && record->id.size() <= 32, "an id has 1 to 32 characters");
    check(std::all_of(record->id.begin(), record->id.end(), is_alnum), "letters and digits");
    check(rr.find("id=" + record->id) != std::string::npos, "the id stands in the record");
    const auto again = parse_sts_record("v=STSv1; id=" + record->id + ";");
    check(again && again->id == record->id && again->warnings.empty(), "stable");
  }
  return 0;
}
