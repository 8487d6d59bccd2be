"""Sendmail, its configuration made by m4 from contrib/sendmail."""
import re

from .local_check import Local
from .senders import SENDER, Mta, Outcome

BINARY = "/usr/libexec/sendmail/sendmail"
TEXT = """divert(-1)
include(`/usr/share/sendmail/cf/m4/cf.m4')
OSTYPE(`linux')dnl
define(`confDOMAIN_NAME', `sender.lab')dnl
define(`QUEUE_DIR', `/lab/spool/{name}')dnl
define(`STATUS_FILE', `/lab/spool/{name}/statistics')dnl
define(`confPID_FILE', `/lab/spool/{name}/pid')dnl
define(`confTO_CONNECT', `5s')dnl
define(`confMIN_QUEUE_AGE', `0')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
FEATURE(`nouucp', `reject')dnl
include(`/lab/contrib/sendmail/strictmx.mc')
{dane}MAILER(`local')dnl
MAILER(`smtp')dnl
"""
DANE = "include(`/lab/contrib/sendmail/strictmx-dane.mc')\n"
_LINE = r"^.*{}>?\.\.\. (Sent|Deferred|.*)\b.*$"


class Sendmail(Mta):
    def start(self):
        self._box.folder(f"spool/{self.name}").chmod(0o700)
        compiled = self._run(BINARY, "-d0.1", "-bt", "-C/dev/null", check=False, input="").stdout
        dane = DANE if " DANE " in compiled else ""
        (self._folder / "sendmail.mc").write_text(
            TEXT.format(name=self.name, dane=dane), encoding="utf-8"
        )
        made = self._run("m4", f"/lab/{self.name}/sendmail.mc")
        (self._folder / "sendmail.cf").write_text(made.stdout, encoding="utf-8")

    def local(self):
        config = (self._folder / "sendmail.cf").read_text(encoding="utf-8")
        return Local("sendmail", {"sendmail": BINARY}, {"sendmail.cf": config})

    def _submit(self, recipient, message):
        said = self._run(
            BINARY,
            f"-C/lab/{self.name}/sendmail.cf",
            "-v",
            "-odi",
            "-f",
            SENDER,
            recipient,
            input=message,
            check=False,
        )
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(said.stdout + said.stderr)

    def _find(self, log, recipient):
        lines = re.findall(rf"^{re.escape(recipient)}\.\.\. .*$", log, re.MULTILINE)
        final = [line for line in lines if "Connecting to" not in line]
        if not final:
            return None
        word = final[-1].split("... ", 1)[1]
        kinds = {"Sent": "sent", "Deferred": "deferred", "Transient": "deferred"}
        status = next((kind for begin, kind in kinds.items() if word.startswith(begin)), "bounced")
        relays = re.findall(r"Connecting to (\S+?)\.? ", log)
        return Outcome(status, relays[-1] if relays else "none", final[-1], log)
