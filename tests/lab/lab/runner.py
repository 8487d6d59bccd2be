"""`tests/lab/run`: every scenario against real programs, one line each."""
import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from . import haraka, isolate, plan, rootfs, session, shell, steps


def arguments():
    parser = argparse.ArgumentParser(
        prog="tests/lab/run",
        description="Runs the scenarios of the network lab as root, in namespaces.",
        epilog="Exit: 0 all as expected, 1 not, 77 namespaces not permitted. "
        "STRICTMX=path tests another binary than build/strictmx.",
    )
    parser.add_argument(
        "--only",
        metavar="NN-name",
        action="append",
        default=[],
        help="this scenario (repeatable; the beginning of its name is enough)",
    )
    parser.add_argument("--list", action="store_true", help="list the scenarios and stop")
    parser.add_argument("--keep", action="store_true", help="open a shell in the lab afterwards")
    parser.add_argument("-v", action="store_true", dest="verbose", help="show Postfix's log lines")
    # How `main` tells `inside`: folders of packages.
    parser.add_argument("--postfix310", help=argparse.SUPPRESS)
    parser.add_argument(
        "--no-others",
        action="store_true",
        help="leave out the scenarios with other MTAs than Postfix",
    )
    parser.add_argument(
        "--only-others", action="store_true", help="only the scenarios with other MTAs"
    )
    parser.add_argument("--other", action="append", default=[], help=argparse.SUPPRESS)
    return parser


def chosen(scenarios, only):
    unknown = [name for name in only if not any(s.folder.startswith(name) for s in scenarios)]
    if unknown:
        raise plan.PlanError(f"no scenario {', '.join(unknown)}")
    return [s for s in scenarios if not only or s.folder.startswith(tuple(only))]


def _report(result, seconds, verbose):
    if result.skipped:
        print(f"SKIP {result.scenario.folder:28} {result.skipped}", flush=True)
        return
    word = "FAIL" if result.faults else "ok  "
    print(
        f"{word} {result.scenario.folder:28} {seconds:5.1f} s  {result.scenario.title}", flush=True
    )
    for fault in result.faults:
        print(f"       {fault}")
    for mail in result.mails if verbose else []:
        print(f"     {mail.outcome.tls}: {mail.outcome.line}")


def left(scenarios, options):
    if options.no_others:
        return [one for one in scenarios if not one.needs_others()]
    if options.only_others:
        return [one for one in scenarios if one.needs_others()]
    return scenarios


def inside(packages, run_dir, options):
    """Process 1 of the lab. Returns the exit code."""
    started = time.monotonic()
    others = dict(other.split("=", 1) for other in options.other)
    world = session.bring_up(packages, run_dir, options.postfix310, others)
    print(f"lab up in {time.monotonic() - started:.1f} s", flush=True)
    failed = skipped = 0
    scenarios = left(chosen(world.plan.scenarios, options.only), options)
    for scenario in scenarios:
        began = time.monotonic()
        result = steps.run(scenario, world)
        failed += bool(result.faults)
        skipped += bool(result.skipped)
        _report(result, time.monotonic() - began, options.verbose)
    print(
        f"{len(scenarios) - failed - skipped} of {len(scenarios)} scenarios as expected, "
        f"{f'{skipped} skipped, ' if skipped else ''}{time.monotonic() - started:.0f} s"
    )
    if options.keep:
        world.recover()
        shell.open_in(world)
    return 1 if failed else 0


def _postfix310():
    """The argument that tells `inside` where Postfix 3.10 is, if it can be had."""
    isolate.require_host()
    try:
        return ["--postfix310", str(rootfs.prepare(rootfs.POSTFIX_310))]
    except (rootfs.RootError, OSError) as error:
        print(f"SKIP Postfix 3.10 cannot be had: {' '.join(str(error).split())}", flush=True)
        return []


def _others():
    """The arguments that tell `inside` which other MTAs there are; fetched side by side."""
    isolate.require_host()

    def prepare(name):
        try:
            if name == "haraka":
                return f"{name}={haraka.prepare()}"
            return f"{name}={rootfs.prepare(rootfs.OTHER_MTAS[name])}"
        except (rootfs.RootError, OSError) as error:
            print(f"SKIP {name} cannot be had: {' '.join(str(error).split())}", flush=True)
            return None

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(prepare, [*rootfs.OTHER_MTAS, "haraka"]))
    return [word for other in found if other for word in ("--other", other)]


def main(argv):
    options = arguments().parse_args(argv)
    try:
        scenarios = left(chosen(plan.load().scenarios, options.only), options)
    except plan.PlanError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    if options.list:
        for scenario in scenarios:
            print(f"{scenario.folder:28} {scenario.title} ({scenario.rule})")
        return 0
    newer = _postfix310() if any(scenario.postfix for scenario in scenarios) else []
    others = _others() if any(scenario.needs_others() for scenario in scenarios) else []
    return session.enter("lab.runner", [*newer, *others, *argv])


if __name__ == "__main__":
    session.leave(inside, sys.argv[1], sys.argv[2], arguments().parse_args(sys.argv[3:]))
