// The daemon's reader of requests: however the stream is cut, it holds the same questions; each
// means what its octets say, and an answer to it is one netstring. The first octet seeds the cuts.
#include <string>
#include <vector>

#include "check.h"
#include "cuts.h"
#include "service/policyd/request_reader.h"
#include "wire/netstring.h"
#include "wire/socketmap.h"

using namespace strictmx;
using fuzz::check;

namespace {

void check_question(const Query& query) {
  const auto payload_of_key = "a " + std::string(query.key);
  const auto parsed = parse_socketmap_query(payload_of_key);
  check(parsed && parsed->key == query.key, "the key is all behind the first blank");
  std::string reply;
  append_netstring(reply, socketmap_payload({MtaStatus::temp, one_line_reason(query.key)}));
  NetstringReader reader(kMaxSocketmapReply);
  std::string_view rest = reply;
  const auto payload = reader.next(rest);
  check(payload && *payload && (*payload)->starts_with("TEMP ") && rest.empty(), "one reply");
  check((*payload)->size() <= 205, "a reason is short");
}

std::vector<std::string> read(std::string_view stream, unsigned seed) {
  const auto reader = make_socketmap_reader();
  std::vector<std::string> seen;
  for (fuzz::Cuts cuts(stream, seed); !cuts.done();) {
    const auto piece = cuts.next();
    std::string_view input = piece;
    for (;;) {
      const auto query = reader->next(input);
      if (!query) {
        seen.push_back("!" + query.error().detail);
        return seen;
      }
      if (!*query) break;
      check((*query)->key.size() <= kMaxSocketmapQuery, "bounded");
      check_question(**query);
      seen.push_back(std::to_string(static_cast<int>((*query)->dialect)));
      seen.back().append((*query)->key);
    }
    check(input.empty(), "all is taken");
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto stream = fuzz::text(data + 1, size - 1);
  check(read(stream, data[0]) == read(stream, data[0] + 257U), "the cuts do not matter");
  return 0;
}
