// Unpacking keeps to its limit whatever it is given. The first octet says what the rest is: even,
// packed octets as they come; odd, a text, packed by us and then damaged at up to two places that
// its next four octets tell, so that whole members with right and with wrong sums are met.
#include <string>

#include "check.h"
#include "wire/gzip.h"

using namespace strictmx;
using fuzz::check;

namespace {

void check_limits(std::string_view packed) {
  constexpr std::size_t kLarge = 1 << 16;
  for (const auto unpack : {&gunzip, &unzip_first}) {
    const auto all = unpack(packed, kLarge);
    if (!all) {
      check(!all.error().detail.empty(), "an error says why");
      continue;
    }
    check(all->size() <= kLarge, "the limit holds");
    check(unpack(packed, all->size()) == *all, "the limit itself is allowed");
    if (all->empty()) continue;
    const auto less = unpack(packed, all->size() - 1);
    check(!less && less.error().code == Errc::too_large, "one octet less is too large");
  }
}

void damage(std::string& packed, const std::uint8_t* how) {
  for (int i = 0; i < 4; i += 2) {
    const std::size_t at = how[i];
    if (at < packed.size()) packed[at] = static_cast<char>(packed[at] ^ how[i + 1]);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  if (data[0] % 2 == 0) {
    const std::string packed(fuzz::text(data + 1, size - 1));  // on the heap: overruns are found
    check_limits(packed);
    return 0;
  }
  if (size < 5) return 0;
  const std::string text(fuzz::text(data + 5, size - 5));
  auto packed = *gzip(text);
  check(gunzip(packed, text.size()) == text, "packed and unpacked");
  check(gunzip(packed + packed, 2 * text.size()) == text + text, "two members");
  damage(packed, data + 1);
  check_limits(packed);
  return 0;
}
