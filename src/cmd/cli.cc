#include "cmd/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/text.h"
#include "cmd/version.h"

namespace strictmx {

namespace {

constexpr std::size_t kHelpColumn = 34;

// CLI11 splits a word "[a,b]" into a list. A NUL behind the bracket, which no argument of a
// process can hold, prevents that.
std::string mark(std::string word) {
  if (word.ends_with(']')) word += '\0';
  return word;
}

std::string unmark(std::string word) {
  if (word.ends_with('\0')) word.pop_back();
  return word;
}

void add_key_flag(CLI::App& app, const ConfigKey& key, ConfigSource& source) {
  const auto store = [&source, &key](std::vector<std::string> words) {
    std::ranges::transform(words, words.begin(), unmark);
    source.flags.push_back({&key, std::move(words)});
  };
  const std::string flag(key.flag);
  const std::string help(key.summary);
  if (key.kind == ConfigKind::boolean) {
    const auto set = [store](std::int64_t count) { store({count > 0 ? "true" : "false"}); };
    app.add_flag_function(flag, set, help);
  } else if (key.kind == ConfigKind::list) {
    app.add_option_function<std::vector<std::string>>(flag, store, help)
        ->type_name(std::string(key.metavar))
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  } else {
    const auto set = [store](const std::string& word) { store({word}); };
    app.add_option_function<std::string>(flag, set, help)->type_name(std::string(key.metavar));
  }
}

void add_config_file(CLI::App& app, ConfigSource& source) {
  const auto file = [&source](const std::string& name) { source.file = unmark(name); };
  app.add_option_function<std::string>(
         "--config", file, fmt::format("Configuration file instead of {}.", kDefaultConfigFile))
      ->type_name("FILE");
}

void add_config_flags(CLI::App& app, ConfigScope scope, ConfigSource& source) {
  add_config_file(app, source);
  for (const auto& key : config_keys()) {
    if (key.flag.empty()) continue;
    if (scope == ConfigScope::serve_and_query && key.scope != scope) continue;
    add_key_flag(app, key, source);
  }
}

CLI::Option* add_word(CLI::App& app, const char* name, std::string& word, const char* help) {
  const auto store = [&word](const std::string& given) { word = unmark(given); };
  return app.add_option_function<std::string>(name, store, help)->required()->type_name("");
}

void add_words(CLI::App& app, const char* name, std::vector<std::string>& words, const char* help) {
  const auto store = [&words](std::vector<std::string> given) {
    for (const auto& word : given) words.push_back(unmark(word));
  };
  app.add_option_function<std::vector<std::string>>(name, store, help)
      ->required()
      ->type_name("")
      ->expected(1, -1);
}

// All commands, bound to the call each of them fills.
class CommandLine {
 public:
  CommandLine() : app_("MTA-STS policies for mail servers (RFC 8461).", "strictmx") {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", fmt::format("strictmx {}", kVersion), "Print the version.");
    app_.set_help_flag("-h,--help", "Print this help.");
    app_.get_formatter()->column_width(kHelpColumn);
    add_services();
    add_lint();
    add_policy();
    add_config();
  }

  Result<Call> parse(std::vector<std::string> arguments) {
    if (!arguments.empty() && !arguments[0].starts_with('-') && !is_command(arguments[0])) {
      return fail(Errc::usage, fmt::format("unknown command: {}", escape_remote(arguments[0])));
    }
    std::ranges::transform(arguments, arguments.begin(), mark);
    std::ranges::reverse(arguments);  // the library takes them from the back
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
      return ShowTextCall{app_.help()};
    } catch (const CLI::CallForVersion& version) {
      return ShowTextCall{fmt::format("{}\n", version.what())};
    } catch (const CLI::ParseError& error) {
      return fail(Errc::usage, error.what());
    }
    return call_;
  }

 private:
  bool is_command(const std::string& word) {
    return !app_.get_subcommands([&](CLI::App* app) { return app->get_name() == word; }).empty();
  }

  void add_services() {
    auto* serve = app_.add_subcommand("serve", "Answer MTAs until SIGTERM.");
    add_config_flags(*serve, ConfigScope::serve, serve_.config);
    serve->callback([this] { call_ = serve_; });

    auto* query = app_.add_subcommand("query", "What an MTA would be told now, and why.");
    add_word(*query, "DOMAIN", query_.key, "Next-hop domain as the MTA has it.");
    add_json(*query, query_.form);
    query->add_flag_function(
        "--explain", [this](std::int64_t) { query_.detail = Detail::steps; },
        "Print each step with the rule it follows.");
    add_config_flags(*query, ConfigScope::serve_and_query, query_.config);
    query->callback([this] { call_ = query_; });
  }

