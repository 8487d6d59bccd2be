// wire/opensmtpd_table.h: the table protocol 0.1 of OpenSMTPD 7.6 and later, smtpd-tables(7): lines
// of fields with "|" between, one answer for each question. Pure; the questions go on to strictmx's
// line protocol (docs/line.md). smtpd ends itself when a table program ends or writes what it does
// not know: so every question has an answer of the right form, whatever happens.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace strictmx {

class OpenSmtpdTable {
 public:
  // Asks strictmx: verb ("check", "relayhost") and domain to its reply without the line end; empty
  // when there is none in time.
  using Ask = std::function<std::string(std::string_view verb, std::string_view domain)>;
  explicit OpenSmtpdTable(Ask ask) : ask_(std::move(ask)) {}

  // What to write for a line of smtpd (without its end): no line or several.
  std::vector<std::string> on_line(std::string_view line);

 private:
  std::string answer(std::string_view operation, std::string_view service, std::string_view key);

  Ask ask_;
};

}  // namespace strictmx
