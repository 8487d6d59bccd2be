"""`tests/lab/check_zoo`: what `strictmx check` says of each domain of the zoo, and whether Postfix
agrees."""
import argparse
import json
import resource
import subprocess
import sys
import time

from lab import dns, session, strictmx, waiting

from . import golden, pictures, plan, world

# What a verdict of strictmx check means for mail by Postfix with strictmx.
MEANS = {"encrypted": "sent", "unauthenticated": "sent", "cleartext": "sent",
         "deferred": "deferred", "bounced": "bounced"}
GRAVE = ("critical", "error", "warning")
SPEED = ("speed.test", "speed-dead.test")  # four MX addresses; one of them dead
MAX_SECONDS, MAX_CPU_SECONDS = 3.0, 0.2
SPEED_RUNS = 5


def arguments():
    parser = argparse.ArgumentParser(
        prog="tests/lab/check_zoo",
        description="Checks every domain of the zoo as root, in namespaces, and mails to some.",
        epilog="Exit: 0 all as expected, 1 not, 77 namespaces not permitted.")
    parser.add_argument("--only", metavar="DOMAIN", action="append", default=[],
                        help="this domain (repeatable)")
    parser.add_argument("--list", action="store_true", help="list the domains and stop")
    parser.add_argument("--facts", action="store_true", help="print the facts of the domains")
    parser.add_argument("--report", action="store_true", help="print the reports of the domains")
    parser.add_argument("--no-mail", action="store_true", help="send no mail")
    parser.add_argument("--screenshot", metavar="FILE",
                        help=f"picture of the HTML report on {pictures.SHOWN}, as PNG, and stop")
    parser.add_argument("--update-golden", action="store_true",
                        help="write the golden report instead of comparing it")
    return parser


class Check:
    """The command under test, with the world's resolver, roots and addresses."""

    def __init__(self, place):
        self._space = place.spaces["sender"]
        self._settings = [
            "--dns", "127.0.0.1@53", "--dns-trust-anchor", place.box.run_dir / dns.TRUST_ANCHOR,
            "--ca-file", place.box.run_dir / "certs/ca.pem", "--allow-private-addresses",
            "--helo", "sender.lab"]

    def run(self, *words, **options):
        return self._space.run(strictmx.binary(), "check", *words, *self._settings, check=False,
                               **options)

    def facts(self, names):
        """The facts of every domain, by name."""
        done = self.run("--facts", "-f", "-", input="\n".join(names) + "\n", timeout=300)
        if done.returncode != 0:
            raise RuntimeError(f"check ended with {done.returncode}: {done.stderr}")
        return {line["domain"]: line for line in map(json.loads, done.stdout.splitlines())}

    def reports(self, names):
        """What is said of every domain, by name. The lab's Postfix is older than 3.10.5."""
        done = self.run("--json", "--from", "postfix", "-f", "-", input="\n".join(names) + "\n",
                        timeout=300)
        if done.returncode not in (0, 1, 2, 3):
            raise RuntimeError(f"check ended with {done.returncode}: {done.stderr}")
        return {entry["domain"]: entry for entry in json.loads(done.stdout)["domains"]}


def value_at(facts, path):
    """What stands at "mail.hosts.0.name"; counts with "#", nothing is "null"."""
    for step in path.split("."):
        if step == "#":
            return str(len(facts))
        if isinstance(facts, list):
            facts = facts[int(step)] if int(step) < len(facts) else None
        else:
            facts = facts.get(step) if facts is not None else None
    if facts is None or isinstance(facts, bool):
        return json.dumps(facts)
    return str(facts)


def faults_of_facts(domain, facts):
    for expectation in domain.saw:
        path, _, expected = expectation.partition("=")
        seen = value_at(facts, path)
        if seen != expected:
            yield f"{path} is {seen}, not {expected}"


def faults_of_findings(domain, report):
    found = {finding["id"]: finding["severity"] for finding in report["findings"]}
    for name in domain.expect:
        if name not in found:
            yield f"{name} was not found; found: {', '.join(sorted(found))}"
    if not domain.good:
        return
    for finding in report["findings"]:
        if finding["severity"] in GRAVE and finding["id"] not in domain.expect:
            yield (f"{finding['severity']} {finding['id']} about {finding['object']}: "
                   f"{finding['evidence']}")


