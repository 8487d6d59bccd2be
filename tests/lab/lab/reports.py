"""`tests/lab/reports`: TLS reports from real deliveries to where they are wanted.

Postfix 3.10 sends to domains with all that can be right or wrong with TLS; strictmx hears of it,
reports on the day, by mail through that Postfix to a receiving Postfix, by LMTP to Dovecot, and to
an HTTPS endpoint that answers 503 first. The world and what its reports must say are in
chain/world.toml. Judged by programs that know nothing of strictmx: Postfix's log, dkimpy,
jsonschema.
"""
import collections
import email
import email.policy
import gzip
import json
import re
import shlex
import ssl
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from . import (
    certs,
    dovecot,
    isolate,
    names,
    plan,
    receiver,
    rootfs,
    session,
    strictmx,
    waiting,
    world,
)
from .reporter import REPORTER, SELECTORS, Reporter

sys.path.insert(0, str(names.REPOSITORY / "tests/report"))

CHAIN = names.LAB_DIR / "chain"
RECEIVER, ENDPOINT = "receiver.test", "reports.receiver.test"
OPENDKIM = rootfs.Recipe("lab-opendkim.packages")
DOVECOT = rootfs.Recipe("lab-dovecot.packages")
_TOLD = re.compile(r"TLSRPT: status=(\w+), domain=([\w.-]+)")


class Failed(Exception):
    pass


def expect(what, found, wanted):
    if found != wanted:
        raise Failed(f"{what}: {found!r} instead of {wanted!r}")


def passed(what):
    print(f"ok   {what}", flush=True)


def _cases():
    """Domain to what the file says of it, of those that get mail."""
    tables = tomllib.loads((CHAIN / "world.toml").read_text(encoding="utf-8"))["domains"]
    return {table["domain"]: table for table in tables if "mails" in table}


def _chain_plan(reporter):
    loaded = plan.load(CHAIN)
    keys = tuple(reporter.make_keys())
    domains = [
        replace(domain, records=keys) if domain.name == REPORTER else domain
        for domain in loaded.domains
    ]
    return replace(loaded, domains=tuple(domains))


def _endpoint(lab):
    """Answers 503 first."""
    import servers

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs.Authority(lab.box.folder("certs")).issue(ENDPOINT, "good"))
    with lab.spaces[names.POLICY].entered():
        address = (names.POLICY_ADDRESS, names.REPORT_PORT)
        return servers.Https(None, [503, 201], address, context)


def _deliver(lab, cases):
    """Sends what the cases say; several domains at a time, each in turn."""

    def send(domain):
        for _ in range(cases[domain]["mails"]):
            recipient, outcome = lab.postfix310.deliver(domain, "with strictmx", "chain")
            expect(f"mail to {domain}", outcome.status, cases[domain]["status"])
            sent = outcome.status == "sent"
            expect(f"arrived for {domain}", len(lab.mx.messages(recipient)), int(sent))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, cases))
    passed(f"{sum(case['mails'] for case in cases.values())} mails to {len(cases)} domains")


def _end_day(lab, reporter):
    """What was counted today becomes yesterday's: a day that is over, as reports are about."""
    import daystore

    lab.strictmx.stop()
    daystore.move(reporter.state, reporter.today, reporter.day)
    lab.strictmx.start()
    lab.strictmx.wait_ready()


def _counted(lab, cases):
    """Waits until the day store has it all."""
    end = time.monotonic() + 10
    for domain, case in cases.items():
        wanted = sorted(case["results"])
        while (seen := lab.strictmx.results(domain)) != wanted and time.monotonic() < end:
            time.sleep(waiting.INTERVAL)
        expect(f"counted of {domain}", seen, wanted)
    passed("the day store has what each session came to")


