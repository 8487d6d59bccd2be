// RDATA never reads past its end; an exchange is plain text that splits into its labels again.
#include <string>

#include "base/text.h"
#include "check.h"
#include "wire/dns_rdata.h"
#include "wire/http_content_type.h"

using namespace strictmx;
using fuzz::check;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto rdata = fuzz::text(data, size);
  if (const auto txt = parse_txt_rdata(rdata)) check(txt->size() < size, "shorter than its RDATA");
  check(parse_a_rdata(rdata).has_value() == (size == 4), "A has 4 octets");
  check(parse_aaaa_rdata(rdata).has_value() == (size == 16), "AAAA has 16 octets");
  check(!is_text_plain(rdata) || ascii_lower(rdata).find("text/plain") < size, "media type");
  const auto mx = parse_mx_rdata(rdata);
  if (!mx) return 0;
  std::string wire(rdata.substr(0, 2));
  if (!mx->exchange.empty()) {
    for (const auto label : split(mx->exchange, '.')) {
      wire += static_cast<char>(label.size());
      wire += label;
    }
  }
  wire += '\0';
  check(equals_ignore_case(wire, rdata), "the text is the name");
  check(escape_remote(mx->exchange).size() >= mx->exchange.size(), "printable");
  check(mx->exchange.size() <= 253, "at most 253 octets");
  return 0;
}
