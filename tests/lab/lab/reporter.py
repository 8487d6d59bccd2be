"""The commands `strictmx report` of the sending host, beside the daemon and on its state."""
import datetime
import json
import re
import subprocess

from . import names, strictmx

REPORTER = "reporter.test"
CONFIG = """state = "{state}"
[dns]
forward = ["127.0.0.1@53"]
trust_anchor = "{run_dir}/root.ds"
[https]
allow_private_addresses = true
ca_file = "{run_dir}/certs/ca.pem"
[report]
from = "tlsrpt@{domain}"
organization = "Lab"
relay = "127.0.0.1:{port}"
spread = "0s"
lax_https = false
dkim = {keys}
"""
SELECTORS = {"s1": [], "s2": ["--ed25519"]}


class Reporter:
    """`space` must be set once the world is up."""

    def __init__(self, run_dir):
        self._run_dir, self.space = run_dir, None
        self.config = run_dir / "report.toml"
        self.state = run_dir / "strictmx"
        today = datetime.datetime.now(datetime.timezone.utc).date()
        self.today = today.isoformat()
        self.day = (today - datetime.timedelta(days=1)).isoformat()  # that is reported
        keys = json.dumps([f"{name} {self._key(name)}" for name in SELECTORS])
        self.config.write_text(
            CONFIG.format(
                state=self.state, run_dir=run_dir, domain=REPORTER, port=names.RELAY_PORT, keys=keys
            ),
            encoding="utf-8",
        )

    def _key(self, selector):
        return self._run_dir / f"{selector}.pem"

    def make_keys(self):
        """Makes the DKIM keys; returns the lines to publish."""
        lines = []
        for selector, flags in SELECTORS.items():
            words = [*flags, "--selector", selector, REPORTER, self._key(selector)]
            made = subprocess.run(
                [strictmx.binary(), "report", "dkim-key", *words],
                capture_output=True,
                text=True,
                check=True,
            )
            name, record = re.fullmatch(r"(\S+) IN TXT \((.*)\)\n", made.stdout).groups()
            lines.append(f"{name} 1 IN TXT {record}")
        return lines

    def run(self, *words):
        return self.space.run(
            strictmx.binary(), "report", *words, "--config", self.config, check=False
        )

    def send(self):
        return self.run("send", "--now", "--day", self.day)

    def test(self, relay, address):
        """Sends a report about our own domain by another relay."""
        other = self.config.with_name("report-test.toml")
        relayed = re.sub(r"(?m)^relay = .*$", f'relay = "{relay}"', self.config.read_text("utf-8"))
        other.write_text(relayed, encoding="utf-8")
        command = [strictmx.binary(), "report", "test", address, "--config", other]
        return self.space.run(*command, check=False)

    def lint(self, packed):
        """Nothing, or what our strict reader has against the report."""
        path = self._run_dir / "report.json.gz"
        path.write_bytes(packed)
        done = subprocess.run(
            [strictmx.binary(), "report", "lint", path, "--json"],
            capture_output=True,
            text=True,
            check=False,
        )
        verdict = json.loads(done.stdout)
        return "" if verdict == {"valid": True, "error": None, "warnings": []} else done.stdout
