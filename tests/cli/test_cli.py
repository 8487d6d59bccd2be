"""Black-box tests of the command line: exit codes, standard output, fixed JSON forms.

Run: STRICTMX=build/strictmx python3 -B -m unittest discover -s tests/cli
With UPDATE_GOLDEN=1 the files in golden/ are written instead of compared.
"""

import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
STRICTMX = os.environ.get("STRICTMX", str(ROOT / "build" / "strictmx"))

POLICY = (b"version: STSv1\r\nmode: enforce\r\nmx: mx.a.example\r\nmx: *.b.example\r\n"
          b"max_age: 1209600\r\n")
PATTERNS = ["mx.a.example", "*.b.example"]


def run(*arguments, stdin=b"", env=None):
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **(env or {})}
    return subprocess.run([STRICTMX, *arguments], input=stdin, capture_output=True, timeout=60,
                          env=environment, check=False)


class Golden(unittest.TestCase):
    """The interface as text: a change of it is a change of these files."""

    maxDiff = None
    CALLS = {
        "help": ["--help"],
        "help-serve": ["serve", "--help"],
        "help-query": ["query", "--help"],
        "help-lint": ["lint", "--help"],
        "help-lint-record": ["lint", "record", "--help"],
        "help-lint-tlsrpt": ["lint", "tlsrpt", "--help"],
        "help-report": ["report", "--help"],
        "help-report-show": ["report", "show", "--help"],
        "help-report-lint": ["report", "lint", "--help"],
        "help-report-dkim-key": ["report", "dkim-key", "--help"],
        "help-lint-policy": ["lint", "policy", "--help"],
        "help-lint-match": ["lint", "match", "--help"],
        "help-policy": ["policy", "--help"],
        "help-policy-list": ["policy", "list", "--help"],
        "help-policy-show": ["policy", "show", "--help"],
        "help-policy-stats": ["policy", "stats", "--help"],
        "help-policy-export": ["policy", "export", "--help"],
        "help-policy-import": ["policy", "import", "--help"],
        "help-policy-verify": ["policy", "verify", "--help"],
        "help-policy-backup": ["policy", "backup", "--help"],
        "help-policy-status": ["policy", "status", "--help"],
        "help-policy-refresh": ["policy", "refresh", "--help"],
        "help-policy-forget": ["policy", "forget", "--help"],
        "help-policy-pin": ["policy", "pin", "--help"],
        "help-policy-unpin": ["policy", "unpin", "--help"],
        "help-check": ["check", "--help"],
        "help-table-opensmtpd": ["table-opensmtpd", "--help"],
        "help-filter-opensmtpd": ["filter-opensmtpd", "--help"],
        "help-export-opensmtpd": ["export-opensmtpd", "--help"],
        "help-check-local": ["check-local", "--help"],
        "help-check-config": ["check-config", "--help"],
        "help-config": ["config", "--help"],
        "help-import-config": ["import-config", "--help"],
        "config-defaults": ["config", "--defaults"],
    }

    def test_golden(self):
        for name, call in self.CALLS.items():
            with self.subTest(name):
                result = run(*call)
                self.assertEqual(result.returncode, 0)
                self.assertEqual(result.stderr, b"")
                file = HERE / "golden" / f"{name}.txt"
                if os.environ.get("UPDATE_GOLDEN"):
                    file.write_bytes(result.stdout)
                self.assertEqual(result.stdout.decode(), file.read_text(encoding="utf-8"))

    def test_every_file_is_compared(self):
        self.assertEqual({file.stem for file in (HERE / "golden").iterdir()}, set(self.CALLS))

    def test_version_is_that_of_the_build(self):
        build = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
        version = re.search(r"project\(strictmx VERSION (\S+)", build)[1]
        self.assertEqual(run("--version").stdout.decode(), f"strictmx {version}\n")


class ImportConfig(unittest.TestCase):
    def test_what_it_prints_is_a_configuration(self):
        theirs = b"host: 127.0.0.1\ncache:\n  type: internal\n  options: {cache_size: 1}\n"
        result = run("import-config", "-", stdin=theirs)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        with tempfile.NamedTemporaryFile(suffix=".toml") as file:
            file.write(result.stdout)
            file.flush()
            self.assertEqual(run("check-config", file.name).returncode, 0)

    def test_refused(self):
        rows = {
            b"a: [": b"-:1: ", b"": b"neither", b"a: b": b"neither", b"- host": b"neither",
            b"host: 1.2.3.4\ndefault_zone: {timeout: 1000}": b"policy.deadline",
            b"a: &x [*x, *x]\nhost: 127.0.0.1": b"", b"\xff\xfe": b"",
        }
        for text, why in rows.items():
            with self.subTest(text):
                result = run("import-config", "-", stdin=text)
                if why:
                    self.assertEqual(result.returncode, 2)
                    self.assertIn(why, result.stderr)
                self.assertIn(result.returncode, (0, 2))


