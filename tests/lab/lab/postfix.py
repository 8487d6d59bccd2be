"""The sending host's Postfix, and what its log says became of a message.

Mail from `guarded@` asks strictmx, mail from `naked@` does not: one Postfix, two delivery agents,
so
that every attack is also shown to work where nobody defends.
"""
import os
import re
from dataclasses import dataclass

from . import names, waiting
from .sandbox import Sandbox

SENDER_OF = {"with strictmx": "guarded@sender.lab", "without strictmx": "naked@sender.lab"}
OUTCOME_SECONDS = 60

MAIN = """compatibility_level = 3.6
queue_directory = /lab/spool/{name}/queue
data_directory = /lab/spool/{name}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
shlib_directory = /usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = /lab/logs/{name}.maillog
maillog_file_prefixes = /lab
myhostname = sender.lab
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
alias_database =
smtp_dns_support_level = dnssec
smtp_tls_security_level = may
smtp_tls_dane_insecure_mx_policy = dane
smtp_tls_CAfile = /lab/certs/ca.pem
smtp_tls_loglevel = 1
smtp_tls_policy_maps = {policy_map}
sender_dependent_default_transport_maps =
    inline:{{ {{ {naked} = naked: }} }}
# A failed host is tried again by the next message, and a deferred message stays deferred.
default_destination_concurrency_failed_cohort_limit = 0
smtp_connection_cache_on_demand = no
smtp_connect_timeout = 5s
queue_run_delay = 1h
minimal_backoff_time = 1h
"""
# From 3.10 on.
TLSRPT = f"""smtp_tlsrpt_enable = yes
smtp_tlsrpt_socket_name = {names.TLSRPT_SOCKET}
"""
RELAY = f"""127.0.0.1:{names.RELAY_PORT} inet n - n - - smtpd
anvil     unix       - - n -  1 anvil
"""
# What every Postfix of the lab runs.
COMMON_SERVICES = """pickup    unix       n - n 60 1 pickup
cleanup   unix       n - n -  0 cleanup
qmgr      unix       n - n 300 1 qmgr
tlsmgr    unix       - - n 1000? 1 tlsmgr
rewrite   unix       - - n -  - trivial-rewrite
bounce    unix       - - n -  0 bounce
defer     unix       - - n -  0 bounce
trace     unix       - - n -  0 bounce
proxymap  unix       - - n -  - proxymap
error     unix       - - n -  - error
retry     unix       - - n -  - error
postlog   unix-dgram n - n -  1 postlogd
"""
SERVICES = COMMON_SERVICES + """verify    unix       - - n -  1 verify
flush     unix       n - n 1000? 0 flush
smtp      unix       - - n -  - smtp
naked     unix       - - n -  - smtp -o smtp_tls_policy_maps=
showq     unix       n - n -  - showq
discard   unix       - - n -  - discard
scache    unix       - - n -  1 scache
"""
_STATUS = r" to=<{}>,.* relay=(\S+),.* dsn=([\d.]+), status=(\w+) \((.*)\)$"
_TLS = re.compile(r": (\w+) TLS connection established to (\S+)\[")


@dataclass(frozen=True)
class Outcome:
    status: str
    dsn: str
    reason: str
    relay: str
    tls: str  # Postfix's word for the last connection: Verified, Trusted, Untrusted..; none
    line: str
    log: str  # everything logged from the submission on


def read_outcome(log, recipient):
    """Finds the delivery of the recipient in the part of the log since it was sent, or None."""
    for line in log.splitlines():
        match = re.search(_STATUS.format(re.escape(recipient)), line)
        if match:
            relay, dsn, status, reason = match.groups()
            tls = _TLS.findall(log)
            return Outcome(status, dsn, reason, relay, tls[-1][0] if tls else "none", line, log)
    return None


class Postfix:
    """`name` is that of its folders; `via` the map it asks, one of names.SOCKETMAPS."""

    def __init__(self, box: Sandbox, spaces, name="postfix", via="inet"):
        self._box, self._space = box, spaces[names.SENDER]
        self._name, self._via = name, via
        self.log = box.folder("logs") / f"{name}.maillog"
        self._sent = 0

    def _run(self, *command, **options):
        return self._space.run(*self._box.chroot(*command), **options)

    def _main(self):
        main = MAIN.format(
            name=self._name,
            policy_map=names.SOCKETMAPS[self._via],
            naked=SENDER_OF["without strictmx"],
        )
        return main + TLSRPT if self._via == "tlsrpt" else main

    def start(self):
        folder = self._box.folder(self._name)
        (folder / "main.cf").write_text(self._main(), encoding="utf-8")
        services = SERVICES + RELAY if self._via == "tlsrpt" else SERVICES
        (folder / "master.cf").write_text(services, encoding="utf-8")
        for part in ("queue", "data"):
            self._box.folder(f"spool/{self._name}/{part}")
        self._run("chown", "postfix", f"/lab/spool/{self._name}/data")
        self._space.spawn(
            self._box.folder("logs") / f"{self._name}.log",
            *self._box.chroot("postfix", "-c", f"/lab/{self._name}", "start-fg"),
        )

    def _read_log(self):
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def wait_ready(self):
        waiting.until(
            lambda: "daemon started" in self._read_log(), waiting.START_SECONDS, "Postfix"
        )

    def ask(self, key, via="inet"):
        """What Postfix's own client gets from strictmx: the text of OK, NOTFOUND, or TEMP."""
        done = self._run(
            "postmap", "-c", f"/lab/{self._name}", "-q", key, names.SOCKETMAPS[via], check=False
        )
        if done.stdout.strip():
            return done.stdout.strip()
        return "TEMP" if done.stderr.strip() else "NOTFOUND"

    def deliver(self, domain, which, text):
        """Sends one message to the domain; returns (recipient, Outcome) of the first attempt."""
        self._sent += 1
        # The lab's shell counts for itself, and so does each Postfix.
        recipient = f"{self._name}.{os.getpid()}.{self._sent}@{domain}"
        start = len(self._read_log())
        self._run(
            "sendmail",
            "-C",
            f"/lab/{self._name}/main.cf",
            "-f",
            SENDER_OF[which],
            recipient,
            input=f"Subject: lab\nTo: {recipient}\n\n{text}\n",
        )
        outcome = waiting.until(
            lambda: read_outcome(self._read_log()[start:], recipient),
            OUTCOME_SECONDS,
            f"Postfix's verdict on mail to {recipient}",
        )
        return recipient, outcome
