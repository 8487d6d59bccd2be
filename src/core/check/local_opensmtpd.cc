#include <optional>

#include <fmt/format.h>

#include "base/text.h"
#include "core/check/local_text.h"

namespace strictmx {

namespace {

constexpr std::string_view kProgram = "/usr/libexec/opensmtpd/table-";

struct Table {
  std::string name;
  std::string backend;  // "strictmx" of "strictmx:/run/strictmx/line.sock", or "file"
  std::string path;
};

// "table NAME BACKEND:PATH", the first whose backend or name speaks of strictmx.
std::optional<Table> find_table(const std::vector<std::string_view>& lines) {
  for (const auto line : lines) {
    const auto words = split(line, ' ');
    if (words.size() < 3 || words[0] != "table") continue;
    const auto colon = words[2].find(':');
    if (colon == std::string_view::npos) continue;
    Table table{std::string(words[1]), std::string(words[2].substr(0, colon)),
                std::string(words[2].substr(colon + 1))};
    const bool ours = table.backend.find("strictmx") != std::string::npos ||
                      table.name.find("strictmx") != std::string::npos;
    if (ours) return table;
  }
  return std::nullopt;
}

void check_rules(const std::vector<std::string_view>& lines, std::vector<Trap>& traps) {
  bool relays = false;
  bool caught = false;
  for (const auto line : lines) {
    const bool ours = line.find("<strictmx") != std::string_view::npos;
    if (line.starts_with("action ") && ours && has_word(line, "relay")) {
      relays = true;
      if (!has_word(line, "tls")) {
        traps.push_back(fault("opensmtpd.no-tls",
                              "the action that relays by the table lacks tls: certificates are not "
                              "checked"));
      }
    }
    if (!line.starts_with("match ")) continue;
    if (ours && caught) {
      traps.push_back(fault("opensmtpd.order",
                            "the rule for the table stands behind one for any domain, and is never "
                            "reached"));
    }
    caught = caught || line.find(" for any ") != std::string_view::npos;
  }
  if (!relays) {
    traps.push_back(fault("opensmtpd.no-relay", "no action relays by the table"));
  }
}

}  // namespace

std::vector<Trap> check_opensmtpd(const OpenSmtpdFacts& facts, const PathExists& exists) {
  const auto lines = lines_of(facts.config, '#');
  const auto table = find_table(lines);
  if (!table) {
    return {fault("opensmtpd.not-asked", "no table of smtpd.conf is strictmx's: it is not asked")};
  }
  std::vector<Trap> traps;
  if (table->backend == "file") {
    if (!exists(table->path)) {
      traps.push_back(
          fault("opensmtpd.no-file",
                fmt::format("there is no {}: run strictmx export-opensmtpd", table->path)));
    }
  } else {
    const Version version = find_version(facts.version, "OpenSMTPD");
    if (version < Version{7, 6, 0}) {
      traps.push_back(fault("opensmtpd.version",
                            "OpenSMTPD before 7.6 knows no table programs of this kind: use "
                            "strictmx export-opensmtpd"));
    }
    const std::string program = std::string(kProgram) + table->backend;
    if (!exists(program)) {
      traps.push_back(fault("opensmtpd.no-program", fmt::format("there is no {}", program)));
    }
    if (!exists(table->path)) {
      traps.push_back(fault("opensmtpd.socket", fmt::format("no socket at {}", table->path)));
    }
  }
  check_rules(lines, traps);
  return traps;
}

}  // namespace strictmx
