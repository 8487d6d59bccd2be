"""Black-box tests of an operator's control of a running daemon, on unix sockets of its own."""

import json
import pathlib
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from test_cli import STRICTMX, run
from test_policy import line

# RFC 8032 §7.1, test 3.
PRIVATE_KEY = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIMWqjfQ/n4N77bdELzHct7Fm04U1B28JS4XOOi4LRFj3
-----END PRIVATE KEY-----
"""
PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU=
-----END PUBLIC KEY-----
"""
SECURE = b"OK secure match=mx.a.example servername=hostname,"


class Daemon(unittest.TestCase):
    """The world of all tests here: no DNS answers, so what is stored decides."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.state = self.folder / "state"
        self.socket = self.folder / "policy.sock"
        self.config = self.folder / "strictmx.toml"
        self.config.write_text("", encoding="utf-8")
        self.log = []

    def start(self):
        daemon = subprocess.Popen(
            [STRICTMX, "serve", "--config", str(self.config), "--state", str(self.state),
             "--listen", f"unix:{self.socket}", "--http", "", "--dns", "127.0.0.1@9",
             "--dns-trust-anchor", "none", "--deadline", "200ms"], stderr=subprocess.PIPE)
        self.addCleanup(daemon.stderr.close)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        self.wait_for(daemon, b"ready")
        return daemon

    def stop(self, daemon, how=signal.SIGTERM):
        daemon.send_signal(how)
        daemon.wait(30)

    def wait_for(self, daemon, event):
        for text in daemon.stderr:
            self.log.append(text)
            if b" %s " % event in text:
                return text
        self.fail(f"strictmx ended: {b''.join(self.log).decode()}")

    def policy(self, action, *words, stdin=""):
        result = run("policy", action, *words, "--config", str(self.config), "--state",
                     str(self.state), stdin=stdin.encode())
        return result.returncode, result.stdout.decode(), result.stderr.decode()

    def json(self, action, *words):
        code, text, _ = self.policy(action, *words, "--json")
        return code, json.loads(text)

    def ask(self, key="a.example"):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(30)
            client.connect(str(self.socket))
            return ask(client, key)


def ask(client, key):
    text = f"postfix {key}".encode()
    client.sendall(b"%d:%s," % (len(text), text))
    reply = b""
    while not reply.endswith(b","):
        more = client.recv(4096)
        if not more:
            raise EOFError(reply)
        reply += more
    return reply


class Control(Daemon):
    def setUp(self):
        super().setUp()
        self.policy("import", "-", stdin=line("a.example") + line("b.example", "testing")
                    + line("c.example", fetched_at="2020-01-01T00:00:00Z"))

    def test_forget(self):
        daemon = self.start()
        self.assertEqual(self.state.joinpath("control.sock").stat().st_mode & 0o777, 0o600)
        self.assertIn(SECURE, self.ask())
        code, text, error = self.policy("forget", "a.example")
        self.assertEqual((code, text), (1, ""))
        self.assertIn("--force", error)
        self.assertIn(SECURE, self.ask())
        self.assertEqual(self.policy("forget", "A.example.", "--force"),
                         (0, "a.example: forgotten: mode enforce, id 1\n", ""))
        self.assertIn(b"domain=a.example mode=enforce", self.wait_for(daemon, b"policy_forgotten"))
        self.assertNotIn(SECURE, self.ask())
        self.assertEqual(self.policy("show", "a.example")[0], 1)
        self.assertEqual(self.policy("forget", "b.example")[0], 0)
        self.assertEqual(self.policy("forget", "b.example")[0], 1)
        self.stop(daemon, signal.SIGKILL)
        self.start()
        self.assertNotIn(SECURE, self.ask())
        self.assertEqual(self.policy("list")[1], "c.example enforce expired 2020-12-31T06:00:00Z\n")

    def test_pin(self):
        daemon = self.start()
        self.assertEqual(self.policy("pin", "c.example"),
                         (0, "c.example: pinned: mode enforce, id 1\n", ""))
        self.assertEqual(self.policy("pin", "a.example", "--until", "9998-12-31")[:2],
                         (0, "a.example: pinned until 9999-01-01T00:00:00Z: mode enforce, id 1\n"))
        code, _, error = self.policy("pin", "b.example")
        self.assertEqual((code, error), (1, "strictmx: b.example: its policy's mode is testing; "
                                            "only enforce can be pinned\n"))
        self.assertEqual(self.policy("pin", "d.example")[0], 1)
        self.assertEqual(self.policy("pin", "a.example", "--until", "2020-01-01")[0], 2)
        self.assertEqual(self.policy("pin", "a.example", "--until", "soon")[0], 2)
        # A policy that replaces it: the newer one of a list.
        self.assertEqual(self.policy("import", "-", stdin=line(
            "a.example", "none", fetched_at="2026-11-24T07:00:00Z"))[0], 0)
        self.stop(daemon, signal.SIGKILL)
        daemon = self.start()
        self.assertIn(SECURE, self.ask())
        self.assertIn(b"mx.c.example", self.ask("c.example"))
        self.assertEqual(self.policy("list")[1], (
            "a.example enforce pinned until 9999-01-01T00:00:00Z\n"
            "b.example testing until 2027-11-24T12:00:00Z\n"
            "c.example enforce pinned\n"))
        self.assertIn("pinned: since ", self.policy("show", "c.example")[1])
        listed = self.json("list")[1]["policies"]
        self.assertEqual([(one["mode"], one["pinned"], one["expired"]) for one in listed],
                         [("enforce", True, False), ("testing", False, False),
                          ("enforce", True, False)])
        self.assertEqual(self.policy("forget", "a.example", "--force")[0], 1)
        self.assertEqual(self.policy("unpin", "a.example"),
                         (0, "a.example: no longer pinned\n", ""))
        self.assertEqual(self.policy("unpin", "a.example")[0], 1)
        self.assertIn(b"NOTFOUND", self.ask())
        self.stop(daemon)

    def test_status_and_refresh(self):
        self.start()
        code, known = self.json("status", "a.example")
        self.assertEqual((code, known["domain"], known["policy"]["mode"], known["pin"]),
                         (0, "a.example", "enforce", None))
        self.assertEqual(known["on_disk"], {"id": "1", "fetched_at": "2026-11-24T06:00:00Z"})
        self.assertIn("  mode: enforce\n", self.policy("status", "a.example")[1])
        self.assertEqual(self.json("status", "d.example")[0], 1)
        self.assertEqual(self.json("status")[1]["policies"], 3)
        code, text, _ = self.policy("refresh", "a.example")
        self.assertEqual(code, 1)
        self.assertTrue(text.startswith("a.example: not fetched: "), text)
        # With the one that is due after the start, which may end before it.
        self.assertIn(self.json("status", "a.example")[1]["failed_refreshes"], (1, 2))
        self.assertEqual(self.policy("refresh", "d.example")[0], 1)

    def test_an_import_applies_at_once(self):
        self.start()
        self.assertNotIn(b"OK secure", self.ask("e.example"))
        many = "".join(line(f"e{number}.example") for number in range(1500))
        self.assertEqual(
            self.policy("import", "-", stdin=line("e.example") + "{}\n" + many + line("a.example")),
            (1, "1501 imported, 1 not newer than the stored, 1 refused\n",
             "standard input:2: domain: is missing\n"))
        self.assertIn(b"OK secure match=mx.e.example", self.ask("e.example"))
        self.assertEqual(self.json("status")[1]["policies"], 1504)
        self.assertEqual(self.json("stats")[1]["policies"], 1504)

    def test_without_a_daemon(self):
        for call in [("status",), ("status", "a.example"), ("refresh", "a.example"),
                     ("forget", "a.example"), ("pin", "a.example"), ("unpin", "a.example")]:
            with self.subTest(call):
                code, text, error = self.policy(*call)
                self.assertEqual((code, text), (1, ""))
                self.assertEqual(error,
                                 f"strictmx: no daemon answers at {self.state}/control.sock\n")
        self.config.write_text('control = ""\n', encoding="utf-8")
        self.assertEqual(self.policy("status")[0], 2)
        self.start()
        self.assertFalse(self.state.joinpath("control.sock").exists())


class Preload(Daemon):
    def setUp(self):
        super().setUp()
        self.key = self.folder / "private.pem"
        self.key.write_text(PRIVATE_KEY, encoding="utf-8")
        public = self.folder / "public.pem"
        public.write_text(PUBLIC_KEY, encoding="utf-8")
        self.list = self.folder / "preload"
        self.config.write_text(
            f'policy.preload = "{self.list}"\npolicy.preload_key = "{public}"\n', encoding="utf-8")

    def test_only_a_signed_list_is_used(self):
        self.policy("import", "-", stdin=line("a.example"))
        self.assertEqual(self.policy("export", "--sign", str(self.key))[0], 2)
        self.assertEqual(self.policy("export", str(self.list), "--sign", "/nonexistent")[0], 75)
        self.assertEqual(self.policy("export", str(self.list), "--sign", str(self.key)),
                         (0, "", ""))
        self.assertEqual(pathlib.Path(f"{self.list}.sig").stat().st_size, 64)
        self.state = self.folder / "empty"
        daemon = self.start()
        self.assertIn(SECURE, self.ask())
        self.stop(daemon)
        self.list.write_text(self.list.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        result = run("serve", "--config", str(self.config), "--state", str(self.state),
                     "--listen", f"unix:{self.socket}", "--http", "", "--dns", "127.0.0.1@9",
                     "--dns-trust-anchor", "none")
        self.assertEqual(result.returncode, 2)
        self.assertIn(f"{self.list}.sig: is not the signature".encode(), result.stderr)

    def write_list(self, domain):
        """A signed list of one policy, made on another machine's state."""
        here, self.state = self.state, self.folder / f"of-{domain}"
        self.policy("import", "-", stdin=line(domain))
        made = self.policy("export", str(self.list), "--sign", str(self.key))
        self.state = here
        self.assertEqual(made, (0, "", ""))

    def test_sighup_reads_the_list_again(self):
        self.write_list("a.example")
        daemon = self.start()
        self.write_list("b.example")
        daemon.send_signal(signal.SIGHUP)
        self.wait_for(daemon, b"reloaded")
        self.assertIn(b"OK secure match=mx.b.example", self.ask("b.example"))
        self.assertIn(SECURE, self.ask())
        self.list.write_text(line("c.example"), encoding="utf-8")
        daemon.send_signal(signal.SIGHUP)
        self.assertIn(f"{self.list}.sig: is not the signature".encode(),
                      self.wait_for(daemon, b"preload_failed"))
        self.assertNotIn(b"secure", self.ask("c.example"))
        self.assertIn(b"OK secure match=mx.b.example", self.ask("b.example"))


class Reload(Daemon):
    def test_no_query_is_lost_while_the_configuration_changes(self):
        settings = ['policy.overrides = ["a.example enforce mx=mx.a.example"]\n',
                    'policy.overrides = ["a.example enforce mx=mx.a.example", "b.example none"]\n']
        self.config.write_text(settings[0], encoding="utf-8")
        daemon = self.start()
        asked = []
        stop = threading.Event()

        def ask_on():
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(30)
                client.connect(str(self.socket))
                while not stop.is_set():
                    asked.append(ask(client, "a.example"))
                    asked.append(self.ask())

        client = threading.Thread(target=ask_on)
        client.start()
        for number in range(20):
            before = len(asked)
            self.config.write_text(settings[number % 2], encoding="utf-8")
            daemon.send_signal(signal.SIGHUP)
            self.assertIn(b"restart_needed=no", self.wait_for(daemon, b"reloaded"))
            while len(asked) == before and client.is_alive():
                pass
        stop.set()
        client.join(60)
        self.assertGreaterEqual(len(asked), 20)
        self.assertEqual({reply[reply.index(b":") + 1:] for reply in asked}, {SECURE})


if __name__ == "__main__":
    unittest.main()
