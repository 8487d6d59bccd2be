// core/check/local_check.h: known traps in the configuration of the MTAs on this machine, for
// `strictmx check-local` (docs/operations.md). Texts of files and programs in, findings out. Pure.
// Each rule is one that costs mail or protection without a word from the MTA; docs/postfix.md,
// docs/exim.md, docs/sendmail.md and docs/opensmtpd.md say why.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace strictmx {

enum class TrapWeight : std::uint8_t { fault, warning };

struct Trap {
  TrapWeight weight;
  std::string id;    // stable: "postfix.no-ca"
  std::string text;  // one line: what is wrong and what to do
};

// Whether there is something at an absolute path.
using PathExists = std::function<bool(const std::string&)>;

struct PostfixFacts {
  std::string parameters;  // what `postconf` prints: "name = value" lines
  std::string master;      // what `postconf -M smtp/unix` prints
};

struct EximFacts {
  std::string version;      // what `exim -bV` prints
  std::string config;       // the configuration, as `exim -bP config` prints it
  std::string resolv_conf;  // /etc/resolv.conf
};

struct SendmailFacts {
  std::string compiled;  // what `sendmail -d0.13 -bt` prints
  std::string config;    // sendmail.cf
};

struct OpenSmtpdFacts {
  std::string version;  // what `smtpd -h` prints
  std::string config;   // smtpd.conf
};

// Whether strictmx looks for DANE: the MTA must then be able to.
enum class DaemonDane : std::uint8_t { on, off };

std::vector<Trap> check_postfix(const PostfixFacts& facts, DaemonDane dane,
                                const PathExists& exists);
std::vector<Trap> check_exim(const EximFacts& facts, DaemonDane dane, const PathExists& exists);
std::vector<Trap> check_sendmail(const SendmailFacts& facts, DaemonDane dane,
                                 const PathExists& exists);
std::vector<Trap> check_opensmtpd(const OpenSmtpdFacts& facts, const PathExists& exists);

}  // namespace strictmx
