// cmd/cli/cli_groups.h: the groups of commands, each described in a file of its own (cli_*.cc).
// Each add() binds its commands to the members; when one is given, `call` becomes that command's
// call. The objects must outlive the parsing. Private to cmd/cli/cli.
#pragma once
#include "cmd/cli/cli.h"
#include "cmd/cli/command_builder.h"

namespace strictmx {

struct ServiceCommands {  // serve, query
  ServeCall serve;
  QueryCall query;
  void add(CommandBuilder top, Call& call);
};

struct LintCommands {  // lint ...
  LintRecordCall record;
  LintPolicyCall policy;
  LintMatchCall match;
  LintTlsrptCall tlsrpt;
  void add(CommandBuilder top, Call& call);
};

struct PolicyCommands {  // policy ...
  PolicyCall policy;
  void add(CommandBuilder top, Call& call);

 private:
  using MakeAction =
      std::function<CommandBuilder(PolicyAction what, const char* name, const char* help)>;
  void add_control(const MakeAction& action);
};

struct CheckCommands {  // check
  CheckCall check;
  void add(CommandBuilder top, Call& call);
};

struct ReportCommands {  // report ...
  ResultsCall results;
  ReportFileCall file;
  ReportKeyCall key;
  ReportOutCall out;
  void add(CommandBuilder top, Call& call);
};

struct MtaCommands {  // table-opensmtpd, filter-opensmtpd, export-opensmtpd, check-local
  TableOpenSmtpdCall table;
  FilterOpenSmtpdCall filter;
  ExportOpenSmtpdCall files;
  CheckLocalCall local;
  void add(CommandBuilder top, Call& call);
};

struct ConfigCommands {  // check-config, import-config, config
  CheckConfigCall check{std::string(kDefaultConfigFile)};
  ImportConfigCall import;
  void add(CommandBuilder top, Call& call);
};

}  // namespace strictmx
