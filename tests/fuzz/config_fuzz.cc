// The configuration file: every problem has its line and is printable, and what was taken without
// one is taken again the same way.
#include <algorithm>
#include <string>

#include "check.h"
#include "cmd/config/config_file.h"
#include "cmd/config/config_table.h"
#include "mutator.h"

using namespace strictmx;
using fuzz::check;

namespace {

constexpr std::string_view kWords[] = {"[dns]\n",
                                       "[https]\n",
                                       "[policy]\n",
                                       "[report]\n",
                                       "[limits]\n",
                                       "[[policy.overrides]]\n",
                                       "listen = [\"inet:127.0.0.1:1\", \"unix:/a\"]\n",
                                       "forward = \"192.0.2.1\"\n",
                                       "idle = \"10s\"\n",
                                       "deadline = \"5m\"\n",
                                       "keep_days = 3\n",
                                       "port = 443\n",
                                       "trust_ad_remote = true\n",
                                       "overrides = [\"a.example none until 2026-12-31\"]\n",
                                       "relay = \"[::1]:25\"\n",
                                       "rewrite = [\"a b\"]\n",
                                       "a.b.c = {d = [1, 2.5, 1979-05-27]}\n",
                                       "\"\"\"",
                                       "'''",
                                       "\\u00e9",
                                       "#\n",
                                       "0x7fffffffffffffff",
                                       "inf",
                                       "\"-1s\""};
constexpr fuzz::PieceForm kForm{"\n", kWords};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_pieces({data, size, max_size, seed}, kForm);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text(data, size);
  Config config;
  const auto problems = read_config_text(text, "file", config);
  for (const auto& problem : problems) {
    check(problem.starts_with("file:") && problem.size() > 8, "a problem has its line");
    check(std::ranges::all_of(problem, [](char c) { return c >= ' ' && c < '\x7f'; }),
          "a problem is printable");
  }
  Config again = config;
  const auto same = read_config_text(text, "file", again);
  check(same == problems, "the same problems");
  check(again == config, "the same configuration");
  return 0;
}
