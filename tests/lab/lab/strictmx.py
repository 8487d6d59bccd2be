"""The program under test: started, stopped and killed on the sending host."""
import http.client
import json
import os
import signal
import subprocess
from pathlib import Path

from . import dns, names, netns, waiting
from .sandbox import Sandbox

DEFAULT = names.REPOSITORY / "build" / "strictmx"


def binary():
    return Path(os.environ.get("STRICTMX", DEFAULT)).absolute()


CONFIG = f"""[collect]
socket = "{names.TLSRPT_SOCKET}"
mode = "0666"
"""


def outcome(policy):
    """A line for a policy of `report results`, and one for each kind of failure."""
    name = f"{policy['policy']['policy-type']} {policy['policy']['policy-domain']}"
    summary = policy["summary"]
    yield (
        f"{name}: {summary['total-successful-session-count']} successful, "
        f"{summary['total-failure-session-count']} failed"
    )
    for failure in policy.get("failure-details", []):
        words = [failure["failed-session-count"], failure["result-type"]]
        words += [failure.get("receiving-mx-hostname"), failure.get("failure-reason-code")]
        yield f"{name}: {' '.join(str(word) for word in words if word)}"


class StrictMx:
    def __init__(self, box: Sandbox, spaces):
        self._space = spaces[names.SENDER]
        self.log = box.folder("logs") / "strictmx.log"
        self._child = None
        self._state = state = box.folder("strictmx")
        config = box.run_dir / "strictmx.toml"
        config.write_text(CONFIG, encoding="utf-8")
        self._query_state = box.folder("strictmx-query")
        self._look_up = [
            "--dns",
            "127.0.0.1@53",
            "--dns-trust-anchor",
            box.run_dir / dns.TRUST_ANCHOR,
            "--ca-file",
            box.run_dir / "certs/ca.pem",
            "--allow-private-addresses",
        ]
        self._command = [
            binary(),
            "serve",
            "--config",
            config,
            "--listen",
            f"inet:127.0.0.1:{names.SOCKETMAP_PORT}",
            "--listen",
            f"unix:{names.SOCKET_PATH}",
            "--listen-line",
            f"unix:{names.LINE_SOCKET}",
            "--api",
            f"unix:{names.API_SOCKET}",
            "--http",
            f"127.0.0.1:{names.HTTP_PORT}",
            "--state",
            state,
            *self._look_up,
        ]

    def start(self):
        Path(names.LINE_SOCKET).parent.mkdir(exist_ok=True)
        self._child = self._space.spawn(self.log, *self._command)

    def _ready(self):
        if self._child.poll() is not None:
            raise RuntimeError(
                f"strictmx ended with status {self._child.returncode}, see {self.log}"
            )
        try:
            with self._space.entered():
                client = http.client.HTTPConnection("127.0.0.1", names.HTTP_PORT, timeout=2)
                client.request("GET", "/readyz")
                return client.getresponse().status == 200
        except (http.client.HTTPException, OSError):
            return False

    def wait_ready(self):
        waiting.until(self._ready, waiting.START_SECONDS, "strictmx")

    def command(self, words):
        """Runs `strictmx WORDS` on the daemon's state: its exit code and all that it prints."""
        done = subprocess.run(
            [binary(), *words, "--state", self._state],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout

    def query(self, domain, validation):
        """What `strictmx query` says, without what the daemon knows: NOTFOUND, TEMP or a policy."""
        done = self._space.run(
            binary(),
            "query",
            "--json",
            "--state",
            self._query_state,
            "--dns-validation",
            validation,
            *self._look_up,
            domain,
            check=False,
        )
        if not done.stdout:
            return done.stderr.strip()
        word, _, rest = json.loads(done.stdout)["answer"]["postfix"].partition(" ")
        return rest if word == "OK" else word

    def deferral_line(self, domain):
        """strictmx's own latest log line on why mail to the domain waits, or None."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        found = [line for line in lines if f" mail_deferred domain={domain} " in line]
        return found[-1] if found else None

    def results(self, domain):
        """What the day store says of the domain: lines, sorted."""
        done = self._space.run(
            binary(), "report", "results", "today", domain, "--state", self._state, "--json",
            check=False,
        )
        if not done.stdout.strip():
            return []
        return sorted(
            line for policy in json.loads(done.stdout)["policies"] for line in outcome(policy)
        )

    def running(self):
        return self._child is not None and self._child.poll() is None

    def stop(self):
        """SIGTERM drains; anything but status 0 is a defect."""
        status = netns.stop(self._child)
        if status != 0:
            raise RuntimeError(f"strictmx ended with status {status} on SIGTERM, see {self.log}")

    def kill(self):
        netns.stop(self._child, signal.SIGKILL)