def faults_of_verdict(domain, report):
    """What is said of strict senders, or of this Postfix in particular, is what it does."""
    strict = next(sender for sender in report["verdict"]["senders"]
                  if sender["sender"] == "strict")
    postfix = report["from"]["later_messages"]
    if MEANS.get(postfix) != domain.delivery:
        yield f"mail is {domain.delivery}, but the verdict is {postfix}: {strict['reason']}"
    if strict["delivery"] == "unknown":
        yield f"nothing is said of strict senders: {strict['reason']}"


def faults_of_mail(domain, place):
    recipient, outcome = place.postfix.deliver(domain.name, "with strictmx", "zoo")
    if outcome.status != domain.delivery:
        yield f"mail was {outcome.status} ({outcome.reason}), not {domain.delivery}"
    arrived = place.mx.took(recipient)
    if bool(arrived) != (domain.delivery == "sent"):
        yield f"mail arrived at {arrived or 'no host'}"


def _cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def faults_of_speed(name, check):
    """Of the best of some runs: others use the machine too."""
    for _ in range(SPEED_RUNS):
        faults = list(_faults_of_run(name, check))
        if not faults:
            break
    return faults


def _faults_of_run(name, check):
    began, cpu = time.monotonic(), _cpu_seconds()
    done = check.run(name)
    wall, used = time.monotonic() - began, _cpu_seconds() - cpu
    print(f"     {name}: {wall:.2f} s, {used:.2f} s of CPU")
    if done.returncode not in (0, 1, 2, 3):
        yield f"check ended with {done.returncode}"
    if wall > MAX_SECONDS:
        yield f"took {wall:.2f} s, at most {MAX_SECONDS}"
    if used > MAX_CPU_SECONDS:
        yield f"took {used:.2f} s of CPU, at most {MAX_CPU_SECONDS}"


def judge(domain, facts, report, place, options):
    faults = list(faults_of_facts(domain, facts)) + list(faults_of_findings(domain, report))
    if domain.delivery:
        faults += faults_of_verdict(domain, report)
    if domain.delivery and not options.no_mail:
        faults += faults_of_mail(domain, place)
    return faults


def check_all(chosen, check, place, options):
    """Prints a line for each domain. Returns how many failed."""
    names = [domain.name for domain in chosen]
    facts, reports = check.facts(names), check.reports(names)
    if options.facts:
        print(json.dumps([facts[name] for name in names], indent=1))
    if options.report:
        print(check.run("--all", *names, timeout=300).stdout)
    failed = 0
    for domain in chosen:
        faults = judge(domain, facts[domain.name], reports[domain.name], place, options)
        if domain.name in SPEED and options.only == []:
            faults += faults_of_speed(domain.name, check)
        failed += bool(faults)
        print(f"{'FAIL' if faults else 'ok  '} {domain.name:28} {domain.title}", flush=True)
        for fault in faults:
            print(f"       {fault}")
    return failed


def inside(packages, run_dir, options):
    """Process 1 of the lab. Returns the exit code."""
    began = time.monotonic()
    domains = plan.load()
    place = world.bring_up(domains, packages, run_dir)
    print(f"zoo up in {time.monotonic() - began:.1f} s", flush=True)
    check = Check(place)
    if options.screenshot:
        return pictures.take(check, options.screenshot)
    chosen = [domain for domain in domains if not options.only or domain.name in options.only]
    failed = check_all(chosen, check, place, options)
    golden_faults = [] if options.only else list(golden.faults(check, options.update_golden))
    for fault in golden_faults:
        print(f"FAIL golden report: {fault}")
    mails = sum(bool(domain.delivery) for domain in chosen) * (not options.no_mail)
    print(f"{len(chosen) - failed} of {len(chosen)} domains as expected, {mails} mails, "
          f"{time.monotonic() - began:.0f} s")
    return 1 if failed or golden_faults else 0


def main(argv):
    options = arguments().parse_args(argv)
    try:
        domains = plan.load()
    except plan.PlanError as error:
        print(f"zoo: {error}", file=sys.stderr)
        return 1
    if options.list:
        for domain in domains:
            print(f"{domain.name:28} {domain.title}")
        return 0
    return session.enter("zoo.runner", argv)


def _guarded(*arguments_of_inside):
    try:
        return inside(*arguments_of_inside)
    except (waiting.Timeout, RuntimeError, OSError, subprocess.SubprocessError) as error:
        detail = (getattr(error, "stderr", None) or "").strip()
        print(f"zoo: {error} {detail}".rstrip(), file=sys.stderr)
        return 1


if __name__ == "__main__":
    session.leave(_guarded, sys.argv[1], sys.argv[2], arguments().parse_args(sys.argv[3:]))
