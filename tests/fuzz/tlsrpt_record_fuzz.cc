// What a record asks for is an address that can be written into an envelope or a request as it is.
#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "check.h"
#include "core/report/mail_address.h"
#include "core/tlsrpt_record.h"
#include "forms.h"

using namespace strictmx;
using fuzz::check;

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_pieces({data, size, max_size, seed}, fuzz::kTlsRptForm);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::text(data, size);
  std::vector<std::string> rrs;
  for (const auto line : split(input, '\n')) rrs.emplace_back(line);
  const auto txt = select_tlsrpt_record(rrs);
  const auto lint = lint_tlsrpt_record(rrs);
  check(lint.valid == std::holds_alternative<TlsRptRecord>(txt), "lint agrees with the parser");
  check(std::ranges::all_of(lint.error, [](char c) { return c >= ' ' && c < '\x7f'; }),
        "errors are printable, escaped once");
  const auto* record = std::get_if<TlsRptRecord>(&txt);
  if (record == nullptr) return 0;
  check(!record->rua.empty() && record->rua.size() <= 16, "1 to 16 addresses");
  for (const auto& uri : record->rua) {
    check(std::ranges::all_of(uri.target, [](char c) { return c > ' ' && c < '\x7f'; }),
          "printable without blanks");
    check(parse_report_uri(uri.text)->key() == uri.key(), "the same when read alone");
    if (uri.scheme == ReportScheme::mailto) {
      const auto address = MailAddress::parse(uri.target);
      check(address && address->text() == uri.target, "one address and nothing else");
    } else {
      check(uri.target.starts_with('/') && uri.port != 0, "a path and a port");
    }
  }
  return 0;
}
