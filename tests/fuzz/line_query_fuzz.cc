// A line of Exim, OpenSMTPD or a script. None is misread: what was accepted, written anew, means
// the same; and what an event tells of a session is bounded.
#include <string>

#include "check.h"
#include "mutator.h"
#include "wire/line_query.h"
#include "wire/session_event.h"

using namespace strictmx;
using fuzz::check;

namespace {

constexpr std::string_view kWords[] = {"exim ",
                                       "check ",
                                       "relayhost ",
                                       "mxok ",
                                       "event ",
                                       "a.example ",
                                       "domain=a.example ",
                                       "mta=exim ",
                                       "what=tcp:close ",
                                       "what=msg:host:defer ",
                                       "what=dane:fail ",
                                       "errno=-37 ",
                                       "errno=-38 ",
                                       "data=\"a \\\"b\\\\\\n\" ",
                                       "data=dane-required ",
                                       "result=success ",
                                       "result=certificate-expired ",
                                       "host=mx.example ",
                                       "cipher=TLS1.3 ",
                                       "verified=1 ",
                                       "dane=yes ",
                                       "=",
                                       "\"",
                                       "\\"};
constexpr fuzz::PieceForm kForm{" ", kWords};

void check_session(const LineEvent& event) {
  const auto session = read_session(event);
  if (!session) {
    check(!session.error().detail.empty(), "an error says why");
  } else if (*session && (*session)->failure) {
    FailureDetails again = *(*session)->failure;
    bound(again);
    check(again == *(*session)->failure, "bounded and clean");
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_pieces({data, size, max_size, seed}, kForm);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto query = parse_line_query(fuzz::text(data, size));
  if (!query) {
    check(!query.error().detail.empty(), "an error says where");
    return 0;
  }
  const auto* event = std::get_if<LineEvent>(&*query);
  if (event == nullptr) return 0;
  check(event->fields.size() <= kMaxEventFields, "bounded");
  check_session(*event);
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
