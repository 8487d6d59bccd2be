#include "wire/http_target.h"

#include <doctest/doctest.h>

#include "base/text.h"

using namespace strictmx;

namespace {

std::string shown(std::string_view text) {
  const auto target = parse_http_target(text);
  if (!target) return std::string(name_of(target.error().code)) + ": " + target.error().detail;
  std::string line = join(target->path, "|");
  for (const auto& [name, value] : target->query) line += " " + name + "=" + value;
  return line;
}

}  // namespace

TEST_CASE("targets as words") {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"/", ""},
      {"/v1/policy/example.com", "v1|policy|example.com"},
      {"/v1/policy/%5Bmx.example%5d:25", "v1|policy|[mx.example]:25"},
      {"/a%2Fb/c", "a/b|c"},
      {"/a//b/", "a||b|"},
      {"/a?dane=off&x", "a dane=off x="},
      {"/a?x=1=2&y=%26", "a x=1=2 y=&"},
      {"/b%C3%BCcher.example",
       "b\xc3\xbc"
       "cher.example"},
      {"", "syntax: no path"},
      {"http://h/a", "syntax: no path"},
      {"*", "syntax: no path"},
      {"/%", "syntax: wrong percent-encoding"},
      {"/%4", "syntax: wrong percent-encoding"},
      {"/%4g", "syntax: wrong percent-encoding"},
      {"/%00", "syntax: control character"},
      {"/a?b=%0d%0a", "syntax: control character"},
      {"/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q", "too_large: the target has too many parts"},
  };
  for (const auto& [text, expected] : rows) CHECK(shown(text) == expected);
  CHECK(shown("/" + std::string(2048, 'a')) == "too_large: the target is too long");
}

TEST_CASE("of a repeated query field the first counts") {
  const auto target = parse_http_target("/?a=1&a=2");
  CHECK(*target->find("a") == "1");
  CHECK(target->find("b") == nullptr);
}
