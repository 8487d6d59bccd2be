#include "cmd/check/check_local.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "cmd/config/read_file.h"
#include "cmd/run_program.h"
#include "core/check/local_check.h"
#include "net/line_client.h"

namespace strictmx {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = 4 << 20;

// What is found of one MTA; nullopt: it is not on this machine.
using Findings = std::optional<std::vector<Trap>>;

// Where `path` is below `root`, for the machine whose / is there: absolute links begin at `root`.
fs::path follow_links(const fs::path& root, const fs::path& path) {
  constexpr int kMaxLinks = 40;  // as Linux
  fs::path place = root;
  fs::path rest = path.relative_path();
  for (int links = 0; !rest.empty();) {
    const fs::path step = *rest.begin();
    rest = rest.lexically_relative(step);
    if (rest == ".") rest.clear();
    if (step == "..") {
      if (place != root) place = place.parent_path();
      continue;
    }
    std::error_code ignored;
    const fs::path target = fs::read_symlink(place / step, ignored);
    if (target.empty() || ++links > kMaxLinks) {
      place /= step;
      continue;
    }
    if (target.is_absolute()) place = root;
    rest = target.relative_path() / rest;
  }
  return place;
}

// This machine, or what lies below the folder that a test or an operator names.
class Machine {
 public:
  explicit Machine(std::string root) : root_(std::move(root)) {}

  std::string file(const std::string& path) const {
    return read_file(place_of(path), kMaxFile).value_or("");
  }
  bool exists(const std::string& path) const {
    std::error_code ignored;
    return std::filesystem::exists(place_of(path), ignored);
  }
  PathExists exists() const {
    return [this](const std::string& path) { return exists(path); };
  }
  // The output of the first program that there is, of this machine also beside PATH, which may lack
  // the place of daemons; nullopt: none is.
  std::optional<std::string> run(std::initializer_list<std::string_view> programs,
                                 const std::vector<std::string>& arguments) const {
    std::vector<std::string> names(programs.begin(), programs.end());
    if (root_.empty()) {
      for (const auto program : programs) names.push_back(fmt::format("/usr/sbin/{}", program));
    }
    for (const auto& name : names) {
      std::vector<std::string> words{name};
      words.insert(words.end(), arguments.begin(), arguments.end());
      auto output = run_program(words);
      if (output) return *std::move(output);
      if (output.error().code != Errc::not_found) return "";
    }
    return std::nullopt;
  }

 private:
  std::string place_of(const std::string& path) const {
    return root_.empty() ? path : follow_links(root_, path).string();
  }

  std::string root_;
};

Findings find_postfix(const Machine& machine, DaemonDane dane) {
  const auto parameters = machine.run({"postconf"}, {});
  if (!parameters) return std::nullopt;
  const auto master = machine.run({"postconf"}, {"-M", "smtp/unix"});
  return check_postfix({*parameters, master.value_or("")}, dane, machine.exists());
}

Findings find_exim(const Machine& machine, DaemonDane dane) {
  const auto version = machine.run({"exim4", "exim"}, {"-bV"});
  if (!version || version->find("Exim") == std::string::npos) return std::nullopt;
  const auto config = machine.run({"exim4", "exim"}, {"-bP", "config"});
  return check_exim({*version, config.value_or(""), machine.file("/etc/resolv.conf")}, dane,
                    machine.exists());
}

Findings find_sendmail(const Machine& machine, DaemonDane dane) {
  const std::string config = machine.file("/etc/mail/sendmail.cf");
  if (config.empty()) return std::nullopt;
  const auto compiled =
      machine.run({"/usr/libexec/sendmail/sendmail", "sendmail"}, {"-d0.13", "-bt", "-C/dev/null"});
  return check_sendmail({compiled.value_or(""), config}, dane, machine.exists());
}

Findings find_opensmtpd(const Machine& machine) {
  const std::string config = machine.file("/etc/smtpd.conf");
  if (config.empty()) return std::nullopt;
  const auto version = machine.run({"smtpd"}, {"-h"});
  return check_opensmtpd({version.value_or(""), config}, machine.exists());
}

// Whether the daemon answers where it is configured to.
std::vector<Trap> find_daemon(const Config& config) {
  std::vector<Trap> traps;
  constexpr Millis kPatience{5000};
  for (const auto& text : config.listen_line) {
    if (text.starts_with("systemd:")) continue;  // where, only the service manager knows
    const auto where = Endpoint::parse(text);
    if (where && ask_line(*where, "check localhost", kPatience) == "not-found") continue;
    traps.push_back(
        {TrapWeight::fault, "strictmx.silent", fmt::format("nobody answers at {}", text)});
  }
  for (const auto& text : config.listen) {
    if (text.starts_with("systemd:")) continue;
    const auto where = Endpoint::parse(text);
    if (where && can_connect(*where, kPatience)) continue;
    traps.push_back(
        {TrapWeight::fault, "strictmx.silent", fmt::format("nobody listens at {}", text)});
  }
  return traps;
}

Findings find(const std::string& mta, const Machine& machine, DaemonDane dane) {
  if (mta == "postfix") return find_postfix(machine, dane);
  if (mta == "exim") return find_exim(machine, dane);
  if (mta == "sendmail") return find_sendmail(machine, dane);
  if (mta == "opensmtpd") return find_opensmtpd(machine);
  return std::nullopt;
}

std::string_view name_of(TrapWeight weight) {
  return weight == TrapWeight::fault ? "fault" : "warning";
}

// Collects what is found, in both forms.
class Report {
 public:
  void add(const std::string& subject, const std::vector<Trap>& traps) {
    text_ += fmt::format("{}:{}\n", subject, traps.empty() ? " good" : "");
    for (const auto& trap : traps) {
      faults_ += trap.weight == TrapWeight::fault;
      const std::string line = escape_remote(trap.text);
      text_ += fmt::format("  {} {}: {}\n", name_of(trap.weight), trap.id, line);
      list_.emplace_back(Json::Object{
          {"about", subject}, {"weight", name_of(trap.weight)}, {"id", trap.id}, {"text", line}});
    }
  }
  CommandResult finish(OutputForm form) {
    const ExitCode exit = faults_ > 0 ? ExitCode::no : ExitCode::ok;
    if (form == OutputForm::text) return {exit, text_, ""};
    return {exit, Json(Json::Object{{"findings", std::move(list_)}}).dump() + "\n", ""};
  }

 private:
  std::string text_;
  Json::Array list_;
  std::size_t faults_ = 0;
};

}  // namespace

CommandResult run_check_local(const CheckLocalCall& call) {
  Config config;
  if (const auto problems = load_config(call.config, config); !problems.empty()) {
    return refuse_config(problems);
  }
  const bool dane = config.policy.dane == DaneUse::on && config.dns.trust_anchor != "none";
  const Machine machine(call.root);
  Report report;
  report.add("strictmx", find_daemon(config));
  static const std::vector<std::string> kAll{"postfix", "exim", "sendmail", "opensmtpd"};
  std::size_t found = 0;
  for (const auto& mta : call.mtas.empty() ? kAll : call.mtas) {
    const auto traps = find(mta, machine, dane ? DaemonDane::on : DaemonDane::off);
    if (traps) {
      report.add(mta, *traps);
      ++found;
    } else if (!call.mtas.empty()) {
      report.add(mta, {{TrapWeight::fault, mta + ".absent", "not on this machine"}});
    }
  }
  if (found == 0 && call.mtas.empty()) {
    report.add("MTAs", {{TrapWeight::fault, "mta.absent", "none found on this machine"}});
  }
  return report.finish(call.form);
}

}  // namespace strictmx
