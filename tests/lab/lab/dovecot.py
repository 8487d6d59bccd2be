"""Dovecot as an LMTP server beside the sending host: at a unix socket and, with TLS, at a port."""
from . import certs, names, sandbox, waiting

HOST = "lmtp.reporter.test"
CONFIG = """protocols = lmtp
base_dir = /tmp/dovecot
state_dir = /tmp/dovecot-state
log_path = /lab/logs/dovecot.log
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = www-data
default_vsz_limit = 0
mail_location = maildir:/lab/spool/lmtp/mail
first_valid_uid = 101
ssl = yes
ssl_cert = </lab/certs/{host}.pem
ssl_key = </lab/certs/{host}.pem
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=101 gid=101 home=/lab/spool/lmtp allow_all_users=yes
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {port}
  }}
  unix_listener /lab/spool/lmtp/socket {{
    mode = 0666
  }}
}}
"""


class Dovecot:
    """`packages` is the folder with Dovecot; `space` the namespace it runs in."""

    def __init__(self, world, packages, space):
        self._box, self._space = world.box, space
        self._root = sandbox.add_root(packages, self._box.run_dir, "root-dovecot")
        self._folder = self._box.folder("spool/lmtp")
        self.path = self._folder / "socket"
        self.log = self._box.folder("logs") / "dovecot.log"

    def start(self):
        certs.Authority(self._box.folder("certs")).issue(HOST, "self-signed")
        text = CONFIG.format(host=HOST, port=names.LMTP_PORT)
        (self._box.run_dir / "dovecot.conf").write_text(text, encoding="utf-8")
        self._space.run(*self._box.chroot("chown", "postfix", "/lab/spool/lmtp"))
        self._space.spawn(
            self._box.folder("logs") / "dovecot.out",
            *self._root.chroot("dovecot", "-F", "-c", "/lab/dovecot.conf"),
        )
        waiting.until(self.path.is_socket, waiting.START_SECONDS, "Dovecot")

    def mails(self):
        """All that arrived, as octets with CRLF, without what Dovecot puts in front."""
        folder = self._folder / "mail/new"
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
        return [path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for path in paths]
