// Our reader of the TLSRPT record and the naive one say the same.
#include <string>
#include <vector>

#include "base/text.h"
#include "check.h"
#include "core/tlsrpt_record.h"
#include "forms.h"
#include "naive.h"

using namespace strictmx;
using fuzz::check;

constexpr std::size_t kMost = 240;  // octets; keeps below the limits of 64 fields, 16 addresses

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_pieces({data, size, max_size, seed}, fuzz::kTlsRptForm);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMost) return 0;
  std::vector<std::string> rrs;
  for (const auto line : split(fuzz::text(data, size), '\n')) rrs.emplace_back(line);
  const auto expected = naive::read_tlsrpt_txt(rrs);
  const auto txt = select_tlsrpt_record(rrs);
  check(std::holds_alternative<NoTlsRptRecord>(txt) == (expected.candidates == 0), "no record");
  check(std::holds_alternative<SeveralTlsRptRecords>(txt) == (expected.candidates > 1), "several");
  const auto* record = std::get_if<TlsRptRecord>(&txt);
  check((record != nullptr) == expected.rua.has_value(), "valid or not");
  if (record == nullptr) return 0;
  std::vector<std::string> keys;
  for (const auto& uri : record->rua) keys.push_back(uri.key());
  check(keys == *expected.rua, "the same addresses");
  return 0;
}
