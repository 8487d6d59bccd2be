"""The commands of the lab's shell: `ask`, `send`, `attack`. They reach into the running world."""
import sys
from pathlib import Path

from . import plan, steps, waiting, world


def ask(lab, domain, via="inet"):
    print(lab.postfix.ask(domain, via))


def send(lab, domain, which="with"):
    recipient, outcome = lab.postfix.deliver(domain, f"{which} strictmx", steps.SECRET)
    print(outcome.line)
    for event in lab.mx.messages(recipient):
        print(f"arrived at {event['mx']} over {event['tls'] or 'no TLS'}")
    for event in lab.router.captured(recipient):
        print(f"captured on the router: {' '.join(event['body'])}")


def attack(lab, *settings):
    table = dict(setting.split("=", 1) for setting in settings)
    unknown = set(table) - set(plan.ATTACKS)
    if unknown:
        raise plan.PlanError(f"no attack {', '.join(unknown)}; there are {', '.join(plan.ATTACKS)}")
    lab.attack(table)


def main(run_dir, command, *arguments):
    try:
        lab = world.attach(plan.load(), Path(run_dir))
        {"ask": ask, "send": send, "attack": attack}[command](lab, *arguments)
    except (plan.PlanError, waiting.Timeout, TypeError, ValueError, KeyError) as error:
        sys.exit(f"{command}: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