  void add_lint() {
    auto* lint = app_.add_subcommand("lint", "Check given text as the daemon would read it.");
    lint->require_subcommand(1);

    auto* record = lint->add_subcommand("record", "The TXT records of _mta-sts.DOMAIN.");
    add_words(*record, "TXT", lint_record_.records, "One argument for each TXT record.");
    add_json(*record, lint_record_.form);
    record->callback([this] { call_ = lint_record_; });

    auto* policy = lint->add_subcommand("policy", "A policy file.");
    add_word(*policy, "FILE", lint_policy_.file, "The file; - is standard input.");
    add_json(*policy, lint_policy_.form);
    policy->callback([this] { call_ = lint_policy_; });

    auto* match = lint->add_subcommand("match", "Whether an MX host is named by mx patterns.");
    add_word(*match, "HOST", lint_match_.host, "The MX host.");
    add_words(*match, "PATTERN", lint_match_.patterns, "Patterns of the policy's mx lines.");
    add_json(*match, lint_match_.form);
    match->callback([this] { call_ = lint_match_; });
  }

  void add_policy() {
    auto* policy = app_.add_subcommand("policy", "The stored policies.");
    policy->require_subcommand(1);
    auto& list = add_action(*policy, PolicyAction::list, "list", "All of them, by domain.");
    add_json(list, policy_.form);
    add_mode(list);
    list.add_flag_function(
        "--expired", [this](std::int64_t) { policy_.age = PolicyCall::Age::expired; },
        "Only those that no longer apply.");
    auto& show = add_action(*policy, PolicyAction::show, "show", "One, with the text that came.");
    add_word(show, "DOMAIN", policy_.word, "Policy domain.");
    add_json(show, policy_.form);
    add_json(add_action(*policy, PolicyAction::stats, "stats", "How many there are."),
             policy_.form);
    auto& out = add_action(*policy, PolicyAction::export_list, "export", "Write all to a list.");
    add_word(out, "FILE", policy_.word, "The file; - or none: standard output.")->required(false);
    auto& in = add_action(*policy, PolicyAction::import_list, "import", "Add those of a list.");
    add_word(in, "FILE", policy_.word, "The file; - is standard input.");
    add_action(*policy, PolicyAction::verify, "verify", "Check every row and page.");
    auto& backup = add_action(*policy, PolicyAction::backup, "backup", "Copy the store.");
    add_word(backup, "FILE", policy_.word, "The copy; replaced when it exists.");
  }

  CLI::App& add_action(CLI::App& parent, PolicyAction action, const char* name, const char* help) {
    auto* app = parent.add_subcommand(name, help);
    add_config_file(*app, policy_.config);
    for (const auto& key : config_keys()) {
      if (key.name == "state") add_key_flag(*app, key, policy_.config);
    }
    app->callback([this, action] {
      policy_.action = action;
      call_ = policy_;
    });
    return *app;
  }

  void add_mode(CLI::App& app) {
    const auto set = [this](const std::string& word) {
      for (const auto mode : {PolicyMode::enforce, PolicyMode::testing, PolicyMode::none}) {
        if (word == name_of(mode)) policy_.mode = mode;
      }
    };
    app.add_option_function<std::string>("--mode", set, "Only enforce, testing or none.")
        ->type_name("MODE")
        ->check([](const std::string& word) {
          const bool known = word == "enforce" || word == "testing" || word == "none";
          return known ? std::string() : "is not one of enforce, testing, none";
        });
  }

  void add_config() {
    auto* check = app_.add_subcommand("check-config", "Check a configuration file.");
    add_word(*check, "FILE", check_config_.file, "The file; without it the one that serve reads.")
        ->required(false);
    check->callback([this] { call_ = check_config_; });

    auto* config = app_.add_subcommand("config", "Print configuration.");
    config
        ->add_flag_function(
            "--defaults", [this](std::int64_t) { call_ = ShowDefaultsCall{}; },
            "Print a configuration file with every key at its default.")
        ->required();
  }

  static void add_json(CLI::App& app, OutputForm& form) {
    app.add_flag_function(
        "--json", [&form](std::int64_t) { form = OutputForm::json; },
        "Print one JSON object on one line.");
  }

  CLI::App app_;
  ServeCall serve_;
  QueryCall query_;
  LintRecordCall lint_record_;
  LintPolicyCall lint_policy_;
  LintMatchCall lint_match_;
  PolicyCall policy_;
  CheckConfigCall check_config_{std::string(kDefaultConfigFile)};
  Call call_;
};

}  // namespace

Result<Call> parse_command_line(std::vector<std::string> arguments) {
  CommandLine command_line;
  return command_line.parse(std::move(arguments));
}

}  // namespace strictmx
