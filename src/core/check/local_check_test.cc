#include "core/check/local_check.h"

#include <doctest/doctest.h>

#include "base/text.h"

using namespace strictmx;

namespace {

constexpr auto kDane = DaemonDane::on;
constexpr auto kNoDane = DaemonDane::off;

std::string ids(const std::vector<Trap>& traps) {
  std::vector<std::string> names;
  for (const auto& trap : traps) {
    CHECK(trap.text.find('\n') == std::string::npos);
    CHECK(!trap.text.empty());
    names.push_back(trap.id);
  }
  return join(names, " ");
}

bool everything(const std::string&) { return true; }
bool nothing(const std::string&) { return false; }

// The text with one part replaced; the part must be there.
std::string but(std::string text, const std::string& part, const std::string& other) {
  const auto at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), other);
}

const std::string kPostfix =
    "mail_version = 3.7.11\n"
    "queue_directory = /var/spool/postfix\n"
    "smtp_tls_policy_maps = hash:/etc/postfix/own, socketmap:unix:strictmx/policy.sock:postfix\n"
    "smtp_tls_CAfile = /etc/ssl/certs/ca-certificates.crt\n"
    "smtp_tls_CApath = \n"
    "smtp_dns_support_level = dnssec\n"
    "smtp_tls_security_level = may\n";
const std::string kChrooted = "smtp       unix  -       -       y       -       -       smtp\n";
const std::string kOpen = "smtp       unix  -       -       n       -       -       smtp\n";

std::string postfix(const std::string& parameters, const std::string& master = kChrooted,
                    DaemonDane dane = kDane, const PathExists& exists = everything) {
  return ids(check_postfix({parameters, master}, dane, exists));
}

}  // namespace

TEST_CASE("Postfix: each planted trap, and none in a good configuration") {
  CHECK(postfix(kPostfix) == "");
  const std::string map = "socketmap:unix:strictmx/policy.sock:postfix";
  CHECK(postfix(but(kPostfix, map, "hash:/x")) == "postfix.not-asked");
  CHECK(postfix("") == "postfix.not-asked");
  CHECK(postfix(but(kPostfix, map, "socketmap:inet:127.0.0.1:8461:postfix-tlsrpt")) ==
        "postfix.dialect");
  CHECK(postfix(but(kPostfix, "3.7.11", "3.10.4")) == "postfix.dialect");
  CHECK(postfix(but(but(kPostfix, "3.7.11", "3.10.4"), map,
                    "socketmap:inet:127.0.0.1:8461:QUERYwithTLSRPT")) == "");
  CHECK(postfix(but(kPostfix, map, "proxy:" + map)) == "postfix.proxy");
  CHECK(postfix(but(kPostfix, "/etc/ssl/certs/ca-certificates.crt", "")) == "postfix.no-ca");
  CHECK(postfix(but(but(kPostfix, "/etc/ssl/certs/ca-certificates.crt", ""),
                    "smtp_tls_CApath = ", "smtp_tls_CApath = /etc/ssl/certs")) == "");
  CHECK(postfix(but(kPostfix, "dnssec", "enabled")) == "postfix.no-dnssec");
  CHECK(postfix(but(kPostfix, "dnssec", "enabled"), kChrooted, kNoDane) == "");
  CHECK(postfix(but(kPostfix, "level = may", "level = ")) == "postfix.no-tls");
}

TEST_CASE("Postfix: where the socket must be is seen with the eyes of smtp") {
  std::string asked;
  const auto ask = [&asked](const std::string& path) {
    if (path.find("sock") != std::string::npos) asked = path;
    return true;
  };
  const std::string absolute = but(kPostfix, "unix:strictmx/", "unix:/run/strictmx/");
  postfix(kPostfix, kChrooted, kDane, ask);
  CHECK(asked == "/var/spool/postfix/strictmx/policy.sock");
  postfix(kPostfix, kOpen, kDane, ask);
  CHECK(asked == "/var/spool/postfix/strictmx/policy.sock");
  postfix(absolute, kChrooted, kDane, ask);
  CHECK(asked == "/var/spool/postfix/run/strictmx/policy.sock");
  postfix(absolute, kOpen, kDane, ask);
  CHECK(asked == "/run/strictmx/policy.sock");
  CHECK(postfix(absolute, kChrooted, kDane, nothing) == "postfix.socket postfix.no-ca");
}

namespace {

const std::string kExim =
    "begin routers\n"
    "set = r_strictmx = ${readsocket{/run/strictmx/line.sock}{exim $domain\\n}{10s}{}{down}}\n"
    "data = ${if match{$r_strictmx}{\\N^mode=(enforce|none) \\N}{}{:defer: no}}\n"
    "begin transports\n"
    "hosts_require_tls = *\n"
    "  tls_verify_hosts = *\n"
    "tls_verify_cert_hostnames = *\n"
    "tls_verify_certificates = system\n";
const std::string kResolv = "nameserver 127.0.0.1\noptions edns0 trust-ad\n";

std::string exim(const std::string& config, const std::string& resolv = kResolv,
                 DaemonDane dane = kDane, const PathExists& exists = everything) {
  return ids(check_exim({"Exim version 4.96 #2 built", config, resolv}, dane, exists));
}

}  // namespace