def _check_sums(lab, cases, reports):
    """Sessions reported are those that Postfix told in its log, and the file's of our own."""
    told = collections.Counter(
        (domain, status) for status, domain in _TOLD.findall(lab.postfix310.log.read_text("utf-8"))
    )
    for domain, report in reports.items():
        sums = [policy["summary"] for policy in report["policies"]]
        found = (
            sum(one["total-successful-session-count"] for one in sums),
            sum(one["total-failure-session-count"] for one in sums) - cases[domain].get("own", 0),
        )
        expect(f"sums of {domain}", found, (told[domain, "success"], told[domain, "failure"]))
    passed(f"sums: {sum(told.values())} sessions told by Postfix, "
           f"{sum(case.get('own', 0) for case in cases.values())} failures that only strictmx sees")


def _check_mail(text, dig, reporter):
    """Returns the domain, the packed report and what it says."""
    import dkim

    def find_key(name, **_):
        return "".join(shlex.split(dig("+short", name.decode(), "TXT"))).encode()

    for index, _ in enumerate(SELECTORS):
        verified = dkim.DKIM(text).verify(idx=index, dnsfunc=find_key)
        expect(f"signature {index + 1}, by dkimpy", verified, True)
    mail = email.message_from_bytes(text, policy=email.policy.default)
    domain = mail["TLS-Report-Domain"]
    expect("media type", (mail.get_content_type(), mail.get_param("report-type")),
           ("multipart/report", "tlsrpt"))
    expect("header fields", (mail["TLS-Report-Submitter"], mail["TLS-Required"]), (REPORTER, "No"))
    packed = list(mail.iter_parts())[1].get_payload(decode=True)
    report = _check_report(packed, reporter)
    subject = f"Report Domain: {domain} Submitter: {REPORTER} Report-ID: <{report['report-id']}>"
    expect("Subject", mail["Subject"], subject)
    return domain, packed, report


def _check_report(packed, reporter):
    import jsonschema

    report = json.loads(gzip.decompress(packed))
    schema = json.loads((names.REPOSITORY / "tests/report/schema.json").read_text("utf-8"))
    jsonschema.validate(report, schema)
    expect("strict reader", reporter.lint(packed), "")
    expect("day", report["date-range"]["start-datetime"], f"{reporter.day}T00:00:00Z")
    return report


def _check_mails(lab, cases, mailbox, reporter):
    waiting.until(lambda: len(mailbox.mails()) >= len(cases), 30, "all reports in the maildir")
    checked = [_check_mail(text, lab.dns.dig, reporter) for text in mailbox.mails()]
    expect("one report for each domain", sorted(one[0] for one in checked), sorted(cases))
    expect("ids", len({report["report-id"] for _, _, report in checked}), len(cases))
    for domain, _, report in checked:
        lines = [line for policy in report["policies"] for line in strictmx.outcome(policy)]
        expect(f"report about {domain}", sorted(lines), sorted(cases[domain]["results"]))
    passed(f"{len(checked)} reports by mail: dkimpy, schema, strict reader, contents")
    return {domain: (packed, report) for domain, packed, report in checked}


def _check_opendkim(mailbox):
    """What the receiver's own check says: of both signatures that they are good."""
    for text in mailbox.mails():
        mail = email.message_from_bytes(text, policy=email.policy.default)
        results = re.sub(r"\([^)]*\)", "", mail["Authentication-Results"])
        for selector in SELECTORS:
            good = rf"dkim=pass\s[^;]*header\.d={REPORTER}\s[^;]*header\.s={selector}\s"
            if not re.search(good, results):
                raise Failed(f"opendkim of {selector}: {results}")
    passed("signatures of all mails, by the receiver's opendkim")


def _check_posts(endpoint, packed):
    expect("POSTs", [post[0] for post in endpoint.posts], ["/v1/good"] * 2)
    for _, head, body in endpoint.posts:
        expect("media type", head["Content-Type"], "application/tlsrpt+gzip")
        expect("the same octets as by mail", body == packed, True)
    passed("one report by HTTPS: 503, then accepted once, the same octets")


