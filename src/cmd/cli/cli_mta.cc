// cmd/cli/cli_mta.cc: commands that MTAs run, or that look at them.
#include "cmd/cli/cli_groups.h"

namespace strictmx {

void MtaCommands::add(CommandBuilder top, Call& call) {
  top.command("table-opensmtpd", "Table program of OpenSMTPD 7.6 and later.")
      .word("SOCKET", table.socket, "Where the daemon has listen_line: a path or an endpoint.")
      .run([this, &call] { call = table; });
  top.command("filter-opensmtpd", "Filter of OpenSMTPD that tells of its TLS sessions.")
      .word("SOCKET", filter.socket, "Where the daemon has listen_line: a path or an endpoint.")
      .run([this, &call] { call = filter; });
  top.command("export-opensmtpd", "Table files for OpenSMTPD before 7.6.")
      .word("DIR", files.folder, "Folder for the files domains and relays.")
      .option(
          "--socket", "SOCKET",
          [this](const std::string& value) {
            files.socket = value;
            return std::string();
          },
          "Where the daemon has listen_line.")
      .config_and_state(files.config)
      .run([this, &call] { call = files; });
  top.command("check-local", "Known traps in the MTAs of this machine.")
      .words("MTA", local.mtas, "postfix, exim, sendmail, opensmtpd; none: those that are found.",
             Need::optional)
      .option(
          "--root", "DIR",
          [this](const std::string& value) {
            local.root = value;
            return std::string();
          },
          "Look for /etc and sockets below this folder.")
      .json(local.form)
      .config_and_state(local.config)
      .run([this, &call] { call = local; });
}

}  // namespace strictmx
