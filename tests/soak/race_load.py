"""Load of every kind at once for tests/soak/race: MTAs that ask, misbehave and leave, line and HTTP
clients, TLS results, operators.
"""
import http.client
import json
import random
import signal
import socket
import subprocess
import threading
import time
import urllib.request

CLASSES = ("enforce", "testing", "none", "absent", "badcert", "refused", "missing")
DOMAINS = 120  # of each class
FAMOUS = 4     # the first of each, which are asked for most
BATCH = 20     # questions at once
CROWD = 45     # connections at once, more than the configuration allows
WAIT = 20      # seconds
MALFORMED = (b"x", b"7:postfix,", b"99999:", b"5:abcdef", b"3:ab")
VERBS = ("exim {0}", "check {0}", "relayhost {0}", "mxok {0} mx1.{0}", "nonsense {0}",
         "event domain={0} result=certificate-expired host=mx1.{0} reason=\"too old\"")
COMMANDS = ("policy status {0}", "policy refresh {0}", "policy forget --force {0}",
            "policy pin {0}", "policy unpin {0}", "policy list", "policy verify",
            "report results", "report queue")
# What must have happened for the run to count.
KINDS = ("answers", "line answers", "API answers", "scrapes", "datagrams", "reloads", "commands",
         "watchdog beats", "report mails")


def some_domain(classes=CLASSES):
    most = FAMOUS if random.random() < 0.8 else DOMAINS
    return f"d{random.randint(1, most)}.{random.choice(classes)}.bench.example"


def connect(where):
    """`where`: a port or a path."""
    family = socket.AF_INET if isinstance(where, int) else socket.AF_UNIX
    client = socket.socket(family)
    client.settimeout(WAIT)
    try:
        client.connect(("127.0.0.1", where) if isinstance(where, int) else where)
    except OSError:
        client.close()
        raise
    return client


def read_all(client):
    text = b""
    while more := client.recv(65536):
        text += more
    return text


class Load:
    """Runs while the `with` block does. `counts` gets what was done."""

    def __init__(self, daemon, tools, counts):
        self._daemon, self._tools, self._counts = daemon, tools, counts
        self._sockets = {name: str(daemon.folder / f"{name}.sock")
                         for name in ("map", "line", "api", "tlsrpt")}
        self._lock, self._over = threading.Lock(), threading.Event()
        self._reloads = 0
        jobs = [self._ask, self._ask, self._ask, self._crowd, self._line, self._api, self._scrape,
                self._datagrams, self._reload, self._command, self._watchdog]
        self._manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._manager.bind(str(daemon.manager))
        self._manager.settimeout(0.5)
        self._threads = [threading.Thread(target=self._repeat, args=(job,)) for job in jobs]

    def __enter__(self):
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._manager.close()

    def _repeat(self, job):
        while not self._over.is_set():
            try:
                what, count = job()
                with self._lock:
                    self._counts[what] += count
            except (OSError, http.client.HTTPException):  # closed, or strictmx is gone
                time.sleep(0.05)

    def _ask(self):
        """One connection of an MTA, which may be broken or broken off."""
        with connect(random.choice((self._daemon.port, self._sockets["map"]))) as client:
            asked = random.randint(1, BATCH)
            queries = [f"postfix {some_domain()}" for _ in range(asked)]
            client.sendall("".join(f"{len(query)}:{query}," for query in queries).encode())
            fate = random.random()
            if fate < 0.1:
                return "clients that left early", 1
            if fate < 0.2:
                client.sendall(random.choice(MALFORMED))
            client.shutdown(socket.SHUT_WR)
            return "answers", read_all(client).count(b",")

    def _crowd(self):
        """Those that say nothing; the limits of connections and idle time close them."""
        clients = []
        try:
            for _ in range(CROWD):
                clients.append(connect(self._sockets["map"]))
            self._over.wait(1.5)
        finally:
            for client in clients:
                client.close()
        return "silent clients", CROWD

    def _line(self):
        with connect(self._sockets["line"]) as client:
            client.sendall(random.choice(VERBS).format(some_domain()).encode() + b"\n")
            client.shutdown(socket.SHUT_WR)
            return "line answers", int(read_all(client) != b"")

    def _api(self):
        method, target, body = random.choice((
            ("GET", f"/v1/policy/{some_domain()}", ""),
            ("POST", "/v1/policies", json.dumps({"domains": [some_domain() for _ in range(9)]})),
            ("POST", "/v1/session", json.dumps({"domain": some_domain(), "result": "success"}))))
        with connect(self._sockets["api"]) as client:
            client.sendall(f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                           f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
            return "API answers", int(read_all(client).startswith(b"HTTP/1.1 "))

    def _scrape(self):
        for path in ("metrics", "readyz"):
            url = f"http://127.0.0.1:{self._daemon.http_port}/{path}"
            with urllib.request.urlopen(url, timeout=WAIT) as answer:
                answer.read()
        time.sleep(0.05)
        return "scrapes", 2

    def _datagrams(self):
        done = subprocess.run([self._tools / "bench_datagrams", self._sockets["tlsrpt"], "500",
                               "50", "2000", "20"], capture_output=True, check=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(1)
            for octets in (b"", b"{", random.randbytes(3000), self._result_for_https()):
                sender.sendto(octets, self._sockets["tlsrpt"])
        return "datagrams", json.loads(done.stdout)["sent"]

    def _result_for_https(self):
        domain = some_domain(("enforce",))
        url = f"https://mta-sts.{domain}:{self._daemon.world.https_port}/report"
        return json.dumps({"dpv": "1", "d": domain, "pr": f"v=TLSRPTv1; rua={url}", "policies": [
            {"policy-type": 9, "policy-domain": domain, "t": 0, "f": 0}]}).encode()

    def _reload(self):
        self._reloads += 1
        self._daemon.configure(self._reloads)
        self._daemon.process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        return "reloads", 1

    def _command(self):
        self._daemon.command(*random.choice(COMMANDS).format(some_domain(("enforce",))).split())
        return "commands", 1

    def _watchdog(self):
        """What the service manager is told."""
        return "watchdog beats", int(self._manager.recv(1000).startswith(b"WATCHDOG=1"))