class WrongCalls(unittest.TestCase):
    def test_exit_2_and_nothing_on_standard_output(self):
        calls = [
            [], ["frobnicate"], ["--frobnicate"], ["lint"], ["lint", "frobnicate"],
            ["lint", "record"], ["lint", "record", "x", "--frobnicate"],
            ["lint", "policy"], ["lint", "policy", "a", "b"], ["lint", "policy", "/nonexistent"],
            ["lint", "policy", "/"],
            ["lint", "match"], ["lint", "match", "mx.a.example"],
            ["query"], ["query", "a", "b"], ["query", "a", "--listen", "unix:/a"],
            ["query", "a", "--https-port", "0"], ["query", "a", "--dns", "localhost"],
            ["policy"], ["policy", "frobnicate"], ["policy", "show"], ["policy", "show", "a..b"],
            ["policy", "list", "--mode", "strict"], ["policy", "backup"], ["policy", "import"],
            ["policy", "import", "/nonexistent.list"], ["policy", "import", "/"],
            ["policy", "forget"], ["policy", "pin"], ["policy", "unpin"], ["policy", "refresh"],
            ["policy", "forget", "a..b"], ["policy", "status", "a..b"],
            ["policy", "pin", "a.example", "--until", "2026-13-01"],
            ["config"], ["check-config", "/nonexistent.toml"], ["check-config", "a", "b"],
            ["serve", "a"], ["serve", "--state"], ["serve", "--config", "/nonexistent.toml"],
            ["serve", "--listen", "127.0.0.1:8461"], ["serve", "--deadline", "4"],
        ]
        for call in calls:
            with self.subTest(call):
                result = run(*call)
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stdout, b"")
                self.assertNotEqual(result.stderr, b"")

    def test_the_message_says_where_help_is(self):
        self.assertEqual(run("frobnicate").stderr.decode().splitlines(), [
            "strictmx: unknown command: frobnicate",
            "strictmx --help lists the commands, strictmx COMMAND --help their options"])


