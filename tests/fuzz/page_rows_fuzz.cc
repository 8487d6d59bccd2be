// Policy rows out of the pages of a damaged database: nothing is read outside of a page, and what
// is handed out is a policy. A page is a few kilobytes of zeros but for what the input says: pairs
// of place and octets, so that cells, lengths and overflow chains are met and not only noise.
#include <array>
#include <string>

#include "check.h"
#include "store/page_rows.h"

using namespace strictmx;
using fuzz::check;

namespace {

constexpr std::size_t kPages = 3;

struct Pages {
  std::array<std::string, kPages> all;

  std::string_view read(std::uint32_t number) const {
    return number >= 1 && number <= kPages ? std::string_view(all[number - 1]) : "";
  }
};

// Repeatedly: page, place (two octets), how many, octets.
Pages make_pages(std::string_view input) {
  Pages pages;
  for (auto& page : pages.all) page.assign(kPageBytes, '\0');
  while (input.size() > 4) {
    auto& page = pages.all[static_cast<unsigned char>(input[0]) % kPages];
    const std::size_t at =
        static_cast<unsigned char>(input[1]) * 256U + static_cast<unsigned char>(input[2]);
    const auto octets = input.substr(4, static_cast<unsigned char>(input[3]));
    const auto begin = at % kPageBytes;
    const auto fitting = octets.substr(0, kPageBytes - begin);
    page.replace(begin, fitting.size(), fitting);
    input.remove_prefix(4 + octets.size());
  }
  return pages;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto pages = make_pages(fuzz::text(data, size));
  const auto read = [&](std::uint32_t number) { return pages.read(number); };
  for (std::uint32_t number = 0; number <= kPages + 1; ++number) {
    read_page_rows(number, read, [](const KnownPolicy& policy) {
      check(parse_policy(policy.body).has_value(), "a policy");
      check(Domain::parse_ascii(policy.domain.text()) == policy.domain, "a domain");
    });
  }
  return 0;
}
