"""DNS of the lab: knot serves the signed and unsigned zones, unbound validates for the sending
host."""
import re

from . import names, waiting, zones
from .sandbox import Sandbox

KNOT = f"""server:
    rundir: /lab/knot
    listen: {names.DNS_ADDRESS}@53
log:
  - target: stderr
    any: info
database:
    storage: /lab/knot
policy:
  - id: lab
    manual: on
    single-type-signing: on
    algorithm: ecdsap256sha256
template:
  - id: default
    storage: /lab/knot
    journal-content: none
    zonefile-sync: -1
zone:
"""

UNBOUND = """server:
  directory: "/lab/unbound"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  do-ip6: no
  interface: 127.0.0.1
  root-hints: "/lab/unbound/root.hints"
  trust-anchor-file: "/lab/root.ds"
  local-zone: "test." nodefault
  cache-max-ttl: 1
  cache-max-negative-ttl: 1
  infra-host-ttl: 1
remote-control:
  control-enable: yes
  control-interface: /lab/unbound/control
  control-use-cert: no
"""
HINTS = f". 3600 IN NS ns.test.\nns.test. 3600 IN A {names.DNS_ADDRESS}\n"
TRUST_ANCHOR = "root.ds"  # in the run's folder; the form unbound and libunbound read


def _file(apex):
    return "root.zone" if apex == "." else f"{apex}zone"


def _zone_list(signing):
    apexes = zones.SIGNED if signing else zones.SIGNED + zones.UNSIGNED
    tail = "    dnssec-signing: on\n    dnssec-policy: lab\n" if signing else ""
    return "".join(f'  - domain: "{apex}"\n    file: "{_file(apex)}"\n{tail}' for apex in apexes)


class Dns:
    def __init__(self, box: Sandbox, spaces, domains):
        self._box, self._spaces, self._domains = box, spaces, domains
        self._knot = box.folder("knot")

    def _tool(self, *command):
        return self._spaces[names.DNS].run(*self._box.chroot(*command)).stdout

    def _keymgr(self, *arguments):
        return self._tool("keymgr", "-c", "/lab/knot/sign.conf", *arguments)

    def _delegation_signer(self, apex):
        """Makes the key of the zone and returns its SHA2-256 DS line."""
        self._keymgr(apex, "generate", "ksk=yes", "zsk=yes")
        lines = self._keymgr(apex, "ds").splitlines()
        digest = next(line for line in lines if line.split()[-2] == "2")
        return digest.replace(" DS ", f" {zones.TTL} IN DS ", 1)

    def write(self, digests):
        """Writes and signs the zones, and exports the trust anchor. `digests` are for TLSA
        records."""
        for name, signing in (("sign.conf", True), ("knot.conf", False)):
            (self._knot / name).write_text(KNOT + _zone_list(signing), encoding="utf-8")
        anchor = self._delegation_signer(".")
        (self._box.run_dir / TRUST_ANCHOR).write_text(anchor + "\n", encoding="utf-8")
        texts = {apex: zones.zone(apex, self._domains, digests) for apex in ("sec.", "test.")}
        texts["."] = zones.root_zone(self._delegation_signer("sec."))
        for apex, text in texts.items():
            (self._knot / _file(apex)).write_text(text, encoding="utf-8")
        for apex in zones.SIGNED:
            self._tool("kzonesign", "-c", "/lab/knot/sign.conf", apex)
        signed = self._knot / _file("sec.")
        signed.write_text(
            zones.spoil(signed.read_text(encoding="utf-8"), self._domains, digests),
            encoding="utf-8",
        )

    def start(self):
        folder = self._box.folder("unbound")
        (folder / "root.hints").write_text(HINTS, encoding="utf-8")
        (folder / "unbound.conf").write_text(UNBOUND, encoding="utf-8")
        logs = self._box.folder("logs")
        self._spaces[names.DNS].spawn(
            logs / "knot.log", *self._box.chroot("knotd", "-c", "/lab/knot/knot.conf")
        )
        self._spaces[names.SENDER].spawn(
            logs / "unbound.log", *self._box.chroot("unbound", "-c", "/lab/unbound/unbound.conf")
        )

    def dig(self, *arguments):
        """kdig on the sending host, asking its own resolver."""
        done = self._spaces[names.SENDER].run(
            *self._box.chroot(
                "kdig", "@127.0.0.1", "+dnssec", "+timeout=2", "+retry=0", *arguments
            ),
            check=False,
        )
        return done.stdout

    def wait_ready(self):
        waiting.until(
            lambda: "status: NOERROR" in self.dig("test.", "SOA"),
            waiting.START_SECONDS,
            "DNS of the sender",
        )

    def faults(self):
        """What is wrong with DNSSEC in this world, as the sender's validating resolver sees it."""
        expected = (
            ("_25._tcp.mx1.dane.sec TLSA", "NOERROR", True),
            ("_25._tcp.mx1.danebad.sec TLSA", "NOERROR", True),
            ("_25._tcp.mx1.bogus.sec TLSA", "SERVFAIL", False),
            ("bogus.sec MX", "NOERROR", True),
            ("good.test MX", "NOERROR", False),
        )
        faults = []
        for question, status, secure in expected:
            answer = self.dig(*question.split())
            flags = re.search(r"Flags: ([a-z ]*);", answer)
            if f"status: {status}" not in answer or ("ad" in flags[1].split()) != secure:
                faults.append(f"{question}: expected {status}, secure: {secure}, saw {answer}")
        return faults

    def forget(self):
        """Empties the sender's cache below test., where attackers change things."""
        self._spaces[names.SENDER].run(
            *self._box.chroot(
                "unbound-control", "-c", "/lab/unbound/unbound.conf", "flush_zone", "test."
            )
        )
