// Whatever OpenSMTPD writes, each question of its table protocol has one answer of the right form,
// and its reports make only lines that our own reader takes. Lines; the first octet of each says
// whether it goes to the table or to the filter.
#include <string>

#include "base/text.h"
#include "check.h"
#include "wire/line_query.h"
#include "wire/opensmtpd_filter.h"
#include "wire/opensmtpd_table.h"

using namespace strictmx;
using fuzz::check;

namespace {

bool is_one_line(std::string_view text) { return text.find('\n') == text.npos; }

void ask_table(OpenSmtpdTable& table, std::string_view line) {
  for (const auto& reply : table.on_line(line)) {
    check(is_one_line(reply), "one line");
    check(reply.find("-result|") != reply.npos || reply == "register|ready" ||
              reply.starts_with("register|"),
          "an answer that smtpd knows");
  }
}

void tell_filter(OpenSmtpdFilter& filter, std::string_view line) {
  const auto output = filter.on_line(line);
  for (const auto& reply : output.replies) check(is_one_line(reply), "one line for smtpd");
  for (const auto& event : output.events) {
    check(is_one_line(event), "one event");
    check(parse_line_query(event).has_value(), "our own reader takes it");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  OpenSmtpdTable table([](std::string_view verb, std::string_view domain) {
    check(verb == "check" || verb == "relayhost", "one of our questions");
    check(is_one_line(domain) && domain.find(' ') == domain.npos, "one word");
    return std::string(domain.size() % 2 == 0 ? "" : "200 enforce mx.example");
  });
  OpenSmtpdFilter filter;
  for (const auto line : split(fuzz::text(data, size), '\n')) {
    if (line.starts_with('t')) {
      ask_table(table, line.substr(1));
    } else {
      tell_filter(filter, line.substr(line.empty() ? 0 : 1));
    }
  }
  return 0;
}
