"""What strictmx looks things up in. Both have a resolver on port 53 of 127.0.0.1, policy hosts on
port 443, names for `known` policies and an endless supply of `fresh` ones."""
import itertools
import os
import pathlib

import rig

from .dns_world import Names, Resolver
from .policy_world import Certificates, PolicyHost

ROOT = pathlib.Path(__file__).resolve().parents[3]
KNOWN, NEW = 40, 400  # names that certificates exist for
SPECIAL = ("many", "long", "idn", "flips", "weak", "loopback", "private", "linklocal", "ula",
           "mapped", "nat64", "v6loopback", "rebind")


def tools():
    return pathlib.Path(os.environ.get("STRICTMX_TOOLS", ROOT / "build/release/bench"))


class Faulty:
    """Scripted in every way; slow. Policy hosts have public addresses, all of them this machine."""

    settings = ()

    def __init__(self, folder):
        self.names = Names()
        new = [f"new{number}.example" for number in range(1, NEW + 1)]
        special = [f"{word}.example" for word in SPECIAL]
        certificates = Certificates(folder, [*self.known(KNOWN), *new, *special])
        self.ca_file = certificates.ca_file
        self.resolver, self.policy_host = Resolver(self.names), PolicyHost(certificates)
        self.fresh = iter(new)

    @staticmethod
    def known(count):
        return [f"known{number}.example" for number in range(1, count + 1)]

    def heal(self):
        self.resolver.mode, self.policy_host.mode = ["good"], "good"

    def close(self):
        pass


class Fast:
    """bench_world: any number of domains at high rates, and always well."""

    settings = ("https.allow_private_addresses = true",)

    def __init__(self, folder):
        self._program = rig.World(tools(), folder, ["--dns-port", "53", "--https-port", "443"])
        self.ca_file = self._program.ca_file
        self.fresh = (f"d{number}.enforce.bench.example" for number in itertools.count(1_000_000))

    @staticmethod
    def known(count):
        return [f"d{number}.enforce.bench.example" for number in range(1, count + 1)]

    def heal(self):
        pass

    def close(self):
        self._program.stop()
