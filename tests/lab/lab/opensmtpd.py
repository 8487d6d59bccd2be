"""OpenSMTPD: from 7.6 with the table program, before with exported files; contrib/opensmtpd."""
import re
import smtplib
import socket
from pathlib import Path

from . import names, strictmx, waiting
from .local_check import Local
from .senders import SENDER, Mta, Outcome

PORT = {"opensmtpd": 10025, "opensmtpd-13": 10026}
TEXT = """listen on 127.0.0.1 port {port}
queue ttl 1d
include "/lab/contrib/opensmtpd/{file}"
"""
# The helper is strictmx, built for the machine and not for this root: with the machine's loader.
HELPER = """#!/bin/sh
exec /host{loader} --library-path /host{libraries} /host{binary} {command} "$@" \\
  2>>/lab/logs/{name}.helper.log
"""
_LINE = r'^.*to=<{}>.* result="?(\w+)"? .*$'
_STATUS = {"Ok": "sent", "TempFail": "deferred", "PermFail": "bounced", "Loop": "bounced"}


class OpenSmtpd(Mta):
    SPOOLS = ("var/spool/smtpd",)
    file = "smtpd.conf"

    def start(self):
        text = TEXT.format(port=PORT[self.name], file=self.file)
        (self._folder / "smtpd.conf").write_text(text, encoding="utf-8")
        helper = self._folder / "table-strictmx"
        loader = next(Path("/usr/lib").glob("*-linux-gnu/ld-linux*")).resolve()
        text = HELPER.format(
            loader=loader,
            libraries=loader.parent,
            binary=strictmx.binary(),
            command="table-opensmtpd",
            name=self.name,
        )
        helper.write_text(text, encoding="utf-8")
        helper.chmod(0o755)
        said = self._box.folder("logs") / f"{self.name}.helper.log"
        said.touch()
        said.chmod(0o666)  # smtpd gives up its privileges before it runs the helper
        self._space.spawn(
            self.log, *self._box.chroot("smtpd", "-d", "-f", f"/lab/{self.name}/smtpd.conf")
        )

    def _accepts(self):
        with self._space.entered(), socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", PORT[self.name])) == 0

    def wait_ready(self):
        waiting.until(self._accepts, waiting.START_SECONDS, self.name)

    def local(self):
        config = (names.REPOSITORY / "contrib/opensmtpd" / self.file).read_text(encoding="utf-8")
        return Local("opensmtpd", {"smtpd": "smtpd"}, {"smtpd.conf": config})

    def _submit(self, recipient, message):
        with self._space.entered():
            client = smtplib.SMTP("127.0.0.1", PORT[self.name], "sender.lab", timeout=30)
        try:
            client.sendmail(SENDER, [recipient], message)
        except smtplib.SMTPRecipientsRefused as refused:
            code, text = refused.recipients[recipient]
            line = f"RCPT {recipient}: {code} {text.decode()}"
            return Outcome("deferred" if code < 500 else "bounced", "none", line, line)
        finally:
            client.close()
        return None

    def _find(self, log, recipient):
        found = re.search(_LINE.format(re.escape(recipient)), log, re.MULTILINE)
        if not found:
            return self._without_relay(log, recipient)
        relay = re.search(r'relay="?\S+ \((\S+?)\)', found[0])
        status = _STATUS.get(found[1], "bounced")
        return Outcome(status, relay[1] if relay else "none", found[0].strip(), log)


    @staticmethod
    def _without_relay(log, recipient):
        """The table has no relay for the domain now: the message waits in the queue."""
        taken = re.search(rf"envelope evpid=(\S+) .*to=<{re.escape(recipient)}>", log)
        if not taken:
            return None
        number = taken[1].lstrip("0")  # as that line of the log has it
        refused = re.search(rf"^.*retrieve smarthost.* {number}\b.*$", log, re.MULTILINE)
        return Outcome("deferred", "none", refused[0], log) if refused else None


class OpenSmtpdFiles(OpenSmtpd):
    """6.8: what strictmx knows of a domain is exported before each message."""

    file = "smtpd-files.conf"

    def _export(self, check=True):
        return self._space.run(
            strictmx.binary(),
            "export-opensmtpd",
            self._folder / "tables",
            "--state",
            self._box.folder("strictmx"),
            "--socket",
            names.LINE_SOCKET,
            check=check,
        )

    def start(self):
        self._box.folder(f"{self.name}/tables")
        # strictmx starts at the same time, and may be about to make its store.
        waiting.until(
            lambda: self._export(check=False).returncode == 0,
            waiting.START_SECONDS,
            "the first tables of OpenSMTPD",
        )
        super().start()

    def deliver(self, domain, text):
        # strictmx must know the domain: another MTA has asked before, in real life and here.
        with self._space.entered(), socket.socket(socket.AF_UNIX) as line:
            line.connect(names.LINE_SOCKET)
            line.sendall(f"exim {domain}\n".encode())
            line.recv(100)
        self._export()
        for table in ("strictmx-domains", "strictmx-relays"):
            self._run("smtpctl", "update", "table", table)
        return super().deliver(domain, text)
