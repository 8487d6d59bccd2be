// cmd/cli/cli.h: the command line to one value that says what is to be done. Nothing is read,
// printed or ended here. The command-line library is seen by the .cc only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "cmd/check/check_local.h"
#include "cmd/check/check_text.h"
#include "cmd/config/load_config.h"
#include "cmd/opensmtpd_calls.h"
#include "cmd/output_form.h"
#include "cmd/report/report_calls.h"
#include "cmd/report/results_call.h"
#include "cmd/terminal.h"
#include "core/check/sender_profile.h"
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

struct LintTlsrptCall {
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
  forget,
  refresh,
  pin,
  unpin,
  status,
};

// `strictmx policy ...`, on the stored policies.
struct PolicyCall {
  PolicyAction action = PolicyAction::list;
  ConfigSource config;
  std::string word;  // a domain; export, import, backup: the file, "-" is standard in/output
  OutputForm form = OutputForm::text;
  std::optional<PolicyMode> mode;                                 // list: only these
  enum class Age : std::uint8_t { any, expired } age = Age::any;  // list: only these
  enum class Force : std::uint8_t { no, yes } force = Force::no;  // forget
  std::string until;                                              // pin: a day; empty: for good
  std::string sign_key;  // export: file of a private key; empty: not signed
};

// `strictmx check`: at least one domain, a file of domains, or a file of plans; or a question about
// the catalogue of findings.
struct CheckCall {
  ConfigSource config;
  std::vector<std::string> domains;
  std::string file;  // one domain a line; "-" is standard input; empty: none
  std::string plan;  // records and policy that are not yet published; empty: none
  enum class Smtp : std::uint8_t { full, quick, off } smtp = Smtp::full;
  enum class Form : std::uint8_t { text, facts, json, jsonl, junit, sarif, html, catalogue };
  std::vector<Form> forms;           // as asked for; at most one makes sense
  std::optional<std::string> about;  // id of a finding to explain
  std::optional<SenderProfile> from;
  TextWish wish;
  Shown shown = Shown::matters;
  enum class Progress : std::uint8_t { automatic, always } progress = Progress::automatic;
};

struct CheckConfigCall {
  std::string file;
};

struct ImportConfigCall {
  std::string file;  // "-" is standard input
};

struct ShowDefaultsCall {};

struct ShowTextCall {
  std::string text;  // what --help or --version prints
};

using Call = std::variant<ServeCall, QueryCall, LintRecordCall, LintPolicyCall, LintMatchCall,
                          LintTlsrptCall, PolicyCall, CheckCall, ReportFileCall, ReportKeyCall,
                          ReportOutCall, ResultsCall, TableOpenSmtpdCall, FilterOpenSmtpdCall,
                          ExportOpenSmtpdCall, CheckLocalCall, CheckConfigCall, ImportConfigCall,
                          ShowDefaultsCall, ShowTextCall>;

// `arguments` without the program's name. Errors: Errc::usage, with a line for people.
Result<Call> parse_command_line(std::vector<std::string> arguments);

}  // namespace strictmx
