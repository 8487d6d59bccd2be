"""A real Postfix that takes mail for one domain, over STARTTLS, into a maildir, with opendkim."""
import socket

from . import names, postfix, sandbox, waiting

MAIN = """compatibility_level = 3.6
queue_directory = /lab/spool/receiver/queue
data_directory = /lab/spool/receiver/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
shlib_directory = /usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = /lab/logs/receiver.maillog
maillog_file_prefixes = /lab
myhostname = {host}
mydestination =
virtual_mailbox_domains = {domain}
virtual_mailbox_base = /lab/spool/mail
virtual_mailbox_maps = static:reports/
virtual_uid_maps = static:101
virtual_gid_maps = static:101
inet_interfaces = {address}
inet_protocols = ipv4
alias_maps =
alias_database =
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_chain_files = /lab/certs/{host}.pem
smtpd_tls_loglevel = 1
smtpd_tls_received_header = yes
smtpd_milters = {milter}
milter_default_action = tempfail
"""
SERVICES = postfix.COMMON_SERVICES + """smtp      inet       n - n -  - smtpd
virtual   unix       - n n -  - virtual
anvil     unix       - - n -  1 anvil
"""
# The keys are looked up by an iterating resolver of its own.
OPENDKIM = """Mode v
Socket inet:{port}@127.0.0.1
AuthservID {host}
AlwaysAddARHeader yes
ResolverConfiguration /lab/unbound/unbound.conf
Syslog no
"""


class Receiver:
    """`mx` is the plan's MX host of the domain; the world is up, so it has an address. `opendkim`
    is the package folder, if there is one: then it says in a header field what it thinks of the
    signatures."""

    def __init__(self, world, domain, mx, opendkim=None):
        self._box, self._space = world.box, world.spaces[names.MX]
        self._host, self._opendkim = mx.name, opendkim
        milter = f"inet:127.0.0.1:{names.MILTER_PORT}" if opendkim else ""
        self._main = MAIN.format(
            host=mx.name, domain=domain, address=mx.address, milter=milter
        )
        self._log = self._box.folder("logs") / "receiver.maillog"
        self._mailbox = self._box.folder("spool/mail")

    def _start_opendkim(self):
        box = sandbox.add_root(self._opendkim, self._box.run_dir, "root-opendkim")
        (self._box.run_dir / "opendkim.conf").write_text(
            OPENDKIM.format(port=names.MILTER_PORT, host=self._host), encoding="utf-8"
        )
        self._space.spawn(
            self._box.folder("logs") / "opendkim.log",
            *box.chroot("opendkim", "-f", "-x", "/lab/opendkim.conf"),
        )
        waiting.until(self._milter_accepts, waiting.START_SECONDS, "opendkim")

    def _milter_accepts(self):
        with self._space.entered(), socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", names.MILTER_PORT)) == 0

    def start(self):
        if self._opendkim:
            self._start_opendkim()
        folder = self._box.folder("receiver")
        (folder / "main.cf").write_text(self._main, encoding="utf-8")
        (folder / "master.cf").write_text(SERVICES, encoding="utf-8")
        for part in ("queue", "data"):
            self._box.folder(f"spool/receiver/{part}")
        for part in ("receiver/data", "mail"):
            self._space.run(*self._box.chroot("chown", "postfix", f"/lab/spool/{part}"))
        self._space.spawn(
            self._box.folder("logs") / "receiver.log",
            *self._box.chroot("postfix", "-c", "/lab/receiver", "start-fg"),
        )
        waiting.until(
            lambda: self._log.exists() and "daemon started" in self._log.read_text("utf-8"),
            waiting.START_SECONDS,
            "the receiving Postfix",
        )

    def mails(self):
        """All that arrived, as octets with CRLF."""
        folder = self._mailbox / "reports/new"
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
        return [path.read_bytes().replace(b"\n", b"\r\n") for path in paths]
