"""The program under test: started, stopped and killed on the sending host."""
import http.client
import os
import signal
from pathlib import Path

from . import dns, names, netns, waiting
from .sandbox import Sandbox

DEFAULT = names.REPOSITORY / "build" / "strictmx"


def binary():
    return Path(os.environ.get("STRICTMX", DEFAULT)).absolute()


class StrictMx:
    def __init__(self, box: Sandbox, spaces):
        self._space = spaces[names.SENDER]
        self.log = box.folder("logs") / "strictmx.log"
        self._child = None
        state = box.folder("strictmx")
        self._command = [
            binary(),
            "serve",
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
            "--dns",
            "127.0.0.1@53",
            "--dns-trust-anchor",
            box.run_dir / dns.TRUST_ANCHOR,
            "--ca-file",
            box.run_dir / "certs/ca.pem",
            "--allow-private-addresses",
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

    def deferral_line(self, domain):
        """strictmx's own latest log line on why mail to the domain waits, or None."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        found = [line for line in lines if f" mail_deferred domain={domain} " in line]
        return found[-1] if found else None

    def running(self):
        return self._child is not None and self._child.poll() is None

    def stop(self):
        """SIGTERM drains; anything but status 0 is a defect."""
        status = netns.stop(self._child)
        if status != 0:
            raise RuntimeError(f"strictmx ended with status {status} on SIGTERM, see {self.log}")

    def kill(self):
        netns.stop(self._child, signal.SIGKILL)
