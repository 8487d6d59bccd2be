#include "cmd/cli/command_builder.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "base/text.h"

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

}  // namespace

CommandBuilder CommandBuilder::command(const char* name, const char* help) {
  return CommandBuilder(*app_->add_subcommand(name, help));
}

CommandBuilder CommandBuilder::group(const char* name, const char* help) {
  CommandBuilder made = command(name, help);
  made.app_->require_subcommand(1);
  return made;
}

CommandBuilder& CommandBuilder::word(const char* name, std::string& to, const char* help,
                                     Need need) {
  const auto store = [&to](const std::string& given) { to = unmark(given); };
  app_->add_option_function<std::string>(name, store, help)
      ->required(need == Need::required)
      ->type_name("");
  return *this;
}

CommandBuilder& CommandBuilder::words(const char* name, std::vector<std::string>& to,
                                      const char* help, Need need) {
  const auto store = [&to](const std::vector<std::string>& given) {
    for (const auto& word : given) to.push_back(unmark(word));
  };
  app_->add_option_function<std::vector<std::string>>(name, store, help)
      ->required(need == Need::required)
      ->type_name("")
      ->expected(need == Need::required ? 1 : 0, -1);
  return *this;
}

CommandBuilder& CommandBuilder::flag(const char* name, std::function<void()> set, const char* help,
                                     Need need) {
  app_->add_flag_function(
          name, [set = std::move(set)](std::int64_t) { set(); }, help)
      ->required(need == Need::required);
  return *this;
}

CommandBuilder& CommandBuilder::option(const char* name, const char* metavar, SetValue set,
                                       const char* help) {
  const auto store = [set](const std::string& value) { set(unmark(value)); };
  app_->add_option_function<std::string>(name, store, help)
      ->type_name(metavar)
      ->check([set = std::move(set)](const std::string& value) { return set(unmark(value)); });
  return *this;
}

CommandBuilder& CommandBuilder::json(OutputForm& form) {
  return flag("--json", [&form] { form = OutputForm::json; }, "Print one JSON object on one line.");
}

CommandBuilder& CommandBuilder::config(ConfigScope scope, ConfigSource& source) {
  add_config_file(*app_, source);
  for (const auto& key : config_keys()) {
    if (key.flag.empty()) continue;
    if (!has_flag(scope, key.scope)) continue;
    add_key_flag(*app_, key, source);
  }
  return *this;
}

CommandBuilder& CommandBuilder::config_and_state(ConfigSource& source) {
  add_config_file(*app_, source);
  for (const auto& key : config_keys()) {
    if (key.name == "state") add_key_flag(*app_, key, source);
  }
  return *this;
}

CommandBuilder& CommandBuilder::footer(const char* text) {
  app_->footer(text);
  return *this;
}

void CommandBuilder::run(std::function<void()> chosen) { app_->callback(std::move(chosen)); }

class CommandLine::Impl {
 public:
  Impl(const char* program, const char* purpose, const std::string& version)
      : app_(purpose, program) {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", version, "Print the version.");
    app_.set_help_flag("-h,--help", "Print this help.");
    app_.get_formatter()->column_width(kHelpColumn);
  }

  CLI::App& app() { return app_; }

  Result<std::string> parse(std::vector<std::string> arguments) {
    if (!arguments.empty() && !arguments[0].starts_with('-') && !is_command(arguments[0])) {
      return fail(Errc::usage, fmt::format("unknown command: {}", escape_remote(arguments[0])));
    }
    std::ranges::transform(arguments, arguments.begin(), mark);
    std::ranges::reverse(arguments);  // the library takes them from the back
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
      return app_.help();
    } catch (const CLI::CallForVersion& asked) {
      return fmt::format("{}\n", asked.what());
    } catch (const CLI::ParseError& error) {
      return fail(Errc::usage, error.what());
    }
    return std::string();
  }

 private:
  bool is_command(const std::string& word) {
    return !app_.get_subcommands([&](CLI::App* app) { return app->get_name() == word; }).empty();
  }

  CLI::App app_;
};

CommandLine::CommandLine(const char* program, const char* purpose, std::string version)
    : impl_(std::make_unique<Impl>(program, purpose, std::move(version))) {}
CommandLine::~CommandLine() = default;
CommandBuilder CommandLine::top() { return CommandBuilder(impl_->app()); }
Result<std::string> CommandLine::parse(std::vector<std::string> arguments) {
  return impl_->parse(std::move(arguments));
}

}  // namespace strictmx
