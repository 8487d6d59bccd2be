"""The world and the scenarios, read from scenario.toml and world.toml. Pure: no process, no socket.

Every scenario owns a domain, so that nothing one scenario teaches strictmx helps the next one.
Unknown
keys are errors: a misspelt expectation must not pass silently.
"""
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import names

CERTIFICATES = ("good", "wrong-name", "expired", "self-signed", "no-starttls")
TLSA = ("", "good", "wrong", "bogus", "unusable")
CODINGS = ("", "on request", "always")
ATTACKS = (
    "strip", "redirect", "forge_mx", "forged_mx", "hide_txt", "new_txt_id", "policy_host",
    "hijack",
)
DAEMON_VERBS = ("kill", "stop", "start")
SIGHTINGS = ("fetch", "refusal", "nothing")
SENDERS = ("with strictmx", "without strictmx")


class PlanError(Exception):
    """A scenario file says something the lab does not understand."""


@dataclass(frozen=True)
class Mx:
    name: str
    certificate: str = "good"
    tlsa: str = ""
    address: str = ""
    shows: str = ""  # another host's name, for which the certificate is
    busy: bool = False  # answers its first connection with 421
    real: bool = False  # is a Postfix (receiver.py), not the stub


@dataclass(frozen=True)
class Policy:
    mode: str
    mx: list = field(default_factory=list)
    max_age: int = 86400
    host_certificate: str = "good"
    gzip: str = ""  # whether the body is compressed
    dead_ipv6: bool = False  # its host has an IPv6 address that is silent, too
    more_patterns: int = 0  # of hosts that do not exist, before the others
    missing: bool = False  # its host answers 404

    def text(self):
        """The policy file as served (RFC 8461 §3.2)."""
        lines = ["version: STSv1", f"mode: {self.mode}"]
        lines += [f"mx: filler-{n}.example" for n in range(self.more_patterns)]
        lines += [f"mx: {pattern}" for pattern in self.mx]
        lines.append(f"max_age: {self.max_age}")
        return "".join(line + "\r\n" for line in lines)


@dataclass(frozen=True)
class Domain:
    name: str
    mx: tuple
    policy: Policy | None = None
    tlsrpt: bool | str = False  # publishes where TLS reports are wanted; a text: by that record
    records: tuple = ()  # more lines of its zone


@dataclass(frozen=True)
class Mail:
    """Send one message and say what must become of it."""

    mail: str
    status: str
    to: str = ""  # domain of the recipient; empty: the scenario's
    dsn: str = ""
    reason: str = ""  # part of the text Postfix logs in parentheses
    log: str = ""  # part of any line Postfix logged about the delivery
    tls: str = ""  # Verified, Trusted, Untrusted, or none: what Postfix logged of the connection
    arrived: str = ""  # MX that took the message; empty: none did
    over: str = "tls"  # how it arrived: tls or clear
    sni: str | None = None
    captured: bool = False  # the man in the middle read the message


@dataclass(frozen=True)
class MailAll:
    """Send one message with each of the other MTAs at the same time; the same must become of all.
    `but` and `log` are by MTA (senders.py) or kind of MTA ("exim" for all versions)."""

    mail_all: str  # the MTAs: "all", or names and kinds with commas between
    status: str
    arrived: str = ""
    over: str = "tls"
    but: dict = field(default_factory=dict)  # tables with status, arrived, over of its own
    log: dict = field(default_factory=dict)  # part of what it logged

    def expected(self, mta):
        """(status, arrived, over) for an MTA."""
        other = of_mta(self.but, mta, {})
        return tuple(other.get(key, getattr(self, key)) for key in ("status", "arrived", "over"))

    def sends(self, mta):
        """Whether the MTA takes part."""
        return self.mail_all == "all" or of_mta(dict.fromkeys(self.mail_all.split(","), 1), mta, 0)


def of_mta(table, mta, absent):
    """The entry for an MTA, by its name or its kind."""
    return table.get(mta, table.get(mta.partition("-")[0], absent))


@dataclass(frozen=True)
class CheckLocal:
    """What `strictmx check-local` must say of the other MTAs' configurations: ids with blanks
    between, or "good"; `but` is by MTA or kind."""

    check_local: str
    but: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Ask:
    """Ask strictmx as Postfix does; `answer` is NOTFOUND, TEMP or the text of OK."""

    ask: str
    answer: str
    via: str = "inet"
    within: int = 0  # seconds it may take until that is the answer


@dataclass(frozen=True)
class Query:
    """Ask with `strictmx query`; `answer` as for Ask, `validation` is its --dns-validation."""

    query: str
    answer: str
    validation: str = "local"


@dataclass(frozen=True)
class PolicyHost:
    """What the domain's policy host must have seen so far: proof that strictmx was there at all."""

    policy_host: str
    saw: str


@dataclass(frozen=True)
class Attack:
    """Replaces all attacks now going on; an empty table ends them."""

    attack: dict


@dataclass(frozen=True)
class Results:
    """The TLS results that strictmx must have counted for a domain within some seconds."""

    results: str
    saw: list
    within: int = 10


@dataclass(frozen=True)
class Daemon:
    """Stops (SIGTERM), kills (SIGKILL) or starts strictmx."""

    strictmx: str


@dataclass(frozen=True)
class Command:
    """Runs the strictmx command of these words beside the daemon, on its state."""

    command: str
    exit: int = 0
    says: str = ""  # part of what it prints


