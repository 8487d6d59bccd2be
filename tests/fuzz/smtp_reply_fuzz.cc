// However a stream of replies is cut into pieces, it holds the same replies and the same error.
// The first octet seeds the cuts.
#include <string>
#include <vector>

#include "check.h"
#include "cuts.h"
#include "forms.h"
#include "wire/smtp_reply.h"

using namespace strictmx;
using fuzz::check;

namespace {

std::vector<std::string> read(std::string_view stream, unsigned seed) {
  SmtpReplyReader reader;
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
      const auto& reply = **next;
      check(reply.code >= 200 && reply.code < 600, "code");
      check(!reply.lines.empty() && reply.lines.size() <= 128, "lines");
      seen.push_back(std::to_string(reply.code));
      for (const auto& line : reply.lines) seen.push_back(line);
      for (const auto defect : reply.defects) seen.emplace_back(name_of(defect));
    }
    check(input.empty(), "all is read");
  }
  seen.emplace_back(reader.inside() ? "inside" : "outside");
  return seen;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_pieces({data, size, max_size, seed}, fuzz::kSmtpForm);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto stream = fuzz::text(data + 1, size - 1);
  check(read(stream, data[0]) == read(stream, data[0] + 257U), "the cuts do not matter");
  return 0;
}
