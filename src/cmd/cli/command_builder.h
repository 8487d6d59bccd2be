// cmd/cli/command_builder.h: what a command takes on the command line, said without the library
// that reads it. A group of commands describes itself with this in a file of its own
// (cmd/cli_*.cc). What is bound by reference is filled while parsing and must outlive it.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cmd/config/load_config.h"
#include "cmd/output_form.h"

namespace CLI {
class App;
}

namespace strictmx {

enum class Need : std::uint8_t { required, optional };

class CommandBuilder {
 public:
  // A command of this one.
  CommandBuilder command(const char* name, const char* help);
  // The same for one that only holds further commands, of which one must be given.
  CommandBuilder group(const char* name, const char* help);

  // Words without a flag, in the order of these calls.
  CommandBuilder& word(const char* name, std::string& to, const char* help,
                       Need need = Need::required);
  CommandBuilder& words(const char* name, std::vector<std::string>& to, const char* help,
                        Need need = Need::required);

  // A switch without value.
  CommandBuilder& flag(const char* name, std::function<void()> set, const char* help,
                       Need need = Need::optional);
  // A flag with a value. `set` returns what is wrong with the value; empty: nothing.
  using SetValue = std::function<std::string(const std::string& value)>;
  CommandBuilder& option(const char* name, const char* metavar, SetValue set, const char* help);
  // --json.
  CommandBuilder& json(OutputForm& form);

  // --config FILE and every key of the configuration table that has a flag for this scope.
  CommandBuilder& config(ConfigScope scope, ConfigSource& source);
  // --config FILE and --state DIR.
  CommandBuilder& config_and_state(ConfigSource& source);

  // A text behind the options in --help.
  CommandBuilder& footer(const char* text);

  // Called when the command was given and all its words are stored.
  void run(std::function<void()> chosen);

 private:
  friend class CommandLine;
  explicit CommandBuilder(CLI::App& app) : app_(&app) {}
  CLI::App* app_;  // owned by the CommandLine
};

// All commands of the program.
class CommandLine {
 public:
  CommandLine(const char* program, const char* purpose, std::string version);
  ~CommandLine();

  CommandBuilder top();

  // Stores what was given and calls what run() said. Returns the text that --help or --version
  // asked for; empty: a command was called. Errors: Errc::usage, with a line for people.
  Result<std::string> parse(std::vector<std::string> arguments);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strictmx
