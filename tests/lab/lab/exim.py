"""Exim, with the three files of contrib/exim as they are."""
import os
import re

from .local_check import Local
from .senders import SENDER, Mta, Outcome

# /etc/exim4/exim4.conf of the package folder points to /tmp, which is the sandbox's own: with
# another file Exim gives up its privileges.
CONFIG = "tmp/exim4.conf"
USER = 111  # rootfs.PASSWD
TEXT = """.include /lab/contrib/exim/main.conf
primary_hostname = sender.lab
domainlist local_domains = sender.lab
spool_directory = /lab/spool/{name}
log_file_path = /lab/spool/{name}/%slog
keep_environment =
disable_ipv6 = true
log_selector = +tls_certificate_verified +tls_sni
begin acl
begin routers
.include /lab/contrib/exim/routers.conf
remote:
  driver = dnslookup
  domains = ! +local_domains
  dnssec_request_domains = *
  transport = remote_smtp
begin transports
.include /lab/contrib/exim/transports.conf
remote_smtp:
  driver = smtp
  event_action = STRICTMX_EVENT
begin retry
* * F,1d,1h
"""
_LINE = r" (=>|==|\*\*) {} .*$"
_STATUS = {"=>": "sent", "==": "deferred", "**": "bounced"}


class Exim(Mta):
    def start(self):
        self._spool = self._box.folder(f"spool/{self.name}")
        os.chown(self._spool, USER, USER)
        (self._box.root / CONFIG).write_text(TEXT.format(name=self.name), encoding="utf-8")
        self.log = self._spool / "mainlog"
        version = self._run("exim4", "-bV").stdout
        if "error in" in version:
            raise RuntimeError(version)

    def local(self):
        return Local("exim", {"exim4": "exim4"})

    def _submit(self, recipient, message):
        # A failed host must not weigh on the next scenario.
        for hint in self._spool.glob("db/*"):
            hint.unlink()
        self._run("exim4", "-odf", "-f", SENDER, recipient, input=message)

    def _find(self, log, recipient):
        found = re.search(_LINE.format(re.escape(recipient)), log, re.MULTILINE)
        if not found:
            return None
        relay = re.search(r" H=(\S+)", found[0])
        return Outcome(_STATUS[found[1]], relay[1] if relay else "none", found[0].strip(), log)
