#include "cmd/table_opensmtpd.h"

#include <iostream>
#include <string>

#include "net/line_client.h"
#include "wire/opensmtpd_filter.h"
#include "wire/opensmtpd_table.h"

namespace strictmx {

namespace {

// smtpd stands still while it waits for its table program.
constexpr Millis kPatience{950};

}  // namespace

Result<Endpoint> parse_line_socket(const std::string& text) {
  return Endpoint::parse(text.starts_with('/') ? "unix:" + text : text);
}

CommandResult run_table_opensmtpd(const TableOpenSmtpdCall& call) {
  const auto where = parse_line_socket(call.socket);
  if (!where) return refuse_call(where.error().detail);
  OpenSmtpdTable table([&](std::string_view verb, std::string_view domain) {
    std::string question(verb);
    question += ' ';
    question += domain;
    return ask_line(*where, question, kPatience).value_or("");
  });
  std::string line;
  while (std::getline(std::cin, line)) {
    for (const auto& answer : table.on_line(line)) std::cout << answer << '\n';
    std::cout.flush();
  }
  return {};
}

CommandResult run_filter_opensmtpd(const FilterOpenSmtpdCall& call) {
  const auto where = parse_line_socket(call.socket);
  if (!where) return refuse_call(where.error().detail);
  OpenSmtpdFilter filter;
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto output = filter.on_line(line);
    for (const auto& reply : output.replies) std::cout << reply << '\n';
    std::cout.flush();
    for (const auto& event : output.events) tell_line(*where, event, kPatience);
  }
  return {};
}

}  // namespace strictmx
