// cmd/cli/cli_policy.cc: the policy commands.
#include "cmd/cli/cli_groups.h"
#include "core/end_of_day.h"

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

std::string set_day(std::string& to, const std::string& word) {
  if (!parse_end_of_day(word)) return "is not a day like 2026-12-31";
  to = word;
  return {};
}

std::string set_file(std::string& to, const std::string& word) {
  to = word;
  return {};
}

}  // namespace

void PolicyCommands::add(CommandBuilder top, Call& call) {
  CommandBuilder group = top.group("policy", "The stored policies.");
  const MakeAction action = [&](PolicyAction what, const char* name, const char* help) {
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
      .word("FILE", policy.word, "The file; - or none: standard output.", Need::optional)
      .option(
          "--sign", "KEYFILE",
          [this](const std::string& word) { return set_file(policy.sign_key, word); },
          "Sign it with this Ed25519 key (PEM), into FILE.sig.");
  action(PolicyAction::import_list, "import", "Add those of a list.")
      .word("FILE", policy.word, "The file; - is standard input.");
  action(PolicyAction::verify, "verify", "Check every row and page.");
  action(PolicyAction::backup, "backup", "Copy the store.")
      .word("FILE", policy.word, "The copy; replaced when it exists.");
  add_control(action);
}

// What a running daemon carries out.
void PolicyCommands::add_control(const MakeAction& action) {
  action(PolicyAction::status, "status", "What the running daemon knows of a domain.")
      .word("DOMAIN", policy.word, "Policy domain; none: the daemon in numbers.", Need::optional)
      .json(policy.form);
  action(PolicyAction::refresh, "refresh", "Have one fetched again.")
      .word("DOMAIN", policy.word, "Policy domain.")
      .json(policy.form);
  action(PolicyAction::forget, "forget", "Have one forgotten, in memory and on disk.")
      .word("DOMAIN", policy.word, "Policy domain.")
      .flag(
          "--force", [this] { policy.force = PolicyCall::Force::yes; },
          "Also an enforce policy that still applies.")
      .json(policy.form);
  action(PolicyAction::pin, "pin", "Hold an enforce policy, whatever the domain publishes.")
      .word("DOMAIN", policy.word, "Policy domain.")
      .option(
          "--until", "DAY", [this](const std::string& word) { return set_day(policy.until, word); },
          "The last day, in UTC, e.g. 2026-12-31; none: until unpin.")
      .json(policy.form);
  action(PolicyAction::unpin, "unpin", "Let go of a pinned one.")
      .word("DOMAIN", policy.word, "Policy domain.")
      .json(policy.form);
}

}  // namespace strictmx
