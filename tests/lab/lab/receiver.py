"""A real Postfix that takes mail for one domain, over STARTTLS, into a maildir."""
from . import names, waiting

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
"""
SERVICES = """smtp      inet       n - n -  - smtpd
pickup    unix       n - n 60 1 pickup
cleanup   unix       n - n -  0 cleanup
qmgr      unix       n - n 300 1 qmgr
tlsmgr    unix       - - n 1000? 1 tlsmgr
rewrite   unix       - - n -  - trivial-rewrite
bounce    unix       - - n -  0 bounce
defer     unix       - - n -  0 bounce
trace     unix       - - n -  0 bounce
proxymap  unix       - - n -  - proxymap
virtual   unix       - n n -  - virtual
anvil     unix       - - n -  1 anvil
error     unix       - - n -  - error
retry     unix       - - n -  - error
postlog   unix-dgram n - n -  1 postlogd
"""


class Receiver:
    """`mx` is the plan's MX host of the domain; the world is up, so it has an address."""

    def __init__(self, world, domain, mx):
        self._box, self._space = world.box, world.spaces[names.MX]
        self._main = MAIN.format(host=mx.name, domain=domain, address=mx.address)
        self._log = self._box.folder("logs") / "receiver.maillog"
        self._mailbox = self._box.folder("spool/mail")

    def start(self):
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
