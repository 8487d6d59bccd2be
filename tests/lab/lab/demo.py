"""`tests/lab/demo`: the attacks of the scenarios marked `demo`, as a table for people.

The same steps as in the tests; only the printing differs. What is shown is evidence of third
parties:
the body line that the attacker's machine logged, and Postfix's own log line.
"""
import os
import re
import sys
import textwrap

from . import plan, session, steps

WIDTH = 100
COLUMNS = (18, 23)  # sender, outcome; the evidence takes the rest
RED, GREEN, BOLD, PLAIN = "\033[31m", "\033[32m", "\033[1m", "\033[0m"
HEAD = """Real Postfix, DNS and HTTPS in network namespaces; the router in the middle attacks.
Every message says: "{secret}"
"""


def _colour(text, code):
    wanted = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return f"{code}{text}{PLAIN}" if wanted else text


def _log_line(line):
    """Postfix's line from the program's name on; date and host are the same everywhere."""
    return re.sub(r"^.*? (postfix/)", r"\1", line)


def _reason(line):
    """strictmx's log line, likewise."""
    return re.sub(r"^\S+ \w+ ", "strictmx: ", line)


def _without(mail):
    """Outcome and evidence where nobody defends."""
    if mail.captured:
        return "READ IN THE CLEAR", RED, f'router captured: "{mail.captured[0]["body"][0]}"'
    if mail.arrived and mail.arrived[0]["mx"] == "mx.evil.test":
        return "IN THE WRONG HANDS", RED, f'mx.evil.test received: "{mail.arrived[0]["body"][0]}"'
    return mail.outcome.status, PLAIN, _log_line(mail.outcome.line)


def _with(mail):
    if mail.outcome.status == "deferred" and not mail.arrived and not mail.captured:
        return "DEFERRED, not sent", GREEN, _log_line(mail.outcome.line)
    if mail.outcome.status == "sent" and mail.outcome.tls == "Verified":
        return "DELIVERED, verified", GREEN, _log_line(mail.outcome.line)
    return _without(mail)


def _row(who, outcome, colour, evidence):
    left = " " * (3 + sum(COLUMNS))
    lines = textwrap.wrap(evidence, WIDTH - len(left), break_long_words=True)
    head = f"   {who:{COLUMNS[0]}}{_colour(f'{outcome:{COLUMNS[1]}}', colour)}"
    print(head + f"\n{left}".join(lines))


def _show(number, result):
    print(_colour(f"{number}. {result.scenario.demo}", BOLD))
    attacked = False
    for mail in result.mails:
        if mail.step.mail == "without strictmx":
            _row("without strictmx", *_without(mail))
            attacked = True
            continue
        over = attacked and mail.step.status == "sent"
        _row("attack over" if over else "with strictmx", *_with(mail))
        if mail.deferral_line and mail.outcome.status == "deferred":
            _row("", "", PLAIN, _reason(mail.deferral_line))
    for fault in result.faults:
        print(_colour(f"   NOT AS EXPECTED    {fault}", RED))
    print("-" * WIDTH, flush=True)


def inside(packages, run_dir):
    print(HEAD.format(secret=steps.SECRET), flush=True)
    world = session.bring_up(packages, run_dir)
    print(_colour(f"   {'SENDER':{COLUMNS[0]}}{'THE MESSAGE IS':{COLUMNS[1]}}EVIDENCE", BOLD))
    print("=" * WIDTH, flush=True)
    results = []
    for scenario in (s for s in plan.load().scenarios if s.demo):
        results.append(steps.run(scenario, world))
        _show(len(results), results[-1])
    failed = sum(bool(result.faults) for result in results)
    if failed:
        print(f"{failed} of {len(results)} attacks did not go as expected.")
    else:
        print("Deferred mail stays in Postfix's queue and leaves when the attack ends.")
    return 1 if failed else 0


if __name__ == "__main__":
    session.leave(inside, *sys.argv[1:3])
