"""Starts and ends the programs of a measurement, on the loopback address only.

Every program is ended by its own process id, also when this one dies, and writes its output into
the run's temporary folder. A program that does not come up, or a reply that is not the expected
one, raises RigError: there is no number beside an error.
"""
import contextlib
import ctypes
import json
import os
import pathlib
import random
import resource
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

PR_SET_PDEATHSIG = 1
START_SECONDS = 60
STOP_SECONDS = 15
LOAD_SECONDS = 120


class RigError(Exception):
    """What went wrong, for people."""


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port():
    """A port free for TCP and UDP, below those the kernel hands to outgoing connections: one of
    these could take it before the program that is to listen there."""
    while True:
        port = random.randrange(10000, 32000)
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Program:
    """A running program; `output` is the file of what it prints."""

    def __init__(self, name, command, folder, **options):
        self.name = name
        self.output = pathlib.Path(folder) / f"{name}.log"
        with self.output.open("wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, preexec_fn=die_with_parent, **options)
        self.pid = self.process.pid

    def wait_until(self, ready):
        """Waits until ready() is not None and returns that."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            result = ready()
            if result is not None:
                return result
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        self.stop()
        raise RigError(f"{self.name} did not start:\n{self.last_lines()}")

    def ready_line(self):
        """The words behind "ready", once printed."""
        def printed():
            line = self.output.read_text(errors="replace").partition("\n")
            return line[0].split()[1:] if line[1] and line[0].startswith("ready") else None
        return self.wait_until(printed)

    def last_lines(self, count=15):
        return "\n".join(self.output.read_text(errors="replace").splitlines()[-count:])

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def pin(self, cpus):
        """Lets all its threads run on these CPUs only."""
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(int(task), cpus)

    def cpu_seconds(self):
        total = 0
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def resident_mb(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        kilobytes = status.partition("VmRSS:")[2].split()[0]
        return int(kilobytes) / 1024


class World(Program):
    def __init__(self, tools, folder, arguments=()):
        self.ca_file = pathlib.Path(folder) / "ca.pem"
        super().__init__("world", [tools / "bench_world", "--ca-out", self.ca_file, *arguments],
                         folder)
        words = dict(word.split("=") for word in self.ready_line())
        self.dns_port, self.https_port = int(words["dns"]), int(words["https"])


class Strictmx(Program):
    def __init__(self, binary, world, folder, validation="local"):
        """`validation` "trust-ad" believes the world, which says that all it tells is authentic:
        DANE is asked for; "local" finds no signature anywhere."""
        port, http_port = free_port(), free_port()
        folder = pathlib.Path(folder)
        state, path = folder / "state", folder / "s.sock"
        state.mkdir(exist_ok=True)
        super().__init__("strictmx", [
            binary, "serve", "--listen", f"inet:127.0.0.1:{port}", "--listen", f"unix:{path}",
            "--http", f"127.0.0.1:{http_port}", "--state", state,
            "--dns", f"127.0.0.1@{world.dns_port}", "--dns-trust-anchor", "none",
            "--dns-validation", validation, "--ca-file", world.ca_file,
            "--https-port", str(world.https_port),
            "--allow-private-addresses"], folder)
        self.addresses = {"tcp": f"inet:127.0.0.1:{port}", "unix": f"unix:{path}"}
        self.http = f"http://127.0.0.1:{http_port}"
        self.wait_until(lambda: self.probe(f"{self.http}/readyz"))

    @staticmethod
    def probe(url):
        try:
            with urllib.request.urlopen(url, timeout=2) as response:
                return True if response.status == 200 else None
        except (urllib.error.URLError, OSError):
            return None


class Echo(Program):
    def __init__(self, tools, name, reply, folder):
        path = pathlib.Path(folder) / f"{name}.sock"
        super().__init__(name, [tools / "bench_echo", "--listen", "inet:127.0.0.1:0",
                                "--listen", f"unix:{path}", "--reply", reply], folder)
        port = self.ready_line()[0]
        self.addresses = {"tcp": f"inet:127.0.0.1:{port}", "unix": f"unix:{path}"}


def ask(address, key):
    """The reply to one query, asked over a connection of its own."""
    kind, _, where = address.partition(":")
    family = socket.AF_UNIX if kind == "unix" else socket.AF_INET
    host, _, port = where.rpartition(":")
    with socket.socket(family) as client:
        client.settimeout(30)
        client.connect(where if kind == "unix" else (host, int(port)))
        query = f"postfix {key}"
        client.sendall(f"{len(query)}:{query},".encode())
        data = b""
        while True:
            more = client.recv(65536)
            if not more:
                raise RigError(f"connection closed instead of an answer for {key}")
            data += more
            length, colon, payload = data.partition(b":")
            if colon and len(payload) > int(length):
                return payload[:int(length)].decode()


def cpu_ticks():
    """All time and idle time of all CPUs since boot, in clock ticks; stolen time is not idle."""
    with open("/proc/stat", encoding="ascii") as file:
        fields = [int(word) for word in file.readline().split()[1:9]]
    return sum(fields), fields[3] + fields[4]


def load(tools, server, arguments, cpus=None, world=None):
    """One run of bench_load against `server`, which may look things up in `world`.

    Returns its JSON with "others" as run_measured() has it.
    """
    command = [tools / "bench_load", "--json", "--server-pid", str(server.pid), *arguments]
    return run_measured(command, [server, world] if world else [server], cpus)


def run_measured(command, programs, cpus=None):
    """Runs a program that prints JSON while `programs` serve it, the first of which is measured.

    Returns the JSON with "others": the share of all CPU time used by processes that do not belong
    to the measurement.
    """
    def prepare():
        die_with_parent()
        if cpus:
            os.sched_setaffinity(0, cpus)

    def used():
        return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) + sum(
            program.cpu_seconds() for program in programs)

    used_before, (all_before, idle_before) = used(), cpu_ticks()
    done = subprocess.run(command, capture_output=True, text=True, timeout=LOAD_SECONDS,
                          preexec_fn=prepare, check=False)
    if done.returncode != 0:
        raise RigError(f"{programs[0].name}: {done.stderr.strip()}\n{programs[0].last_lines()}")
    all_after, idle_after = cpu_ticks()
    ticks = all_after - all_before
    busy = ticks - (idle_after - idle_before)
    own = (used() - used_before) * os.sysconf("SC_CLK_TCK")
    result = json.loads(done.stdout)
    result["others"] = max(0.0, (busy - own) / max(ticks, 1))
    return result