def _check_lmtp(lab, reporter, packages):
    """Dovecot takes the same mail at a unix socket, and at a port after STARTTLS."""
    server = dovecot.Dovecot(lab, packages, lab.spaces[names.SENDER])
    server.start()
    for count, relay in enumerate((f"unix:{server.path}", f"127.0.0.1:{names.LMTP_PORT}"), 1):
        sent = reporter.test(f"lmtp:{relay}", f"me@{REPORTER}")
        expect(f"LMTP to {relay}, {sent.stdout}{sent.stderr}", sent.returncode, 0)
        expect(f"mails by {relay}", len(server.mails()), count)
    for text in server.mails():
        expect("domain", _check_mail(text, lab.dns.dig, reporter)[0], REPORTER)
    expect("mails in TLS", sum(b"with LMTPS" in text for text in server.mails()), 1)
    passed("report mails by LMTP to Dovecot: unix socket, and TCP with STARTTLS")


def _run(lab, reporter, opendkim, lmtp):
    cases = _cases()
    reporter.space = lab.spaces[names.SENDER]
    mx = lab.plan.mx("mx1." + RECEIVER)
    mailbox = receiver.Receiver(lab, RECEIVER, mx, opendkim)
    mailbox.start()
    endpoint = _endpoint(lab)
    _deliver(lab, cases)
    _counted(lab, cases)
    _end_day(lab, reporter)
    first = reporter.send()
    expect(f"first sending, {first.stdout}{first.stderr}", first.returncode, 75)
    expect("deferred", [line for line in first.stdout.splitlines() if ": waiting" in line],
           [line for line in first.stdout.splitlines() if ENDPOINT in line])
    reports = _check_mails(lab, cases, mailbox, reporter)
    if opendkim:
        _check_opendkim(mailbox)
    _check_sums(lab, cases, {domain: report for domain, (_, report) in reports.items()})
    second = reporter.send()
    expect(f"second sending, {second.stdout}{second.stderr}", second.returncode, 0)
    expect("third sending", reporter.send().stdout, "nothing to send\n")
    _check_posts(endpoint, reports["good.test"][0])
    expect("sessions of report mails", lab.strictmx.results(RECEIVER), [])
    expect("mails in the end", len(mailbox.mails()), len(cases))
    if lmtp:
        _check_lmtp(lab, reporter, lmtp)
    passed("the report mails passed an expired certificate under enforce, and count nowhere")


def inside(packages, run_dir, postfix310, *others):
    run_dir = Path(run_dir)
    reporter = Reporter(run_dir)
    try:
        lab = world.bring_up(_chain_plan(reporter), Path(packages), run_dir, Path(postfix310))
        _run(lab, reporter, *(Path(other) if other else None for other in others))
    except (Failed, waiting.Timeout, subprocess.SubprocessError, OSError, RuntimeError) as failure:
        print(f"FAIL {failure} {getattr(failure, 'stderr', '') or ''}".rstrip())
        return 1
    return 0


def main():
    isolate.require_host()
    try:
        postfix310 = rootfs.prepare(rootfs.POSTFIX_310)
    except (rootfs.RootError, OSError) as error:
        print(f"SKIP Postfix 3.10 cannot be had: {' '.join(str(error).split())}")
        return isolate.EXIT_SKIP
    others = [_optional("opendkim", OPENDKIM), _optional("Dovecot", DOVECOT)]
    return session.enter("lab.reports", [str(postfix310), *others])


def _optional(name, recipe):
    """The folder of a program whose checks are left out where it cannot be had."""
    try:
        return str(rootfs.prepare(recipe))
    except (rootfs.RootError, OSError) as error:
        print(f"SKIP {name} cannot be had: {' '.join(str(error).split())}")
        return ""


if __name__ == "__main__":
    session.leave(inside, *sys.argv[1:6])
