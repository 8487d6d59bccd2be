#include "wire/opensmtpd_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "wire/opensmtpd_field.h"

namespace strictmx {

namespace {

// smtpd gives what follows to its log, and ends itself over anything else.
bool is_reply(std::string_view reply) {
  return reply == "found" || reply == "not-found" || reply.starts_with("found|") ||
         (reply.starts_with("error|") && reply.size() > 6);
}

// A question about a name that no domain has would break the line to strictmx.
bool is_table_key(std::string_view key) {
  constexpr std::size_t kMaxKey = 255;
  return !key.empty() && key.size() <= kMaxKey && std::none_of(key.begin(), key.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '|';
  });
}

}  // namespace

std::vector<std::string> OpenSmtpdTable::on_line(std::string_view line) {
  if (line == "config|ready") return {"register|domain", "register|relayhost", "register|ready"};
  if (take_field(line) != "table") return {};
  for (int skipped = 0; skipped < 3; ++skipped) take_field(line);  // version, time, table
  const auto operation = take_field(line);
  if (operation == "update") return {fmt::format("update-result|{}|ok", line)};
  const auto service = take_field(line);
  const auto id = take_field(line);
  if (operation == "fetch") return {fmt::format("fetch-result|{}|not-found", id)};
  return {fmt::format("{}-result|{}|{}", operation, id, answer(operation, service, line))};
}

std::string OpenSmtpdTable::answer(std::string_view operation, std::string_view service,
                                   std::string_view key) {
  const bool relay = operation == "lookup" && service == "relayhost";
  const bool domain = service == "domain" && (operation == "check" || operation == "lookup");
  if (!relay && !domain) return "error|not a question for strictmx";
  if (!is_table_key(key)) return "not-found";
  std::string reply = ask_(relay ? "relayhost" : "check", key);
  if (!is_reply(reply)) return "error|strictmx does not answer";
  if (domain && operation == "lookup" && reply == "found") return fmt::format("found|{}", key);
  return reply;
}

}  // namespace strictmx
