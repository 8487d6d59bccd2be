"""The router between the sender and everyone else: honest until told otherwise.

An attack is a table (the `attack` of a scenario step) with any of
    strip = MX            blank STARTTLS in the SMTP of that MX, and read along
    redirect = MX         send its connections to the attacker's MX
    forge_mx = DOMAIN     answer MX questions with the attacker's MX
    forged_mx = MX        another MX to answer those with
    hide_txt = DOMAIN     answer that there is no _mta-sts TXT record
    new_txt_id = DOMAIN   answer with a _mta-sts TXT record of another id
    policy_host = silent | refused
    hijack = DOMAIN       its policy host says mode none, over its good certificate (policyhost.py)
All but the last is here: nftables rules and a file of DNS lies; the servers do not change.
"""
import json
import socket
import sys

from . import names, waiting, zones
from .mxhosts import read_events
from .plan import Plan
from .sandbox import Sandbox

STUBS = names.LAB_DIR / "lab" / "stubs"
POLICY_RULES = {"silent": "drop", "refused": "reject with tcp reset"}
RULES = """table ip lab
delete table ip lab
table ip lab {{
  chain divert {{
    type nat hook prerouting priority dstnat;
    {divert}
  }}
  chain transit {{
    type filter hook forward priority filter;
    {transit}
  }}
}}
"""


def rules(attack, plan):
    """The nftables ruleset of an attack; without attacks both chains are empty."""
    divert, transit = [], []
    if "strip" in attack:
        victim = plan.mx(attack["strip"]).address
        divert.append(
            f'iifname "snd" ip daddr {victim} tcp dport 25 redirect to :{names.STRIP_PORT}'
        )
    if "redirect" in attack:
        victim = plan.mx(attack["redirect"]).address
        divert.append(
            f'iifname "snd" ip daddr {victim} tcp dport 25 dnat to {names.ATTACKER_ADDRESS}'
        )
    if lies(attack):
        divert.append(f'iifname "snd" udp dport 53 redirect to :{names.FORGER_PORT}')
    if "policy_host" in attack:
        verdict = POLICY_RULES[attack["policy_host"]]
        transit.append(f"ip daddr {names.POLICY_ADDRESS} tcp dport 443 {verdict}")
    return RULES.format(divert="\n    ".join(divert), transit="\n    ".join(transit))


def lies(attack):
    """What the forger answers: question to value, None for "no such record"."""
    told = {}
    if "forge_mx" in attack:
        told[f"{attack['forge_mx']} MX"] = attack.get("forged_mx", names.ATTACKER_MX)
    if "hide_txt" in attack:
        told[f"_mta-sts.{attack['hide_txt']} TXT"] = None
    if "new_txt_id" in attack:
        told[f"_mta-sts.{attack['new_txt_id']} TXT"] = zones.txt_record("20270101000000")
    return told


class Router:
    def __init__(self, box: Sandbox, spaces, plan: Plan):
        self._space, self._plan = spaces[names.ROUTER], plan
        self._logs = box.folder("logs")
        self._lies = box.folder("router") / "lies.json"
        self._captures = self._logs / "captured.jsonl"

    def start(self):
        self.attack({})
        self._space.spawn(
            self._logs / "strip_proxy.log",
            sys.executable,
            "-B",
            STUBS / "strip_proxy.py",
            names.STRIP_PORT,
            self._captures,
        )
        self._space.spawn(
            self._logs / "dns_forger.log",
            sys.executable,
            "-B",
            STUBS / "dns_forger.py",
            names.FORGER_PORT,
            names.DNS_ADDRESS,
            self._lies,
        )

    def attack(self, attack):
        """Replaces whatever was going on before; {} is peace."""
        self._lies.write_text(json.dumps(lies(attack)), encoding="utf-8")
        self._space.run("nft", "-f", "-", input=rules(attack, self._plan))

    def captured(self, recipient):
        """The messages to the recipient that the man in the middle could read."""
        return [event for event in read_events(self._captures) if recipient in event["recipients"]]

    def _ready(self):
        with self._space.entered():
            with socket.socket() as probe, socket.socket(
                socket.AF_INET, socket.SOCK_DGRAM
            ) as taken:
                if probe.connect_ex(("127.0.0.1", names.STRIP_PORT)) != 0:
                    return False
                try:
                    taken.bind(("0.0.0.0", names.FORGER_PORT))
                except OSError:
                    return True  # the forger has it
                return False

    def wait_ready(self):
        waiting.until(self._ready, waiting.START_SECONDS, "router's proxies")
