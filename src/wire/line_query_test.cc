#include "wire/line_query.h"

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

std::string shown_line(std::string_view line) {
  const auto query = parse_line_query(line);
  if (!query) return std::string(name_of(query.error().code)) + " " + query.error().detail;
  if (const auto* event = std::get_if<LineEvent>(&*query)) {
    std::string text = "event";
    for (const auto& [key, value] : event->fields) text += " " + key + "=<" + value + ">";
    return text;
  }
  const auto& question = std::get<LineQuestion>(*query);
  const char* const verbs[] = {"exim", "check", "relayhost", "mxok"};
  return std::string(verbs[static_cast<int>(question.verb)]) + " <" + question.domain + "> <" +
         question.host + ">";
}

}  // namespace

TEST_CASE("questions of one line") {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"exim example.com", "exim <example.com> <>"},
      {"EXIM  Example.COM. ", "exim <Example.COM.> <>"},
      {"\tcheck\texample.com", "check <example.com> <>"},
      {"relayhost [mx.example.com]:25", "relayhost <[mx.example.com]:25> <>"},
      {"mxok example.com mx1.example.com", "mxok <example.com> <mx1.example.com>"},
      {"exim b\xc3\xbc"
       "cher.example",
       "exim <b\xc3\xbc"
       "cher.example> <>"},
      {"", "unsupported offset 0: unknown verb"},
      {"GET / HTTP/1.1", "unsupported offset 0: unknown verb"},
      {"exim", "syntax offset 4: 0 words instead of 1"},
      {"exim a b", "syntax offset 4: 2 words instead of 1"},
      {"mxok a", "syntax offset 4: 1 words instead of 2"},
      {"exim a\x01", "syntax offset 6: control character"},
      {"exim a\r", "syntax offset 6: control character"},
      {"exim a\x7f", "syntax offset 6: control character"},
  };
  for (const auto& [line, expected] : rows) CHECK(shown_line(line) == expected);
  CHECK(shown_line(std::string(kMaxLineQuery, 'a')) ==
        "too_large offset 16384: the line is too long");
}

TEST_CASE("events: plain and quoted values") {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"event", "event"},
      {"event mta=exim what=tcp:close", "event mta=<exim> what=<tcp:close>"},
      {"event KEY=", "event key=<>"},
      {R"(event a="x y" b=z)", "event a=<x y> b=<z>"},
      {R"(event a="" b="q\"\\n\n\r")", "event a=<> b=<q\"\\n\n\r>"},
      {R"(event a=x"y)", "event a=<x\"y>"},
      {R"(event a="x)", "syntax offset 10: quote without an end"},
      {R"(event a="x\)", "syntax offset 11: quote without an end"},
      {R"(event a="x"y)", "syntax offset 11: no blank after \""},
      {"event a", "syntax offset 6: not KEY=VALUE"},
      {"event =x", "syntax offset 6: not KEY=VALUE"},
      {"event a.b=x", "syntax offset 6: not KEY=VALUE"},
  };
  for (const auto& [line, expected] : rows) CHECK(shown_line(line) == expected);
  std::string many = "event";
  for (std::size_t i = 0; i < kMaxEventFields; ++i) many += " a=b";
  CHECK(shown_line(many).starts_with("event a=<b>"));
  CHECK(shown_line(many + " a=b").starts_with("too_large"));
}

TEST_CASE("of a repeated field the first counts") {
  const auto query = parse_line_query("event a=1 a=2");
  const auto& event = std::get<LineEvent>(query.value());
  CHECK(*event.find("a") == "1");
  CHECK(event.find("b") == nullptr);
}
