"""The domains of the zoo, read from the *.toml of this folder. Pure: no process, no socket.

Unknown keys are errors: a misspelt expectation must not pass silently.
"""
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path

from .certificates import KINDS

FOLDER = Path(__file__).resolve().parent
GOOD_FILE = "0-good.toml"
GOOD_TXT = ("v=STSv1; id=20261101T120000;",)
GOOD_RPT = ("v=TLSRPTv1; rua=mailto:tls@reports.test",)
# Addresses of hosts that are no servers.
DEAD, CLOSED = "10.77.2.99", "10.77.2.98"
HOST_ADDRESSES = {"good": "10.77.2.80", "old-tls": "10.77.2.81", "closed": "10.77.2.82",
                  "silent": "10.77.2.83", "private": "127.0.0.1", "none": ""}
FIRST, LAST = 100, 250
TLSA_DATA = ("good", "wrong", "issuer", "short")


class PlanError(Exception):
    """A file says something the zoo does not understand."""


@dataclass(frozen=True)
class Mx:
    name: str  # relative to the domain, or with a final dot
    certificate: str = "good"  # one of KINDS; empty: no STARTTLS
    second: str = ""  # a second certificate, of another kind of key
    preference: int = 10
    address: str = ""  # given by the zoo; "dead" and "closed" are not servers
    more: tuple = ()  # further servers of the same name, each as a table like this one
    tlsa: tuple = ()  # "3 1 1 good"
    greeting: str = ""
    ehlo: tuple = ()  # lines of the answer to EHLO, without STARTTLS unless it is among them
    starttls: str = ""  # the answer to STARTTLS
    stray: str = ""  # sent in clear behind that answer
    silent: bool = False  # accepts and says nothing
    injectable: bool = False
    sni: str = ""  # "required": ends the handshake for unknown and missing names
    tls_min: str = ""
    tls_max: str = ""
    ciphers: str = ""
    client_certificate: bool = False  # insists on one
    defers: bool = False  # answers the greeting with 421


@dataclass(frozen=True)
class Host:
    """The policy host, where it is not simply good."""

    certificate: str = "good"
    address: str = "good"  # one of HOST_ADDRESSES
    ipv6: str = ""  # "dead"
    status: int = 200
    type: str = "text/plain"  # empty: none
    location: str = ""
    encoding: str = ""
    unknown: bool = False  # the server has no virtual host of that name
    browsers_only: bool = False


@dataclass(frozen=True)
class Policy:
    mode: str = "enforce"
    mx: tuple = ()
    max_age: int = 1209600


@dataclass(frozen=True)
class Domain:
    name: str
    title: str
    mx: tuple = ()
    records: tuple = ()  # further lines of the zone, relative to the domain
    mx_records: tuple | None = None  # "10 mx1": instead of one for each host
    txt: tuple = GOOD_TXT
    rpt: tuple = GOOD_RPT
    policy: Policy | None = None
    body: str = ""  # instead of the policy's text
    host: Host = field(default_factory=Host)
    spoil: str = ""  # "mx", "tlsa": changed after signing
    expect: tuple = ()  # findings that must be there
    saw: tuple = ()  # "path=value" in the facts
    delivery: str = ""  # what becomes of mail by Postfix with strictmx: sent, deferred, bounced
    good: bool = False  # of GOOD_FILE: nothing may be found that is not in `expect`

    def text(self):
        if self.body:
            return self.body
        lines = ["version: STSv1", f"mode: {self.policy.mode}"]
        lines += [f"mx: {pattern}" for pattern in self.policy.mx]
        lines.append(f"max_age: {self.policy.max_age}")
        return "".join(line + "\r\n" for line in lines)

    def absolute(self, name):
        return name.rstrip(".") if name.endswith(".") else f"{name}.{self.name}"


def _build(kind, table, where):
    try:
        values = {key: tuple(value) if isinstance(value, list) else value
                  for key, value in table.items()}
        return kind(**values)
    except TypeError as error:
        raise PlanError(f"{where}: {error}") from None


def _one_of(value, allowed, where):
    if value not in allowed:
        raise PlanError(f"{where}: {value!r} is none of {', '.join(map(repr, allowed))}")


def _mx(table, where):
    mx = _build(Mx, table, where)
    for kind in (mx.certificate, mx.second):
        _one_of(kind, ("", *KINDS), where)
    for record in mx.tlsa:
        _one_of(record.split()[3], TLSA_DATA, where)
    more = tuple(_mx({"name": mx.name, **other}, where) for other in mx.more)
    return replace(mx, more=more)


def _domain(table, where):
    where = f"{where}: {table.get('name')}"
    hosts = tuple(_mx(mx, where) for mx in table.pop("mx", [{"name": "mx1"}]))
    host = _build(Host, table.pop("host", {}), where)
    _one_of(host.address, HOST_ADDRESSES, where)
    _one_of(host.certificate, KINDS, where)
    policy = table.pop("policy", {})
    domain = _build(Domain, {**table, "mx": hosts, "host": host}, where)
    _one_of(domain.delivery, ("", "sent", "deferred", "bounced"), where)
    if policy is False:
        return domain
    patterns = tuple(domain.absolute(mx.name) for mx in hosts)
    return replace(domain, policy=_build(Policy, {"mx": patterns, **policy}, where))


def _placed(mx, octets):
    if mx.address in ("dead", "closed"):
        mx = replace(mx, address=DEAD if mx.address == "dead" else CLOSED)
    elif not mx.address:
        octet = next(octets, None)
        if octet is None:
            raise PlanError("more MX hosts than addresses")
        mx = replace(mx, address=f"10.77.2.{octet}")
    return replace(mx, more=tuple(_placed(other, octets) for other in mx.more))


def load():
    """Every domain, with the addresses of its hosts. Raises PlanError."""
    domains = []
    for path in sorted(FOLDER.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        domains += [replace(_domain(entry, path.name), good=path.name == GOOD_FILE)
                    for entry in table["domain"]]
    names = [domain.name for domain in domains]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise PlanError(f"twice: {', '.join(sorted(doubled))}")
    octets = iter(range(FIRST, LAST + 1))
    return [replace(domain, mx=tuple(_placed(mx, octets) for mx in domain.mx))
            for domain in domains]


def servers(domain):
    """Each server of the domain: (file of its certificates, host name, Mx)."""
    for mx in domain.mx:
        host = domain.absolute(mx.name)
        for number, server in enumerate((mx, *mx.more)):
            if server.address not in (DEAD, CLOSED):
                yield f"{host}+{number}", host, server
