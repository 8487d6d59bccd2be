"""Black-box tests of a start by a service manager, and of one by root without: sockets handed over,
what the manager is told, and the way from root to another user."""

import fcntl
import os
import pathlib
import pwd
import signal
import socket
import stat
import subprocess
import tempfile
import time
import unittest

from test_cli import STRICTMX

FIRST = 3  # SD_LISTEN_FDS_START
ASK = b"19:postfix [192.0.2.1],"
ANSWER = b"9:NOTFOUND ,"


class Started(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.config = self.folder / "strictmx.toml"
        self.write()
        self.log = []

    def write(self, text=""):
        head = f'state = "{self.folder}/state"\nhttp = ""\n'
        self.config.write_text(head + text, encoding="utf-8")

    def start(self, sockets=(), names="", **environment):
        """Hands `sockets` over as a service manager does."""
        # High numbers first, so that none is overwritten before it is copied.
        spare = [fcntl.fcntl(each.fileno(), fcntl.F_DUPFD, 100) for each in sockets]
        moves = "".join(f" {FIRST + at}<&{fd} {fd}<&-" for at, fd in enumerate(spare))
        script = (f'exec{moves}; export LISTEN_PID=$$ WATCHDOG_PID=$$; '
                  f'exec "{STRICTMX}" serve --config "{self.config}"')
        handed = {"LISTEN_FDS": str(len(spare)), "LISTEN_FDNAMES": names}
        daemon = subprocess.Popen(["bash", "-c", script], stderr=subprocess.PIPE, pass_fds=spare,
                                  env={**os.environ, **handed, **environment})
        for fd in spare:
            os.close(fd)
        self.addCleanup(daemon.stderr.close)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        return daemon

    def wait_until_ready(self, daemon):
        for text in daemon.stderr:
            self.log.append(text)
            if b" ready " in text:
                return
        self.fail(b"".join(self.log).decode())

    def listener(self, address, family=socket.AF_UNIX):
        made = socket.socket(family)
        self.addCleanup(made.close)
        made.bind(address)
        made.listen()
        return made

    def ask(self, family, address):
        with socket.socket(family) as client:
            client.settimeout(30)
            client.connect(address)
            client.sendall(ASK)
            return client.recv(100)


class Sockets(Started):
    def test_by_address_without_a_word_in_the_configuration(self):
        kept = self.listener(("127.0.0.1", 0), socket.AF_INET)
        self.write(f'listen = ["inet:127.0.0.1:{kept.getsockname()[1]}"]\n')
        daemon = self.start([kept], "whatever")
        self.wait_until_ready(daemon)
        self.assertEqual(self.ask(socket.AF_INET, kept.getsockname()), ANSWER)

    def test_a_client_that_comes_during_a_restart_is_served_after_it(self):
        path = str(self.folder / "policy.sock")
        kept = self.listener(path)
        self.write(f'listen = ["unix:{path}"]\n')
        daemon = self.start([kept], "policy")
        self.wait_until_ready(daemon)
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(30), 0)
        self.assertTrue(os.path.exists(path))  # it is the manager's
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(30)
            client.connect(path)
            client.sendall(ASK)
            self.wait_until_ready(self.start([kept], "policy"))
            self.assertEqual(client.recv(100), ANSWER)

    def test_by_name(self):
        policy = self.listener(str(self.folder / "a"))
        line = self.listener(str(self.folder / "b"))
        self.write('listen = ["systemd:policy"]\nlisten_line = ["systemd:line"]\n')
        self.wait_until_ready(self.start([line, policy], "line:policy"))
        self.assertEqual(self.ask(socket.AF_UNIX, str(self.folder / "a")), ANSWER)
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(30)
            client.connect(str(self.folder / "b"))
            client.sendall(b"check localhost\n")
            self.assertEqual(client.recv(100), b"not-found\n")

    def test_datagrams_by_path(self):
        path = str(self.folder / "tlsrpt.sock")
        kept = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(kept.close)
        kept.bind(path)
        inode = os.stat(path).st_ino
        self.write(f'listen = ["unix:{self.folder}/p"]\n[collect]\nsocket = "{path}"\n')
        daemon = self.start([kept], "tlsrpt")
        self.wait_until_ready(daemon)
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(30), 0)
        self.assertEqual(os.stat(path).st_ino, inode)

    def test_refused(self):
        unix = str(self.folder / "a")
        rows = [
            ("other", 1, "no listening socket"),
            ("policy:policy", 2, "several sockets"),
        ]
        self.write('listen = ["systemd:policy"]\n')
        sockets = [self.listener(unix), self.listener(unix + "2")]
        for names, count, why in rows:
            with self.subTest(names):
                daemon = self.start(sockets[:count], names)
                self.assertEqual(daemon.wait(30), 2)
                self.assertIn(why, daemon.stderr.read().decode())

    def test_one_that_nobody_takes_is_told_of(self):
        kept = self.listener(str(self.folder / "forgotten"))
        self.write(f'listen = ["unix:{self.folder}/p"]\n')
        self.wait_until_ready(self.start([kept], "forgotten"))
        self.assertIn(b"socket_unused name=forgotten", b"".join(self.log))


