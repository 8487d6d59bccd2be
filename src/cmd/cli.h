// cmd/cli.h: the command line to one value that says what is to be done. Nothing is read, printed
// or ended here. The command-line library is seen by the .cc only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "cmd/check_local.h"
#include "cmd/load_config.h"
#include "cmd/opensmtpd_calls.h"
#include "cmd/output_form.h"
#include "core/sts_policy.h"

namespace strictmx {

enum class Detail : std::uint8_t { answer, steps };  // steps: also how it came about

struct ServeCall {
  ConfigSource config;
};

struct QueryCall {
  ConfigSource config;
  std::string key;  // a next-hop as an MTA asks for it
  OutputForm form = OutputForm::text;
  Detail detail = Detail::answer;
};

struct LintRecordCall {
  std::vector<std::string> records;  // one per TXT RR, at least one
  OutputForm form = OutputForm::text;
};

struct LintPolicyCall {
  std::string file;  // "-" is standard input
  OutputForm form = OutputForm::text;
};

struct LintMatchCall {
  std::string host;
  std::vector<std::string> patterns;  // at least one
  OutputForm form = OutputForm::text;
};

enum class PolicyAction : std::uint8_t {
  list,
  show,
  stats,
  export_list,
  import_list,
  verify,
  backup,
};

// `strictmx policy ...`, on the stored policies.
struct PolicyCall {
  PolicyAction action = PolicyAction::list;
  ConfigSource config;
  std::string
      word;  // show: the domain; export, import, backup: the file, "-" is standard in/output
  OutputForm form = OutputForm::text;
  std::optional<PolicyMode> mode;                                 // list: only these
  enum class Age : std::uint8_t { any, expired } age = Age::any;  // list: only these
};

struct CheckConfigCall {
  std::string file;
};

struct ShowDefaultsCall {};

struct ShowTextCall {
  std::string text;  // what --help or --version prints
};

using Call = std::variant<ServeCall, QueryCall, LintRecordCall, LintPolicyCall, LintMatchCall,
                          PolicyCall, TableOpenSmtpdCall, FilterOpenSmtpdCall, ExportOpenSmtpdCall,
                          CheckLocalCall, CheckConfigCall, ShowDefaultsCall, ShowTextCall>;

// `arguments` without the program's name. Errors: Errc::usage, with a line for people.
Result<Call> parse_command_line(std::vector<std::string> arguments);

}  // namespace strictmx
