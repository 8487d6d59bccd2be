"""Mixes under which a policy daemon may fall off a cliff, measured as ratios to the same daemon at
rest: broken domains among the good, many clients at one cold name, a crowd of unknown names beside
known ones, a million known names instead of a thousand.
"""
import contextlib
import json
import subprocess
import urllib.request

import measure
import rig
from measure import median

BROKEN = ["badcert", "refused", "missing"]
GOOD = 900            # domains of the mix that have a policy; a tenth as many are broken
CROWD_PER_SECOND = 5000
FIRST_CROWD = 10000000
FIRST_KNOWN = 1000000  # of bench_fill
ASKED_PER_RUN = 50000  # of these
HOT = 1000


def scrape(server, name):
    """The sum of a metric over its labels."""
    with urllib.request.urlopen(server.http + "/metrics", timeout=10) as response:
        lines = response.read().decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines
               if line.startswith((name + " ", name + "{")))


def write_keys(folder, name, keys):
    path = folder / f"{name}.keys"
    path.write_text("\n".join(keys) + "\n")
    return ["--keys", str(path)]


def hot_keys():
    return measure.keys_of("enforce", measure.FIRST, measure.KNOWN)


def rounds_of(arguments, runs):
    """Medians over rounds of runs that take turns: {name: [result, ...]} of {name: function}."""
    results = {name: [] for name in runs}
    for number in range(arguments.rounds):
        for name in list(runs) if number % 2 == 0 else reversed(runs):
            results[name].append(runs[name]())
    return results


