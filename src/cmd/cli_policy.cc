// cmd/cli_policy.cc: the policy commands.
#include "cmd/cli_groups.h"

namespace strictmx {

namespace {

std::string set_mode(std::optional<PolicyMode>& to, const std::string& word) {
  for (const auto mode : {PolicyMode::enforce, PolicyMode::testing, PolicyMode::none}) {
    if (word != name_of(mode)) continue;
    to = mode;
    return {};
  }
  return "is not one of enforce, testing, none";
}

}  // namespace

void PolicyCommands::add(CommandBuilder top, Call& call) {
  CommandBuilder group = top.group("policy", "The stored policies.");
  const auto action = [&](PolicyAction what, const char* name, const char* help) {
    CommandBuilder made = group.command(name, help);
    made.config_and_state(policy.config).run([this, &call, what] {
      policy.action = what;
      call = policy;
    });
    return made;
  };
  action(PolicyAction::list, "list", "All of them, by domain.")
      .json(policy.form)
      .option(
          "--mode", "MODE", [this](const std::string& word) { return set_mode(policy.mode, word); },
          "Only enforce, testing or none.")
      .flag(
          "--expired", [this] { policy.age = PolicyCall::Age::expired; },
          "Only those that no longer apply.");
  action(PolicyAction::show, "show", "One, with the text that came.")
      .word("DOMAIN", policy.word, "Policy domain.")
      .json(policy.form);
  action(PolicyAction::stats, "stats", "How many there are.").json(policy.form);
  action(PolicyAction::export_list, "export", "Write all to a list.")
      .word("FILE", policy.word, "The file; - or none: standard output.", Need::optional);
  action(PolicyAction::import_list, "import", "Add those of a list.")
      .word("FILE", policy.word, "The file; - is standard input.");
  action(PolicyAction::verify, "verify", "Check every row and page.");
  action(PolicyAction::backup, "backup", "Copy the store.")
      .word("FILE", policy.word, "The copy; replaced when it exists.");
}

}  // namespace strictmx
