// What is accepted as a domain is one, in its only form.
#include "base/text.h"
#include "check.h"
#include "core/domain.h"
#include "core/ip_address.h"

using namespace strictmx;
using fuzz::check;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::text(data, size);
  const auto domain = Domain::parse(input);
  if (const auto ascii = Domain::parse_ascii(input)) {
    check(domain && *ascii == *domain, "both ways of reading agree");
    check(equals_ignore_case(ascii->text(), input), "only the case changes");
  }
  if (const auto address = IpAddress::parse(input)) {
    check(!domain, "no address is a domain");
    check(IpAddress::parse(address->text()).value() == *address, "addresses are stable");
  }
  if (!domain) return 0;
  check(domain->text().size() <= 253 && !domain->text().empty(), "1 to 253 octets");
  check(Domain::parse_ascii(domain->text()).value() == *domain, "stable");
  for (const auto label : split(domain->text(), '.')) {
    check(!label.empty() && label.size() <= 63, "labels of 1 to 63 octets");
    check(label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == label.npos, "LDH");
    check(label.front() != '-' && label.back() != '-', "no hyphen at an end");
  }
  return 0;
}