def measure_broken(arguments, server, world, folder):
    """The rate with a tenth of broken domains to that without, all asked before."""
    good = [f"d{measure.FIRST + i}.enforce.bench.example" for i in range(GOOD)]
    broken = [f"d{measure.FIRST + i}.{BROKEN[i % len(BROKEN)]}.bench.example"
              for i in range(GOOD // 10)]
    mixed = good[:]
    for i, key in enumerate(broken):
        mixed.insert(10 * i + i, key)
    keys = {"good": write_keys(folder, "good", good), "mixed": write_keys(folder, "mixed", mixed)}

    def run(name):
        return lambda: rig.load(arguments.tools, server, [
            "--connect", server.addresses["tcp"], "-c", "32", "-w", "0.2",
            "-d", str(arguments.seconds), *keys[name]], world=world)

    rig.load(arguments.tools, server, ["--connect", server.addresses["tcp"], "-c", "16",
                                       "-n", str(2 * len(mixed)), *keys["mixed"]], world=world)
    results = rounds_of(arguments, {name: run(name) for name in keys})
    return {"ratio": median(results["mixed"], "rate") / median(results["good"], "rate"), **results}


def measure_single_flight(arguments, server, world):
    """How many fetches 20 clients cause that ask for one unknown name at once."""
    fetches = {}
    for kind in ["enforce", "badcert"]:
        before = scrape(server, "strictmx_policy_fetches_total")
        rig.load(arguments.tools, server, [
            "--connect", server.addresses["tcp"], "-c", "20", "-n", "20",
            "--key", f"d{FIRST_CROWD}.{kind}.bench.example"], world=world)
        fetches[kind] = scrape(server, "strictmx_policy_fetches_total") - before
    return fetches


def measure_crowd(arguments, server, world):
    """p99 of hot names while CROWD_PER_SECOND names are asked that nobody ever asked before."""
    seconds = max(arguments.seconds, 1.0)
    names = int(CROWD_PER_SECOND * (seconds + 2))
    first = [FIRST_CROWD]

    def quiet():
        return rig.load(arguments.tools, server, [
            "--connect", server.addresses["tcp"], "-c", "4", "--rate", "2000", "-w", "0.3",
            "-d", str(seconds), *hot_keys()], world=world)

    def crowded():
        keys = measure.keys_of("absent", first[0], names)
        first[0] += names
        command = [arguments.tools / "bench_load", "--json", "--connect", server.addresses["tcp"],
                   "-c", "200", "--rate", str(CROWD_PER_SECOND), "-d", str(seconds + 0.8), *keys]
        with subprocess.Popen(command, stdout=subprocess.PIPE,
                              preexec_fn=rig.die_with_parent) as crowd:
            result = quiet()
            result["crowd_rate"] = json.loads(crowd.communicate()[0])["rate"]
        return result

    results = rounds_of(arguments, {"quiet": quiet, "crowded": crowded})
    return {"ratio": median(results["crowded"], "p99_us") / median(results["quiet"], "p99_us"),
            **results}


class Known(rig.Strictmx):
    """A daemon that has `count` policies and has answered for each of them."""

    def __init__(self, arguments, world, folder, count):
        folder.mkdir()
        (folder / "state").mkdir()
        subprocess.run([arguments.tools / "bench_fill", folder / "state", str(count)], check=True)
        super().__init__(arguments.binary, world, folder)
        self.count = count
        for first in range(FIRST_KNOWN, FIRST_KNOWN + count, ASKED_PER_RUN):
            last = min(first + ASKED_PER_RUN, FIRST_KNOWN + count) - 1
            rig.load(arguments.tools, self, [
                "--connect", self.addresses["unix"], "-c", "64", "-n", str(last - first + 1),
                "--key", "d#.enforce.bench.example", "--expect", "OK",
                "--range", f"{first}:{last}"], world=world)


def measure_known(arguments, world, folder, stack):
    """CPU per answer and memory with many known names to those with a thousand."""
    daemons = {}
    for count in [HOT, arguments.known]:
        daemons[count] = Known(arguments, world, folder / f"known-{count}", count)
        stack.callback(daemons[count].stop)

    def run(daemon):
        return lambda: rig.load(arguments.tools, daemon, [
            "--connect", daemon.addresses["tcp"], "-c", "32", "-w", "0.2",
            "-d", str(arguments.seconds), "--key", "d#.enforce.bench.example", "--expect", "OK",
            "--range", f"{FIRST_KNOWN}:{FIRST_KNOWN + daemon.count - 1}"])

    results = rounds_of(arguments, {count: run(daemon) for count, daemon in daemons.items()})
    return {"ratio": median(results[arguments.known], "cpu_us") / median(results[HOT], "cpu_us"),
            "resident_mb": {count: daemon.resident_mb() for count, daemon in daemons.items()},
            "runs": results}


def measure_all(arguments, server, world, folder):
    """Prints as it goes; returns everything."""
    results = {}
    print("cliffs (same daemon, same load; medians)")
    results["broken"] = measure_broken(arguments, server, world, folder)
    print(f"  a tenth of broken domains: {results['broken']['ratio']:.2f} x the rate without them")
    results["single_flight"] = measure_single_flight(arguments, server, world)
    print("  20 clients at one unknown name: " + ", ".join(
        f"{count:.0f} fetch ({kind})" for kind, count in results["single_flight"].items()))
    results["crowd"] = crowd = measure_crowd(arguments, server, world)
    print(f"  {median(crowd['crowded'], 'crowd_rate'):,.0f}/s unknown names beside hot ones: "
          f"p99 {median(crowd['crowded'], 'p99_us'):.0f} us, quiet "
          f"{median(crowd['quiet'], 'p99_us'):.0f} us, {crowd['ratio']:.2f} x")
    if arguments.known:
        with contextlib.ExitStack() as stack:
            results["known"] = known = measure_known(arguments, world, folder, stack)
        memory = known["resident_mb"]
        print(f"  {arguments.known:,} known domains: {known['ratio']:.2f} x the CPU per answer of "
              f"{HOT:,}; {memory[arguments.known]:.0f} MB resident, {memory[HOT]:.0f} MB with "
              f"{HOT:,}")
    print()
    return results
