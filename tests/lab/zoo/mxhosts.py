"""The MX hosts of the zoo: one program, an address, certificates and faults for each server."""
import dataclasses
import json
import socket
import sys

from lab import names, waiting

from . import plan

STUB = plan.FOLDER / "mx_server.py"


class MxHosts:
    def __init__(self, box, spaces, authority, domains):
        self._box, self._space, self._authority = box, spaces[names.MX], authority
        self._domains = domains
        self.log = box.folder("logs") / "mx.jsonl"

    def issue(self):
        """Issues the certificates; returns the digests for TLSA records by host name."""
        digests = {"middle": self._authority.spki_sha256("middle")}
        for domain in self._domains:
            for file, host, server in plan.servers(domain):
                if server.certificate:
                    self._authority.issue(file, server.certificate, host, domain.name)
                    digests.setdefault(host, self._authority.spki_sha256(file))
                if server.second:
                    self._authority.issue(f"{file}-2", server.second, host, domain.name)
        return digests

    def start(self):
        table = []
        for domain in self._domains:
            for file, host, server in plan.servers(domain):
                files = [file] * bool(server.certificate) + [f"{file}-2"] * bool(server.second)
                certificates = [str(self._authority.folder / f"{name}.pem") for name in files]
                table.append({**dataclasses.asdict(server), "name": host,
                              "certificates": certificates})
        config = self._box.folder("mx") / "hosts.json"
        config.write_text(json.dumps(table, indent=1), encoding="utf-8")
        self._space.spawn(self._box.folder("logs") / "mx.log", sys.executable, "-B", STUB, config,
                          self.log)

    def _accepts(self):
        with self._space.entered(), socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", 25)) == 0

    def wait_ready(self):
        waiting.until(self._accepts, waiting.START_SECONDS, "MX hosts")

    def took(self, recipient):
        """Where a message arrived: names of MX hosts."""
        if not self.log.exists():
            return []
        events = [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]
        return [event["mx"] for event in events if recipient in event["recipients"]]
