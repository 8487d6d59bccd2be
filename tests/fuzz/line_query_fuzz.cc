// No line is misread: what was accepted, written anew, means the same.
#include <string>

#include "check.h"
#include "wire/line_query.h"

using namespace strictmx;
using fuzz::check;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto query = parse_line_query(fuzz::text(data, size));
  if (!query) {
    check(!query.error().detail.empty(), "an error says where");
    return 0;
  }
  const auto* event = std::get_if<LineEvent>(&*query);
  if (event == nullptr) return 0;
  check(event->fields.size() <= kMaxEventFields, "bounded");
  std::string line = "event";
  for (const auto& [key, value] : event->fields) {
    line += " " + key + "=\"";
    for (const char c : value) {
      if (c == '\n') {
        line += "\\n";
      } else if (c == '\r') {
        line += "\\r";
      } else {
        if (c == '"' || c == '\\') line += '\\';
        line += c;
      }
    }
    line += '"';
  }
  if (line.size() >= kMaxLineQuery) return 0;
  const auto again = parse_line_query(line);
  check(again && std::get_if<LineEvent>(&*again) != nullptr, "written anew, accepted");
  check(std::get<LineEvent>(*again).fields == event->fields, "the same fields");
  return 0;
}
