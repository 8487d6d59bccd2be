"""strictmx, and how MTAs and operators see it."""
import contextlib
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import time
import urllib.error
import urllib.request

import rig

from .broken import Broken, check
from .worlds import tools

PORT, HTTP_PORT = 8461, 8462
FIRST_HANDED = 3  # SD_LISTEN_FDS_START
START_SECONDS = 20
ANSWER_SECONDS = 30

WORDS = {"secure": "OK secure match=", "none": "NOTFOUND ", "temp": "TEMP "}


def kind_of(answer):
    """Which of WORDS an answer is; the answer itself when it is none of them."""
    return next((word for word, begin in WORDS.items() if answer.startswith(begin)), answer)


class Client:
    """One connection of an MTA. Every reply must be a netstring, and nothing more may come."""

    def __init__(self, map_name="postfix"):
        self._map = map_name
        self._socket = socket.create_connection(("127.0.0.1", PORT), ANSWER_SECONDS)
        self._input = self._socket.makefile("rb")

    def send(self, *keys):
        queries = [f"{self._map} {key}" for key in keys]
        self._socket.sendall("".join(f"{len(query)}:{query}," for query in queries).encode())

    def receive(self):
        length = b""
        while (octet := self._input.read(1)).isdigit():
            length += octet
        if octet != b":":
            raise Broken("the connection was closed instead of an answer" if not octet
                         else f"no netstring: {length + octet!r}")
        payload = self._input.read(int(length) + 1)
        check(len(payload) == int(length) + 1 and payload.endswith(b","), "an answer was cut off")
        return payload[:-1].decode()

    def ask(self, key):
        """The answer and how long it took."""
        begin = time.monotonic()
        self.send(key)
        answer = self.receive()
        return answer, time.monotonic() - begin

    def reset(self):
        """Closes without a wait for anything, as a client that is killed."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self):
        self._input.close()
        self._socket.close()


def ask(key, map_name="postfix"):
    with contextlib.closing(Client(map_name)) as client:
        return client.ask(key)


class Daemon:
    """`settings` are configuration lines. `preloaded` are libraries of ours with the file that each
    obeys, as name: (variable, file)."""

    def __init__(self, binary, folder, settings, ca_file):
        self._folder, self._ca_file = pathlib.Path(folder), ca_file
        self.settings = list(settings)
        self.binary = binary
        self.preloaded = {}
        self.state = self._folder / "state"
        self.state.mkdir(exist_ok=True)
        self.config = self._folder / "strictmx.toml"
        self.log = self._folder / "strictmx.log"
        self._process = None
        self.write_config()

    def write_config(self, *more):
        lines = [f'listen = ["inet:127.0.0.1:{PORT}"]', f'http = "127.0.0.1:{HTTP_PORT}"',
                 f'state = "{self.state}"', f'https.ca_file = "{self._ca_file}"',
                 'dns.forward = ["127.0.0.1"]']
        validation = 'dns.trust_anchor = "none"'
        if any(line.startswith("dns.validation") for line in self.settings):
            validation = ""
        self.config.write_text("\n".join([*lines, validation, *self.settings, *more, ""]))

    def _environment(self):
        environment = dict(os.environ)
        if self.preloaded:
            environment["LD_PRELOAD"] = " ".join(str(tools() / name) for name in self.preloaded)
            environment |= dict(self.preloaded.values())
        return environment

    @property
    def pid(self):
        return self._process.pid

    def start(self, wait=True, hand_over=(), wrap=()):
        """`hand_over` is (name, socket), as a service manager hands them over; `wrap` the words of
        a program that runs it."""
        environment = self._environment()
        with self.log.open("ab") as log:
            command = [*wrap, self.binary, "serve", "--config", self.config]
            if hand_over:
                environment |= {"LISTEN_FDS": str(len(hand_over)),
                                "LISTEN_FDNAMES": ":".join(name for name, _ in hand_over)}
                moves = " ".join(f"{FIRST_HANDED + at}<&{handed.fileno()}"
                                 for at, (_, handed) in enumerate(hand_over))
                command = ["bash", "-c", f'export LISTEN_PID=$$; exec "$@" {moves}', "-", *command]
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
                preexec_fn=rig.die_with_parent,
                pass_fds=[handed.fileno() for _, handed in hand_over])
        if wait:
            self.wait_ready()

    def wait_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while self.read("/readyz")[0] != 200:
            check(self._process.poll() is None, f"strictmx ended with {self._process.returncode}")
            check(time.monotonic() < deadline, "strictmx does not become ready")
            time.sleep(0.02)

    def kill(self):
        self._process.kill()
        self._process.wait()

    def wait(self):
        return self._process.wait(START_SECONDS)

    def signal(self, number):
        self._process.send_signal(number)

    def stop(self):
        """SIGTERM; the daemon must end well."""
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(15)
        check(status == 0, f"strictmx ended with {status} on SIGTERM")

    def alive(self):
        return self._process is not None and self._process.poll() is None

    def command(self, *words):
        """Exit code and output of `strictmx WORDS` with the same configuration and clock."""
        done = subprocess.run([self.binary, *words, "--config", self.config], text=True,
                              capture_output=True, timeout=60, check=False,
                              env=self._environment())
        return done.returncode, done.stdout + done.stderr

    @staticmethod
    def read(path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{HTTP_PORT}{path}", timeout=5) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name):
        """The sum over all labels, or of those given in the name: `name{label="value"}`."""
        lines = self.read("/metrics")[1].splitlines()
        check(lines, "no metrics")
        name, _, labels = name.partition("{")
        wanted = [label for label in labels.rstrip("}").split(",") if label]
        values = [float(line.rsplit(" ", 1)[1]) for line in lines
                  if re.match(re.escape(name) + r"[ {]", line)
                  and all(label in line for label in wanted)]
        return sum(values)

    def logged(self):
        return self.log.read_text(errors="replace")

    def resident_mb(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @staticmethod
    def limit(pid, name, soft):
        """The resource limit of a running process, as prlimit(1) names it."""
        subprocess.run(["prlimit", "--pid", str(pid), f"--{name}={soft}:"], check=True)