STEPS = {
    "mail": Mail,
    "mail_all": MailAll,
    "check_local": CheckLocal,
    "ask": Ask,
    "query": Query,
    "policy_host": PolicyHost,
    "results": Results,
    "attack": Attack,
    "strictmx": Daemon,
    "command": Command,
}


@dataclass(frozen=True)
class Scenario:
    folder: str
    title: str
    rule: str
    domain: str
    steps: tuple
    demo: str = ""
    postfix: str = ""  # 3.10: that Postfix sends, and asks with the map name postfix-tlsrpt


    def needs_others(self):
        """Whether MTAs beside Postfix take part."""
        return any(isinstance(step, MailAll) for step in self.steps)

    def named_others(self):
        """The MTAs that are named with their release, without which the steps mean nothing."""
        words = [step.mail_all.split(",") for step in self.steps if isinstance(step, MailAll)]
        return {name for names_of_step in words for name in names_of_step if "-" in name}


@dataclass(frozen=True)
class Plan:
    domains: tuple
    scenarios: tuple

    def mx_hosts(self):
        """Each once, although several domains may have it."""
        return list({mx.name: mx for domain in self.domains for mx in domain.mx}.values())

    def mx(self, name):
        for mx in self.mx_hosts():
            if mx.name == name:
                return mx
        raise PlanError(f"no MX host {name} in this world")


def _build(kind, table, where):
    try:
        return kind(**table)
    except TypeError as error:
        raise PlanError(f"{where}: {error}") from None


def _one_of(value, allowed, where):
    if value not in allowed:
        raise PlanError(f"{where}: {value!r} is none of {', '.join(map(repr, allowed))}")


def _domain(table, where):
    hosts = tuple(_build(Mx, mx, where) for mx in table["mx"])
    for mx in hosts:
        _one_of(mx.certificate, CERTIFICATES, where)
        _one_of(mx.tlsa, TLSA, where)
    policy = table.get("policy")
    _one_of((policy or {}).get("gzip", ""), CODINGS, where)
    return Domain(
        table["domain"],
        hosts,
        _build(Policy, policy, where) if policy else None,
        table.get("tlsrpt", False),
        tuple(table.get("records", ())),
    )


def _step(table, where):
    for key, kind in STEPS.items():
        if key not in table:
            continue
        step = _build(kind, table, where)
        if kind is Mail:
            _one_of(step.mail, SENDERS, where)
            _one_of(step.status, ("sent", "deferred"), where)
            _one_of(step.over, ("tls", "clear"), where)
        elif kind is MailAll:
            _one_of(step.status, ("sent", "deferred"), where)
            _one_of(step.over, ("tls", "clear"), where)
        elif kind is Ask:
            _one_of(step.via, names.SOCKETMAPS, where)
        elif kind is PolicyHost:
            _one_of(step.saw, SIGHTINGS, where)
        elif kind is Attack:
            for name in step.attack:
                _one_of(name, ATTACKS, where)
        elif kind is Daemon:
            _one_of(step.strictmx, DAEMON_VERBS, where)
        return step
    raise PlanError(f"{where}: a step is one of {', '.join(STEPS)}")


def _scenario(path):
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    where = str(path.relative_to(names.LAB_DIR))
    known = {"title", "rule", "domain", "policy", "mx", "step", "demo", "postfix", "tlsrpt"}
    unknown = set(table) - known
    if unknown:
        raise PlanError(f"{where}: unknown {', '.join(sorted(unknown))}")
    steps = tuple(_step(step, f"{where}, step {n}") for n, step in enumerate(table["step"], 1))
    scenario = Scenario(
        path.parent.name,
        table["title"],
        table["rule"],
        table["domain"],
        steps,
        table.get("demo", ""),
        table.get("postfix", ""),
    )
    _one_of(scenario.postfix, ("", "3.10"), where)
    return scenario, _domain(table, where) if "mx" in table else None


def _with_addresses(domains):
    """Gives each MX host an address of its own; the attacker's is fixed."""
    octet = names.FIRST_MX_ADDRESS
    placed, addresses = [], {names.ATTACKER_MX: names.ATTACKER_ADDRESS}
    for domain in domains:
        hosts = []
        for mx in domain.mx:
            if mx.name not in addresses:
                if octet > names.LAST_MX_ADDRESS:
                    raise PlanError("more MX hosts than addresses")
                addresses[mx.name] = f"10.77.2.{octet}"
                octet += 1
            hosts.append(replace(mx, address=addresses[mx.name]))
        placed.append(replace(domain, mx=tuple(hosts)))
    return tuple(placed)


def load(lab_dir: Path = names.LAB_DIR) -> Plan:
    """Reads every scenario and the domains that belong to none. Raises PlanError."""
    world = tomllib.loads((lab_dir / "world.toml").read_text(encoding="utf-8"))
    domains = [_domain(table, "world.toml") for table in world["domains"]]
    scenarios = []
    for path in sorted(lab_dir.glob("[0-9][0-9]-*/scenario.toml")):
        scenario, domain = _scenario(path)
        scenarios.append(scenario)
        if domain:
            domains.append(domain)
    known = [domain.name for domain in domains]
    doubled = {name for name in known if known.count(name) > 1}
    if doubled:
        raise PlanError(f"domains of more than one owner: {', '.join(sorted(doubled))}")
    for scenario in scenarios:
        mails = [step for step in scenario.steps if isinstance(step, Mail)]
        for name in [scenario.domain, *(mail.to for mail in mails if mail.to)]:
            _one_of(name, known, scenario.folder)
    return Plan(_with_addresses(domains), tuple(scenarios))