TEST_CASE("Exim: each planted trap, and none in a good configuration") {
  CHECK(exim(kExim) == "");
  CHECK(exim(but(kExim, "{exim $domain", "{other $domain")) == "exim.not-asked");
  CHECK(exim("") == "exim.not-asked");
  CHECK(exim(but(kExim, "{down}", "")) == "exim.no-fail-string");
  CHECK(exim(but(kExim, "^mode=", "mode")) == "exim.no-mode-test");
  CHECK(exim(but(kExim, "tls_verify_hosts = *", "tls_verify_hosts =")) == "exim.transport");
  CHECK(exim(but(kExim, "hosts_require_tls = *\n", "")) == "exim.transport");
  CHECK(exim(but(kExim, "= system", "= /etc/no-such-ca.pem"), kResolv, kDane,
             [](const std::string& path) { return path.ends_with("sock"); }) == "exim.no-ca");
  CHECK(exim(kExim, kResolv, kDane, nothing) == "exim.socket");
  CHECK(exim(kExim, "nameserver 127.0.0.1\n#options trust-ad\n") == "exim.no-trust-ad");
  CHECK(exim(kExim, "", kNoDane) == "");
  CHECK(ids(check_exim({"Exim version 4.92 #3", kExim, kResolv}, kDane, everything)) ==
        "exim.version");
}

namespace {

const std::string kCompiled = "Version 8.18.1\n Compiled with: DANE STARTTLS\n\t\t_FFR_MTA_STS X\n";
const std::string kSendmail =
    "DS\n"
    "Ksts socket -d5 -T<TMPF> local:/run/strictmx/policy.sock\n"
    "O CACertPath=/etc/ssl/certs\n"
    "O CACertFile=/etc/ssl/certs/ca-certificates.crt\n"
    "O DANE=true\n";

std::string sendmail(const std::string& config, const std::string& compiled = kCompiled,
                     DaemonDane dane = kDane, const PathExists& exists = everything) {
  return ids(check_sendmail({compiled, config}, dane, exists));
}

}  // namespace

TEST_CASE("Sendmail: each planted trap, and none in a good configuration") {
  CHECK(sendmail(kSendmail) == "");
  CHECK(sendmail("DS\n#Ksts socket\n") == "sendmail.not-asked");
  CHECK(sendmail(but(kSendmail, "-T<TMPF> ", "")) == "sendmail.no-tempfail");
  CHECK(sendmail(but(kSendmail, "DS\n", "DSsmart.example\n")) == "sendmail.smart-host");
  CHECK(sendmail(kSendmail + "Kmailertable hash /etc/mail/mailertable\n") ==
        "sendmail.mailertable");
  CHECK(sendmail(but(but(kSendmail, "O CACertFile=", "#"), "O CACertPath=", "#")) ==
        "sendmail.no-ca");
  CHECK(sendmail(kSendmail, kCompiled, kDane, nothing) == "sendmail.socket sendmail.no-ca");
  CHECK(sendmail(but(kSendmail, "O DANE=true\n", "")) == "sendmail.no-dane");
  CHECK(sendmail(kSendmail, but(kCompiled, " DANE", "")) == "sendmail.no-dane");
  CHECK(sendmail(but(kSendmail, "O DANE=true\n", ""), kCompiled, kNoDane) == "");
  CHECK(sendmail(kSendmail, but(kCompiled, "_FFR_MTA_STS ", "")) == "sendmail.no-sts");
}

namespace {

const std::string kSmtpd =
    "table strictmx strictmx:/run/strictmx/line.sock\n"
    "action \"strictmx\" relay domain <strictmx> tls\n"
    "action \"outbound\" relay\n"
    "match from any for domain <strictmx> action \"strictmx\"\n"
    "match from any for any action \"outbound\"\n";

std::string opensmtpd(const std::string& config, const std::string& version = "7.6.0",
                      const PathExists& exists = everything) {
  return ids(check_opensmtpd({"version: OpenSMTPD " + version + "\n", config}, exists));
}

}  // namespace

TEST_CASE("OpenSMTPD: each planted trap, and none in a good configuration") {
  CHECK(opensmtpd(kSmtpd) == "");
  CHECK(opensmtpd(but(kSmtpd, "table strictmx strictmx:", "table x file:")) ==
        "opensmtpd.not-asked");
  CHECK(opensmtpd(kSmtpd, "6.8.0p2") == "opensmtpd.version");
  CHECK(opensmtpd(but(kSmtpd, "> tls", ">")) == "opensmtpd.no-tls");
  CHECK(opensmtpd(but(kSmtpd, "relay domain <strictmx> tls", "relay")) == "opensmtpd.no-relay");
  const std::string rule = "match from any for any action \"outbound\"\n";
  CHECK(opensmtpd(but(but(kSmtpd, rule, ""), "match", rule + "match")) == "opensmtpd.order");
  CHECK(opensmtpd(kSmtpd, "7.6.0", nothing) == "opensmtpd.no-program opensmtpd.socket");
  const std::string files = but(kSmtpd, "strictmx:/run/strictmx/line.sock", "file:/etc/mail/d");
  CHECK(opensmtpd(files, "6.8.0") == "");
  CHECK(opensmtpd(files, "6.8.0", nothing) == "opensmtpd.no-file");
}
