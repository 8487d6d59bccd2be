"""`tests/lab/reports`: one day's report from a day store to a real Postfix and an HTTPS endpoint.

The receiving Postfix takes the mail over STARTTLS and puts it into a maildir; the endpoint answers
503 first. What arrived is judged by programs that know nothing of strictmx: dkimpy, jsonschema.
"""
import email
import email.policy
import gzip
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

from . import names, sandbox, session, strictmx, waiting

sys.path.insert(0, str(names.REPOSITORY / "tests/report"))

DAY = "2026-11-24"
POLICIES = [
    ("sts", "example.net", ["version: STSv1", "mode: enforce", "mx: mx.example.net"],
     ["mx.example.net"], 41, 3,
     [("certificate-expired", "192.0.2.1", "mx.example.net", "mx", "198.51.100.7", "", "x", 2),
      ("starttls-not-supported", "192.0.2.1", "mx.example.net", "", "198.51.100.8", "", "", 1)]),
    ("no-policy-found", "example.net", [], [], 7, 0, []),
]
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
myhostname = mx.example.net
mydestination =
virtual_mailbox_domains = example.net
virtual_mailbox_base = /lab/spool/mail
virtual_mailbox_maps = static:reports/
virtual_uid_maps = static:101
virtual_gid_maps = static:101
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
alias_database =
smtpd_tls_security_level = may
smtpd_tls_chain_files = /lab/tls.key, /lab/tls.pem
smtpd_tls_loglevel = 1
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


class Failed(Exception):
    pass


def expect(what, found, wanted):
    if found != wanted:
        raise Failed(f"{what}: {found!r} instead of {wanted!r}")
    print(f"ok   {what}")


def start_receiver(box):
    folder = box.folder("receiver")
    (folder / "main.cf").write_text(MAIN, encoding="utf-8")
    (folder / "master.cf").write_text(SERVICES, encoding="utf-8")
    for part in ("receiver/queue", "receiver/data", "mail"):
        box.folder(f"spool/{part}")
    for part in ("receiver/data", "mail"):
        subprocess.run(box.chroot("chown", "postfix", f"/lab/spool/{part}"), check=True)
    log = box.folder("logs") / "receiver.maillog"
    with (box.folder("logs") / "receiver.log").open("wb") as output:
        subprocess.Popen(box.chroot("postfix", "-c", "/lab/receiver", "start-fg"),
                         stdout=output, stderr=subprocess.STDOUT)
    waiting.until(lambda: log.exists() and "daemon started" in log.read_text(),
                  waiting.START_SECONDS, "the receiving Postfix")
    return log


class Reporter:
    """strictmx with a day store of one domain."""

    def __init__(self, run_dir, dns_port):
        self.state = run_dir / "state"
        self.config = run_dir / "report.toml"
        self.records, keys = {}, []
        for selector, flags in (("s1", []), ("s2", ["--ed25519"])):
            path = run_dir / f"{selector}.pem"
            made = self.run("dkim-key", *flags, "--selector", selector, "sender.example", path)
            name, record = re.fullmatch(r"(\S+) IN TXT \((.*)\)\n", made.stdout).groups()
            self.records[name.encode()] = "".join(shlex.split(record)).encode()
            keys.append(f"{selector} {path}")
        self.config.write_text(
            f'state = "{self.state}"\n[dns]\nforward = ["127.0.0.1@{dns_port}"]\n'
            'trust_anchor = "none"\n[https]\nallow_private_addresses = true\n[report]\n'
            'from = "tlsrpt@sender.example"\norganization = "Sender"\nrelay = "127.0.0.1:25"\n'
            f"spread = \"0s\"\nkeep = \"365d\"\ndkim = {json.dumps(keys)}\n", encoding="utf-8")

    def run(self, *words):
        return subprocess.run([strictmx.binary(), "report", *words], capture_output=True, text=True,
                              timeout=60, check=False)

    def send(self):
        return self.run("send", "--now", "--day", DAY, "--config", self.config)


def check_report(packed):
    import jsonschema
    report = json.loads(gzip.decompress(packed))
    schema = json.loads((names.REPOSITORY / "tests/report/schema.json").read_text())
    jsonschema.validate(report, schema)
    sums = [(p["summary"]["total-successful-session-count"],
             p["summary"]["total-failure-session-count"],
             sum(f["failed-session-count"] for f in p.get("failure-details", [])))
            for p in report["policies"]]
    expect("every count adds up", sums,
           [(p[4], p[5], sum(f[-1] for f in p[6])) for p in POLICIES])
    return report


def check_mail(text, records):
    import dkim
    for index in (0, 1):
        verified = dkim.DKIM(text).verify(idx=index, dnsfunc=lambda name, **_: records.get(name))
        expect(f"signature {index + 1} verifies with dkimpy", verified, True)
    mail = email.message_from_bytes(text, policy=email.policy.default)
    expect("media type", (mail.get_content_type(), mail.get_param("report-type")),
           ("multipart/report", "tlsrpt"))
    expect("header fields", (mail["TLS-Report-Domain"], mail["TLS-Report-Submitter"],
                             mail["TLS-Required"]), ("example.net", "sender.example", "No"))
    return check_report(list(mail.iter_parts())[1].get_payload(decode=True))


def run(box, run_dir):
    import daystore
    import servers
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    dns = servers.Dns()
    endpoint = servers.Https(run_dir, [503, 201])
    log = start_receiver(box)
    reporter = Reporter(run_dir, dns.port)
    reporter.send()  # makes the stores
    daystore.add(reporter.state, DAY, "example.net",
                 "v=TLSRPTv1; rua=mailto:reports@example.net,"
                 f"https://r.example:{endpoint.port}/v1/tlsrpt", POLICIES)
    first = reporter.send()
    expect("mail accepted, endpoint defers", first.returncode, 75)
    second = reporter.send()
    expect("endpoint accepts the second time", second.returncode, 0)
    expect("a third time nothing is sent", reporter.send().stdout, "nothing to send\n")
    box_folder = box.folder("spool/mail") / "reports/new"
    arrived = waiting.until(lambda: box_folder.is_dir() and list(box_folder.iterdir()),
                            waiting.START_SECONDS, "the report in the maildir")
    expect("mails in the maildir", len(arrived), 1)
    text = arrived[0].read_bytes().replace(b"\n", b"\r\n")
    expect("over TLS", "TLS connection established from" in log.read_text(), True)
    mailed = check_mail(text, reporter.records)
    expect("POSTs", [post[0] for post in endpoint.posts], ["/v1/tlsrpt"] * 2)
    expect("the same octets both times", endpoint.posts[0][2], endpoint.posts[1][2])
    expect("the same report by mail and by HTTPS", check_report(endpoint.posts[1][2]), mailed)


def inside(packages, run_dir):
    box = sandbox.build(Path(packages), Path(run_dir))
    try:
        run(box, Path(run_dir))
    except (Failed, waiting.Timeout, subprocess.SubprocessError, OSError) as failure:
        print(f"FAIL {failure}")
        return 1
    return 0


def main():
    return session.enter("lab.reports", [])


if __name__ == "__main__":
    session.leave(inside, sys.argv[1], sys.argv[2])