class Lint(unittest.TestCase):
    def lint(self, *arguments, stdin=b""):
        """The exit code and the JSON object, which is alone on one line."""
        result = run("lint", *arguments, "--json", stdin=stdin)
        self.assertEqual(result.stdout.count(b"\n"), 1)
        self.assertTrue(result.stdout.endswith(b"\n"))
        return result.returncode, json.loads(result.stdout)

    def test_record(self):
        rows = [
            (["v=STSv1; id=20261124;"], 0, "20261124"),
            (["v=STSv1; id=20261124"], 0, "20261124"),
            (["v=spf1 -all", "v=STSv1; id=a;"], 0, "a"),
            (["v=STSv1; id=a;", "v=STSv1; id=b;"], 1, None),
            (["v=spf1 -all"], 1, None),
            (["v=STSv1; id=a-b;"], 1, None),
            (["v=STSv1;"], 1, None),
            ([""], 1, None),
            (["[v=STSv1; id=a;]"], 1, None),
            (["[a,v=STSv1; id=a;]"], 1, None),
        ]
        for records, code, record_id in rows:
            with self.subTest(records):
                returned, answer = self.lint("record", *records)
                self.assertEqual(returned, code)
                self.assertEqual(list(answer), ["valid", "id", "error", "warnings"])
                self.assertEqual(answer["valid"], code == 0)
                self.assertEqual(answer["id"], record_id)
                self.assertEqual(answer["error"] is None, code == 0)
                self.assertIsInstance(answer["warnings"], list)

    def test_policy(self):
        rows = [
            (POLICY, 0, "enforce", 1209600, PATTERNS),
            (b"version: STSv1\nmode: none\nmax_age: 86400\n", 0, "none", 86400, []),
            (POLICY.replace(b"enforce", b"strict"), 1, None, 1209600, PATTERNS),
            (POLICY.replace(b"STSv1", b"STSv2"), 1, "enforce", 1209600, PATTERNS),
            (b"", 1, None, None, []),
        ]
        for body, code, mode, max_age, patterns in rows:
            with self.subTest(body):
                returned, answer = self.lint("policy", "-", stdin=body)
                self.assertEqual(returned, code)
                self.assertEqual(list(answer),
                                 ["valid", "mode", "max_age", "mx", "error", "warnings"])
                self.assertEqual(answer["valid"], code == 0)
                self.assertEqual((answer["mode"], answer["max_age"], answer["mx"]),
                                 (mode, max_age, patterns))
                self.assertEqual(answer["error"] is None, code == 0)

    def test_policy_limit(self):
        comment = b"x-note: " + b"a" * 80 + b"\r\n"
        large = POLICY + comment * ((65536 - len(POLICY)) // len(comment))
        self.assertEqual(self.lint("policy", "-", stdin=large)[0], 0)
        self.assertEqual(self.lint("policy", "-", stdin=large + comment)[0], 1)

    def test_policy_from_a_file_and_from_a_pipe_are_the_same(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(POLICY)
            file.flush()
            self.assertEqual(self.lint("policy", file.name), self.lint("policy", "-", stdin=POLICY))

    def test_match(self):
        rows = [
            ("mx.a.example", ["mx.a.example"], True),
            ("MX.A.Example", ["mx.a.example"], True),
            ("mx.a.example", ["other.example", "*.a.example"], True),
            ("x.mx.a.example", ["*.a.example"], False),
            ("a.example", ["*.a.example"], False),
            ("mx.a.example", ["*.*.example"], False),
            ("mx.a.example", ["m*.a.example"], False),
            ("mx.a.example", [".a.example"], False),
            ("mx.a.example", ["[mx.a.example]"], False),
            ("[mx.a.example]", ["mx.a.example"], False),
            ("m_x.a.example", ["*.a.example"], False),
        ]
        for host, patterns, match in rows:
            with self.subTest(f"{host} {patterns}"):
                self.assertEqual(self.lint("match", host, *patterns),
                                 (0 if match else 1, {"match": match}))

    def test_text_for_people(self):
        self.assertEqual(run("lint", "record", "v=STSv1; id=a;").stdout, b"valid: id a\n")
        self.assertTrue(run("lint", "record", "x").stdout.startswith(b"invalid: "))
        self.assertEqual(run("lint", "policy", "-", stdin=POLICY).stdout,
                         b"valid: mode enforce, max_age 1209600\n"
                         b"mx: mx.a.example\nmx: *.b.example\n")
        self.assertEqual(run("lint", "match", "a.example", "a.example").stdout,
                         b"match: named by a.example\n")

    def test_output_that_cannot_be_written_is_no_success(self):
        with open("/dev/full", "wb") as full:
            result = subprocess.run([STRICTMX, "lint", "record", "v=STSv1; id=a;"], stdout=full,
                                    timeout=60, check=False)
        self.assertEqual(result.returncode, 75)


class Configuration(unittest.TestCase):
    def check(self, text):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "c.toml"
            file.write_text(text, encoding="utf-8")
            result = run("check-config", str(file))
            text = (result.stdout + result.stderr).decode()
            return result.returncode, text.replace(str(file), "c.toml")

    def test_defaults_are_a_valid_file(self):
        # Without the trust anchor, which a package of the system provides.
        text = run("config", "--defaults").stdout.decode()
        text = re.sub(r'trust_anchor = ".*"', 'trust_anchor = "none"', text)
        self.assertEqual(self.check(text), (0, "c.toml: ok\n"))

    def test_problems_have_file_and_line(self):
        self.assertEqual(
            self.check('htp = ""\n[https]\nport = 70000\ntimeout = 3\n'),
            (2, "c.toml:1: unknown key htp, did you mean http?\n"
                'c.toml:3: https.port: "70000" is not a number from 1 to 65535\n'
                'c.toml:4: https.timeout: expected a string with a unit like "10s"\n'))
        code, text = self.check("listen = [\n")
        self.assertEqual(code, 2)
        self.assertRegex(text, r"^c\.toml:\d+: ")

    def test_named_files_must_be_readable(self):
        self.assertEqual(
            self.check('dns.trust_anchor = "none"\nhttps.ca_file = "/nonexistent.pem"\n'),
            (2, "https.ca_file: /nonexistent.pem: No such file or directory\n"))

    def test_flags_are_named_like_keys(self):
        result = run("serve", "--https-port", "70000", "--log-level", "loud")
        self.assertEqual(result.stderr.decode(),
                         '--https-port: "70000" is not a number from 1 to 65535\n'
                         '--log-level: "loud" is not one of debug, info, warning, error\n')


class Query(unittest.TestCase):
    """Keys that need no look-up."""

    FLAGS = ["--dns", "127.0.0.1@9", "--dns-trust-anchor", "none", "--state", "/nonexistent/state"]

    def test_no_policy_is_exit_1(self):
        for key in ["[192.0.2.1]", "192.0.2.1", ".example.com", "localhost", "a b", ""]:
            with self.subTest(key):
                result = run("query", key, "--json", *self.FLAGS)
                answer = json.loads(result.stdout)
                self.assertEqual(result.returncode, 1)
                self.assertEqual(answer["query"], key)
                self.assertEqual((answer["domain"], answer["rule"], answer["policy_type"]),
                                 (None, "none", "no-policy-found"))
                self.assertEqual(answer["answer"]["postfix"], "NOTFOUND ")
                self.assertEqual((answer["mode"], answer["mx"], answer["source"]),
                                 (None, [], "none"))
        self.assertFalse(pathlib.Path("/nonexistent").exists())

    def test_without_a_state_directory_the_call_is_wrong(self):
        result = run("query", "[192.0.2.1]", env={"HOME": "", "XDG_STATE_HOME": ""})
        self.assertEqual(result.returncode, 2 if os.geteuid() else 1)


class Serve(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.socket = self.folder / "policy.sock"
        self.flags = ["--listen", f"unix:{self.socket}", "--http", "", "--dns", "127.0.0.1@9",
                      "--dns-trust-anchor", "none", "--state", str(self.folder / "state")]

    def start(self, *flags):
        daemon = subprocess.Popen([STRICTMX, "serve", *self.flags, *flags], stderr=subprocess.PIPE)
        self.addCleanup(daemon.stderr.close)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        return daemon

    def ask(self, key):
        text = f"postfix {key}".encode()
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(30)
            client.connect(str(self.socket))
            client.sendall(b"%d:%s," % (len(text), text))
            return client.recv(4096)

    def wait_until_listening(self, daemon):
        while daemon.poll() is None:
            line = daemon.stderr.readline()
            if b" ready " in line:
                return
        self.fail("strictmx ended at its start")

    def test_answers_and_ends_at_sigterm(self):
        daemon = self.start()
        self.wait_until_listening(daemon)
        self.assertEqual(self.ask("[192.0.2.1]"), b"9:NOTFOUND ,")
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(30), 0)
        self.assertEqual((self.folder / "state").stat().st_mode & 0o777, 0o700)

    def wait_for(self, daemon, event):
        while daemon.poll() is None:
            line = daemon.stderr.readline()
            if b" %s " % event in line:
                return line
        self.fail("strictmx ended")

    def test_a_good_configuration_is_taken_over_at_sighup_a_bad_one_is_not(self):
        config = self.folder / "strictmx.toml"
        config.write_text("")
        daemon = self.start("--config", str(config))
        self.wait_until_listening(daemon)
        config.write_text('policy.overrides = ["a.example enforce mx=mx.a.example"]\n')
        daemon.send_signal(signal.SIGHUP)
        self.assertIn(b"restart_needed=no", self.wait_for(daemon, b"reloaded"))
        secure = b"48:OK secure match=mx.a.example servername=hostname,"
        self.assertEqual(self.ask("a.example"), secure)
        config.write_text('policy.overrides = []\npolicy.dane = "perhaps"\n')
        daemon.send_signal(signal.SIGHUP)
        self.assertIn(b"strictmx.toml:2:", self.wait_for(daemon, b"reload_failed"))
        self.assertEqual(self.ask("a.example"), secure)
        for bad in ('dkim = ["s /nonexistent.pem"]', 'opt_out = ["not a match"]'):
            config.write_text(f'[report]\nfrom = "a@example.com"\n{bad}\n')
            daemon.send_signal(signal.SIGHUP)
            self.wait_for(daemon, b"reload_failed")

    def test_an_address_in_use_may_be_free_later(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            result = run("serve", *self.flags, "--listen", f"inet:127.0.0.1:{port}")
        self.assertEqual(result.returncode, 75)

    def test_a_foreign_database_is_left_alone(self):
        state = self.folder / "state"
        state.mkdir()
        database = sqlite3.connect(state / "policies.sqlite")
        database.execute("CREATE TABLE songs (title TEXT)")
        database.close()
        result = run("serve", *self.flags)
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"policies.sqlite", result.stderr)


if __name__ == "__main__":
    unittest.main()
