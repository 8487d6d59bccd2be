"""F37: report receivers that fail, redirect, are down for 23 h; sendmail that ends with 75"""
import datetime
import json
import pathlib
import re
import subprocess
import sys

from faults.broken import check
from faults.worlds import ROOT, tools

sys.path.insert(0, str(ROOT / "tests/report"))
import daystore  # noqa: E402
import servers  # noqa: E402

TESTS = ["test_delivery.Post", "test_delivery.Mail.test_refusals_of_the_relay",
         "test_delivery.Mail.test_no_relay_is_tried_again",
         "test_delivery.Mail.test_sendmail_gets_the_mail_without_a_shell",
         "test_delivery.Service.test_killed_while_it_delivers_each_report_arrives_as_it_was"]
DOMAIN = "example.net"
POLICY = ("no-policy-found", DOMAIN, [], [], 3, 0, [])


def unit_tests(stage):
    """The black-box tests of delivery: statuses, redirects, refusals, kills."""
    done = subprocess.run(["/usr/bin/python3", "-B", "-m", "unittest", *TESTS],
                          cwd=ROOT / "tests/report", capture_output=True, text=True, check=False,
                          env={"STRICTMX": stage.binary(), "PATH": "/usr/bin:/bin:/usr/sbin"})
    check(done.returncode == 0, done.stderr[-600:])
    stage.figures.append(re.search(r"Ran \d+ tests", done.stderr)[0])


class Reporter:
    """`strictmx report` with a state of its own, at any time of day."""

    def __init__(self, stage, name, relay_port):
        self._binary, self.folder = stage.binary(), stage.folder / name
        self.folder.mkdir()
        self._clock = self.folder / "clock"
        self.at(0)
        (self.folder / "strictmx.toml").write_text(
            f'http = ""\nstate = "{self.folder}/state"\nlisten = "unix:{self.folder}/policy"\n'
            'dns.trust_anchor = "none"\nreport.from = "tlsrpt@sender.test"\nreport.spread = "0s"\n'
            f'report.relay = "127.0.0.1:{relay_port}"\n')

    def at(self, hours):
        """So many hours after now."""
        self._clock.write_bytes(int(hours * 3600).to_bytes(8, sys.byteorder))

    def run(self, *words):
        return subprocess.run(
            [self._binary, "report", *words, "--config", self.folder / "strictmx.toml"], text=True,
            capture_output=True, timeout=60, check=False,
            env={"LD_PRELOAD": str(tools() / "libfault_clock.so"),
                 "FAULT_CLOCK": str(self._clock)})

    def prepare(self):
        yesterday = (datetime.datetime.now(datetime.timezone.utc)
                     - datetime.timedelta(days=1)).date().isoformat()
        self.send(yesterday)  # makes the stores
        for file in (self.folder / "state").glob("reports.sqlite*"):
            file.unlink()
        record = f"v=TLSRPTv1; rua=mailto:tls@{DOMAIN}"
        daystore.add(pathlib.Path(self.folder / "state"), yesterday, DOMAIN, record, [POLICY])
        return yesterday

    def send(self, day):
        return self.run("send", "--now", "--day", day)

    def state(self):
        found = json.loads(self.run("queue", "--json").stdout)["deliveries"]
        return found[0]["state"], found[0]["attempts"]


def down_for(stage, hours, name):
    """A relay that nobody hears of for so long, and then takes mail: the state of the report and
    the mails that came."""
    port = 2525
    reporter = Reporter(stage, name, port)
    day = reporter.prepare()
    for hour in range(0, hours, 2):
        reporter.at(hour)
        reporter.send(day)
    if hours < 24:
        check(reporter.state()[0] == "waiting", f"while the relay is down: {reporter.state()}")
    reporter.at(hours)
    relay = servers.Smtp(address=("127.0.0.1", port))
    try:
        reporter.send(day)
        return reporter.state(), relay.mails
    finally:
        relay.close()


def run(stage):
    unit_tests(stage)
    (state, attempts), mails = down_for(stage, 23, "recovers")
    check(state == "delivered" and len(mails) == 1, f"after 23 h: {state}, {len(mails)} mails")
    stage.figures.append(f"relay back after 23 h: delivered by attempt {attempts}")
    (state, attempts), mails = down_for(stage, 26, "too_long")
    stage.figures.append(f"after 26 h: {state}")
    check(not mails and state not in ("waiting", "delivered"), f"after 26 h: {state}")
