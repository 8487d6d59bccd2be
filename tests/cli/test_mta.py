"""Black-box tests of the commands that MTAs run, and of `strictmx check-local`."""

import datetime
import json
import pathlib
import socketserver
import subprocess
import tempfile
import threading
import time
import unittest

from test_cli import STRICTMX, run
from test_policy import line

NOW = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Daemon(socketserver.ThreadingUnixStreamServer):
    """Answers lines as strictmx would, by table; silent about what is not in it."""

    daemon_threads = True

    def __init__(self, path, answers):
        self.answers, self.asked = answers, []
        super().__init__(str(path), Answer)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answer(socketserver.StreamRequestHandler):
    def handle(self):
        question = self.rfile.readline().decode().rstrip("\n")
        self.server.asked.append(question)
        if question in self.server.answers:
            self.wfile.write(self.server.answers[question].encode() + b"\n")


class WithFolder(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.socket = self.folder / "line.sock"

    def daemon(self, answers):
        daemon = Daemon(self.socket, answers)
        self.addCleanup(daemon.server_close)
        self.addCleanup(daemon.shutdown)
        return daemon


class TableOpenSmtpd(WithFolder):
    HELLO = "config|smtpd-version|7.6.0\nconfig|protocol|0.1\nconfig|tablename|s\nconfig|ready\n"
    REGISTERED = ["register|domain", "register|relayhost", "register|ready"]

    def start(self):
        process = subprocess.Popen([STRICTMX, "table-opensmtpd", str(self.socket)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                   bufsize=1)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        process.stdin.write(self.HELLO)
        self.assertEqual([process.stdout.readline().strip() for _ in self.REGISTERED],
                         self.REGISTERED)
        return process

    def ask(self, process, question):
        process.stdin.write(f"table|0.1|1.0|s|{question}\n")
        return process.stdout.readline().strip()

    def test_answers_come_from_the_daemon(self):
        daemon = self.daemon({"check good.test": "found",
                              "relayhost good.test": "found|smtp+tls://mx1.good.test"})
        process = self.start()
        self.assertEqual(self.ask(process, "check|domain|7|good.test"), "check-result|7|found")
        self.assertEqual(self.ask(process, "lookup|relayhost|8|good.test"),
                         "lookup-result|8|found|smtp+tls://mx1.good.test")
        self.assertEqual(daemon.asked, ["check good.test", "relayhost good.test"])
        process.stdin.close()
        self.assertEqual(process.wait(10), 0)

    def test_it_outlives_the_daemon_and_finds_it_again(self):
        process = self.start()
        absent = "check-result|7|error|strictmx does not answer"
        self.assertEqual(self.ask(process, "check|domain|7|good.test"), absent)
        self.daemon({"check good.test": "found"})
        self.assertEqual(self.ask(process, "check|domain|7|good.test"), "check-result|7|found")
        self.assertEqual(self.ask(process, "check|domain|7|silent.test"), absent)
        process.stdin.close()
        self.assertEqual(process.wait(10), 0)

    def test_a_wrong_socket_is_a_wrong_call(self):
        self.assertEqual(run("table-opensmtpd", "relative.sock").returncode, 2)


class FilterOpenSmtpd(WithFolder):
    def test_reports_become_events(self):
        daemon = self.daemon({})
        head = "report|0.7|1.0|smtp-out|"
        lines = ["config|ready", head + "link-connect|a|x|pass|10.0.0.1:9|10.0.0.2:25",
                 head + "link-greeting|a|mx1.good.test", head + "link-tls|a|TLSv1.3",
                 head + "tx-rcpt|a|m|ok|u@good.test", head + "link-disconnect|a"]
        result = run("filter-opensmtpd", str(self.socket), stdin="\n".join(lines + [""]).encode())
        self.assertEqual(result.returncode, 0)
        self.assertIn(b"register|report|smtp-out|link-tls\n", result.stdout)
        self.assertTrue(result.stdout.endswith(b"register|ready\n"))
        end = time.monotonic() + 10
        while not daemon.asked and time.monotonic() < end:
            time.sleep(0.01)  # sent is not yet read
        self.assertEqual(daemon.asked, ["event mta=opensmtpd domain=good.test host=mx1.good.test "
                                        "address=10.0.0.2 result=success"])


class ExportOpenSmtpd(WithFolder):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        policies = "".join([line("a.example", fetched_at=NOW),
                            line("b.example", fetched_at=NOW),
                            line("exempt.example", fetched_at=NOW),
                            line("t.example", "testing", fetched_at=NOW),
                            line("old.example", fetched_at="2020-01-01T00:00:00Z", max_age=60)])
        self.assertEqual(run("policy", "import", "-", "--state", str(self.state),
                             stdin=policies.encode()).returncode, 0)

    def export(self):
        return run("export-opensmtpd", str(self.folder), "--socket", str(self.socket),
                   "--state", str(self.state))

    def test_files(self):
        self.daemon({"relayhost a.example": "found|smtp+tls://mx.a.example",
                     "relayhost b.example": "error|no MX host is listed",
                     "relayhost exempt.example": "not-found"})
        result = self.export()
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertEqual((self.folder / "domains").read_text(),
                         "strictmx.invalid\na.example\nb.example\n")
        self.assertEqual((self.folder / "relays").read_text(),
                         "strictmx.invalid\tsmtp+tls://strictmx.invalid\n"
                         "a.example\tsmtp+tls://mx.a.example\n")

    def test_without_a_daemon_nothing_is_replaced(self):
        (self.folder / "domains").write_text("kept.example\n")
        self.assertEqual(self.export().returncode, 75)
        self.assertEqual((self.folder / "domains").read_text(), "kept.example\n")


class CheckLocal(WithFolder):
    """Programs of MTAs are scripts in a PATH of our own; files lie below --root."""

    POSTFIX = ("mail_version = 3.7.11\nqueue_directory = /var/spool/postfix\n"
               "smtp_tls_policy_maps = socketmap:inet:127.0.0.1:8461:postfix\n"
               "smtp_tls_CAfile = /etc/ca.pem\nsmtp_dns_support_level = dnssec\n"
               "smtp_tls_security_level = may\n")
    SMTPD = ("table strictmx strictmx:/run/line.sock\n"
             "action \"s\" relay domain <strictmx> tls\n"
             "match from any for domain <strictmx> action \"s\"\n")

    def setUp(self):
        super().setUp()
        self.programs = self.folder / "bin"
        self.programs.mkdir()
        self.root = self.folder / "root"
        (self.root / "etc/mail").mkdir(parents=True)
        # A link of that machine, not of this one.
        (self.root / "etc/ca.pem").symlink_to("/certs/ca.pem")
        (self.root / "certs").mkdir()
        (self.root / "certs/ca.pem").touch()
        self.config = self.folder / "strictmx.toml"
        self.config.write_text(f'listen = ["unix:{self.socket}"]\n'
                               f'listen_line = ["unix:{self.socket}"]\n')

    def program(self, name, output):
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n/bin/cat <<'EOF'\n{output}EOF\n")
        path.chmod(0o755)

    def check(self, *mtas):
        result = run("check-local", *mtas, "--root", str(self.root), "--json", "--config",
                     str(self.config), env={"PATH": str(self.programs)})
        self.assertEqual(result.stderr, b"")
        found = json.loads(result.stdout)["findings"]
        return result.returncode, [finding["id"] for finding in found]

    def test_a_good_machine(self):
        self.daemon({"check localhost": "not-found"})
        self.program("postconf", self.POSTFIX)
        self.assertEqual(self.check(), (0, []))

    def test_a_silent_daemon(self):
        self.program("postconf", self.POSTFIX)
        self.assertEqual(self.check(), (1, ["strictmx.silent", "strictmx.silent"]))

    def test_no_mta_at_all_and_one_that_is_asked_for(self):
        self.daemon({"check localhost": "not-found"})
        self.assertEqual(self.check(), (1, ["mta.absent"]))
        self.assertEqual(self.check("exim"), (1, ["exim.absent"]))

    def test_planted_traps(self):
        self.daemon({"check localhost": "not-found"})
        self.program("postconf", self.POSTFIX.replace("dnssec", "enabled"))
        self.program("exim4", "Exim version 4.96 #2\n")
        (self.root / "etc/mail/sendmail.cf").write_text(
            "DSsmart.example\nKsts socket -d5 -T<TMPF> inet:8461@127.0.0.1\n"
            "O CACertFile=/etc/ca.pem\n")
        self.program("sendmail", " Compiled with: DANE _FFR_MTA_STS\n")
        (self.root / "etc/smtpd.conf").write_text(self.SMTPD)
        self.program("smtpd", "version: OpenSMTPD 6.8.0p2\n")
        code, ids = self.check("postfix", "exim", "opensmtpd")
        self.assertEqual(code, 1)
        self.assertEqual(ids, ["postfix.no-dnssec", "exim.not-asked", "opensmtpd.version",
                               "opensmtpd.no-program", "opensmtpd.socket"])
        self.assertIn("sendmail.smart-host", self.check("sendmail")[1])


if __name__ == "__main__":
    unittest.main()
