// However a stream is cut into pieces, it holds the same netstrings and the same error. The first
// octet seeds the cuts.
#include <string>
#include <vector>

#include "check.h"
#include "cuts.h"
#include "wire/netstring.h"
#include "wire/socketmap.h"

using namespace strictmx;
using fuzz::check;

namespace {

std::vector<std::string> read(std::string_view stream, unsigned seed) {
  NetstringReader reader(300);
  std::vector<std::string> seen;
  for (fuzz::Cuts cuts(stream, seed); !cuts.done();) {
    const auto piece = cuts.next();
    std::string_view input = piece;
    for (;;) {
      const auto next = reader.next(input);
      if (!next) {
        seen.push_back("!" + next.error().detail);
        return seen;
      }
      if (!*next) break;
      check((*next)->size() <= 300, "payload limit");
      seen.emplace_back(**next);
      static_cast<void>(parse_socketmap_query(seen.back()));
    }
  }
  seen.emplace_back(reader.inside() ? "inside" : "outside");
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto stream = fuzz::text(data + 1, size - 1);
  const auto seen = read(stream, data[0]);
  check(seen == read(stream, data[0] + 257U), "the cuts do not matter");
  std::string again;
  for (std::size_t i = 0; i + 1 < seen.size(); ++i) append_netstring(again, seen[i]);
  check(stream.starts_with(again), "what was read is what was sent");
  return 0;
}