class Told(Started):
    def setUp(self):
        super().setUp()
        self.path = str(self.folder / "notify")
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.bind(self.path)
        self.manager.settimeout(30)
        self.write(f'listen = ["unix:{self.folder}/p"]\n')

    def next(self):
        return self.manager.recv(1000).decode().split("\n")[0]

    def test_ready_reloading_stopping(self):
        daemon = self.start(NOTIFY_SOCKET=self.path)
        self.assertEqual(self.next(), "READY=1")
        daemon.send_signal(signal.SIGHUP)
        self.assertEqual(self.next(), "RELOADING=1")
        self.assertEqual(self.next(), "READY=1")
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(self.next(), "STOPPING=1")
        self.assertEqual(daemon.wait(30), 0)

    def test_not_before_it_serves(self):
        self.write('listen = ["unix:/no/such/folder/p"]\n')
        daemon = self.start(NOTIFY_SOCKET=self.path)
        self.assertEqual(daemon.wait(30), 75)
        self.manager.setblocking(False)
        with self.assertRaises(BlockingIOError):
            self.manager.recv(1000)

    def test_watchdog_goes_on(self):
        self.start(NOTIFY_SOCKET=self.path, WATCHDOG_USEC="200000")
        self.assertEqual(self.next(), "READY=1")
        for _ in range(3):
            self.assertEqual(self.next(), "WATCHDOG=1")

    def test_abstract_name(self):
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        name = f"strictmx-test-{os.getpid()}-{time.monotonic_ns()}"
        self.manager.bind("\0" + name)
        self.manager.settimeout(30)
        self.start(NOTIFY_SOCKET="@" + name)
        self.assertEqual(self.next(), "READY=1")


def status_of(pid):
    """/proc/PID/task/*/status: lines by name, of all threads that do not end meanwhile."""
    threads = []
    for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            text = (thread / "status").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            continue
        threads.append(dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line))
    return threads


@unittest.skipUnless(os.geteuid() == 0, "only root can become another user")
class LowerUser(Started):
    USER = "nobody"

    def setUp(self):
        super().setUp()
        self.user = pwd.getpwnam(self.USER)
        self.folder.chmod(0o755)
        (self.folder / "state").mkdir(mode=0o700)
        os.chown(self.folder / "state", self.user.pw_uid, self.user.pw_gid)
        self.closed = self.folder / "closed"  # where only root may bind
        self.closed.mkdir(mode=0o755)
        self.write(f'user = "{self.USER}"\nlisten = ["unix:{self.closed}/p"]\n'
                   f'[collect]\nsocket = "{self.closed}/t"\ngroup = "daemon"\n')

    def test_all_threads_without_any_right_of_root(self):
        daemon = self.start()
        self.wait_until_ready(daemon)
        self.assertEqual(self.ask(socket.AF_UNIX, f"{self.closed}/p"), ANSWER)
        threads = status_of(daemon.pid)
        self.assertGreater(len(threads), 4)
        uid = "\t".join([str(self.user.pw_uid)] * 4)
        for thread in threads:
            self.assertEqual(thread["Uid"], uid, thread["Name"])
            for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
                self.assertEqual(int(thread[kind], 16), 0, (thread["Name"], kind))
        for file in (self.folder / "state").iterdir():
            self.assertEqual(file.stat().st_uid, self.user.pw_uid, file)
        self.assertTrue(stat.S_ISSOCK(os.stat(f"{self.closed}/t").st_mode))

    def test_refused(self):
        rows = [
            ("no-such-user", 2, "there is no"),
            ("root", 2, "root is no lower user"),
        ]
        for name, code, why in rows:
            with self.subTest(name):
                self.write(f'user = "{name}"\nlisten = ["unix:{self.closed}/p"]\n')
                daemon = self.start()
                self.assertEqual(daemon.wait(30), code)
                self.assertIn(why, daemon.stderr.read().decode())

    def test_state_of_another_user_is_refused_and_said(self):
        os.chown(self.folder / "state", 0, 0)
        daemon = self.start()
        self.assertEqual(daemon.wait(30), 75)
        self.assertIn("it must be nobody's", daemon.stderr.read().decode())

    def test_a_reload_finds_the_same_state(self):
        daemon = self.start()
        self.wait_until_ready(daemon)
        daemon.send_signal(signal.SIGHUP)
        for text in daemon.stderr:
            if b" reloaded " in text:
                self.assertIn(b"restart_needed=no", text)
                return
        self.fail("no reload")


if __name__ == "__main__":
    unittest.main()
