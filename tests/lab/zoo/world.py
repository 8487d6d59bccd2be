"""The zoo, brought up and held together. Runs as process 1 of the lab's namespaces."""
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lab import dns, names, netns, sandbox
from lab.postfix import Postfix
from lab.strictmx import StrictMx

from . import certificates, plan, zones
from .mxhosts import MxHosts
from .policyhost import PolicyHosts

SILENCE = f"""table ip zoo
delete table ip zoo
table ip zoo {{
  chain transit {{
    type filter hook forward priority filter;
    ip daddr {{ {plan.DEAD}, {plan.HOST_ADDRESSES["silent"]} }} drop
  }}
}}
"""


class Dns(dns.Dns):
    """The lab's name servers with the zones of the zoo."""

    def __init__(self, box, spaces, domains):
        super().__init__(box, spaces, domains)
        self._zoo = domains

    def write(self, digests):
        for name, signing in (("sign.conf", True), ("knot.conf", False)):
            text = dns.KNOT + dns._zone_list(signing)
            (self._knot / name).write_text(text, encoding="utf-8")
        anchor = self._delegation_signer(".")
        (self._box.run_dir / dns.TRUST_ANCHOR).write_text(anchor + "\n", encoding="utf-8")
        texts = {apex: zones.zone(apex, self._zoo, digests) for apex in ("sec.", "test.")}
        texts["."] = zones.root_zone(self._delegation_signer("sec."))
        for apex, text in texts.items():
            (self._knot / dns._file(apex)).write_text(text, encoding="utf-8")
        for apex in (".", "sec."):
            self._tool("kzonesign", "-c", "/lab/knot/sign.conf", apex)
        signed = self._knot / dns._file("sec.")
        text = zones.spoil(signed.read_text(encoding="utf-8"), self._zoo, digests)
        signed.write_text(text, encoding="utf-8")


@dataclass
class World:
    domains: list
    box: sandbox.Sandbox
    spaces: dict
    dns: Dns
    mx: MxHosts
    policy: PolicyHosts
    postfix: Postfix
    strictmx: StrictMx


def _addresses(domains):
    every = [server.address for domain in domains for _, _, server in plan.servers(domain)]
    return [*dict.fromkeys([*every, plan.CLOSED])]


def _more_policy_addresses(spaces):
    for kind in ("old-tls", "closed"):
        subprocess.run(["ip", "-n", names.POLICY, "addr", "add",
                        f"{plan.HOST_ADDRESSES[kind]}/24", "dev", "eth0"], check=True)
    spaces[names.ROUTER].run("nft", "-f", "-", input=SILENCE)


def bring_up(domains, packages, run_dir):
    """Starts every program and returns when all of them answer."""
    box = sandbox.build(Path(packages), Path(run_dir))
    spaces = netns.build(_addresses(domains))
    _more_policy_addresses(spaces)
    authority = certificates.Authority(box.folder("certs"))
    authority.create()
    world = World(domains, box, spaces, Dns(box, spaces, domains),
                  MxHosts(box, spaces, authority, domains),
                  PolicyHosts(box, spaces, authority, domains),
                  Postfix(box, spaces), StrictMx(box, spaces))
    world.dns.write(world.mx.issue())
    world.policy.issue()
    parts = [world.dns, world.mx, world.policy, world.postfix, world.strictmx]
    for part in parts:
        part.start()
    for part in parts:
        part.wait_ready()
    return world
