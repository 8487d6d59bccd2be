"""The MX hosts: one stub program (stubs/mx_server.py), an address and a certificate for
each name."""
import json
import socket
import sys

from . import names, waiting
from .sandbox import Sandbox

STUB = names.LAB_DIR / "lab" / "stubs" / "mx_server.py"


def read_events(path):
    """The JSON lines a stub wrote; an unfinished last line is left for the next time."""
    if not path.exists():
        return []
    complete = path.read_text(encoding="utf-8").rpartition("\n")[0]
    return [json.loads(line) for line in complete.splitlines()]


class MxHosts:
    def __init__(self, box: Sandbox, spaces, authority, hosts):
        self._box, self._space, self._authority, self._hosts = (
            box,
            spaces[names.MX],
            authority,
            [mx for mx in hosts if not mx.real],
        )
        self._all = hosts
        self._log = box.folder("logs") / "mx.jsonl"

    def start(self):
        """Certificates must have been issued (`issue`)."""
        table = [
            {
                "name": mx.name,
                "address": mx.address,
                "certificate": str(self._certificate(mx))
                if mx.certificate != "no-starttls"
                else None,
                "busy": mx.busy,
            }
            for mx in self._hosts
        ]
        config = self._box.folder("mx") / "hosts.json"
        config.write_text(json.dumps(table, indent=1), encoding="utf-8")
        self._space.spawn(
            self._box.folder("logs") / "mx.log", sys.executable, "-B", STUB, config, self._log
        )

    def _certificate(self, mx):
        return self._authority.folder / f"{mx.name}.pem"

    def issue(self):
        """Issues the certificates; returns the digests for TLSA records by host name."""
        for mx in self._all:
            self._authority.issue(mx.name, mx.certificate, mx.shows)
        return {mx.name: self._authority.spki_sha256(mx.name) for mx in self._all if mx.tlsa}

    def _accepts(self):
        with self._space.entered(), socket.socket() as probe:
            return probe.connect_ex((self._hosts[-1].address, 25)) == 0

    def wait_ready(self):
        waiting.until(self._accepts, waiting.START_SECONDS, "MX hosts")

    def messages(self, recipient):
        """What arrived for the recipient, at whichever MX."""
        return [event for event in read_events(self._log) if recipient in event["recipients"]]
