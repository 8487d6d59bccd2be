// Our reader of the MTA-STS record and the naive one say the same.
#include <string>
#include <vector>

#include "base/text.h"
#include "check.h"
#include "core/sts_record.h"
#include "forms.h"
#include "naive.h"

using namespace strictmx;
using fuzz::check;

constexpr std::size_t kMost = 120;  // octets; keeps below the limit of 64 fields

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_pieces({data, size, max_size, seed}, fuzz::kRecordForm);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMost) return 0;
  std::vector<std::string> rrs;
  for (const auto line : split(fuzz::text(data, size), '\n')) rrs.emplace_back(line);
  const auto expected = naive::read_sts_txt(rrs);
  const auto txt = select_sts_record(rrs);
  check(std::holds_alternative<NoStsRecord>(txt) == (expected.candidates == 0), "no record");
  check(std::holds_alternative<SeveralStsRecords>(txt) == (expected.candidates > 1), "several");
  const auto* record = std::get_if<StsRecord>(&txt);
  check((record != nullptr) == expected.id.has_value(), "valid or not");
  if (record != nullptr) check(record->id == *expected.id, "the same id");
  return 0;
}
