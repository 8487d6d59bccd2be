"""The MTAs beside Postfix that send mail in the lab: which there are, and what they have in common.

Each asks strictmx in its own way, with the very configuration that `contrib/` offers, and reports
an Outcome from its own log.
"""
import itertools
import os
from dataclasses import dataclass

from . import local_check, names, waiting

SENDER = "guarded@sender.lab"
OUTCOME_SECONDS = 60


@dataclass(frozen=True)
class Outcome:
    status: str  # sent, deferred, bounced
    relay: str
    line: str  # of the MTA's log, the one that says so
    log: str  # everything logged from the submission on


class Mta:
    """What the kinds share. `name` is a key of rootfs.OTHER_MTAS and that of its folders."""

    SPOOLS = ()  # folders of the root that it writes to whatever its configuration says

    def __init__(self, box, spaces, name):
        self.name = name
        self._box, self._space = box, spaces[names.SENDER]
        self._folder = box.folder(name)
        self._counter = itertools.count(1)
        self.log = box.folder("logs") / f"{name}.log"

    def _run(self, *command, **options):
        return self._space.run(*self._box.chroot(*command), **options)

    def _read_log(self):
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def _submit(self, recipient, message):
        """Hands the message over; returns an Outcome where that already decides."""
        raise NotImplementedError

    def _find(self, log, recipient):
        """The Outcome in a part of the log, or None."""
        raise NotImplementedError

    def start(self):
        """Writes the configuration and starts what must run."""

    def wait_ready(self):
        """Returns when mail is taken."""

    def local(self):
        """What check-local needs to look at it; None: it knows no such MTA."""
        return None

    def check_local(self):
        """What `strictmx check-local` says of it; see local_check.py."""
        local = self.local()
        return local and local_check.look(self._box, self._space, self.name, local)

    def deliver(self, domain, text):
        """Sends one message; returns (recipient, Outcome) of the first attempt."""
        recipient = f"{self.name}.{os.getpid()}.{next(self._counter)}@{domain}"
        start = len(self._read_log())
        message = f"From: {SENDER}\nTo: {recipient}\nSubject: lab\n\n{text}\n"
        outcome = self._submit(recipient, message) or waiting.until(
            lambda: self._find(self._read_log()[start:], recipient),
            OUTCOME_SECONDS,
            f"the verdict of {self.name} on mail to {recipient}",
        )
        return recipient, outcome


def all_kinds():
    """Name to class: each recipe in rootfs.OTHER_MTAS, and haraka."""
    from .exim import Exim
    from .haraka import Haraka
    from .opensmtpd import OpenSmtpd, OpenSmtpdFiles
    from .sendmail import Sendmail

    return {
        "exim": Exim,
        "exim-13": Exim,
        "sendmail": Sendmail,
        "sendmail-13": Sendmail,
        "opensmtpd": OpenSmtpdFiles,
        "opensmtpd-13": OpenSmtpd,
        "haraka": Haraka,
    }


