"""What is measured and how: cases, rounds, medians. Servers take turns under the same load, so that
a ratio between them survives a noisy machine.
"""
import dataclasses
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import time

import rig

ROOT = pathlib.Path(__file__).resolve().parent.parent
KNOWN = 1000          # enforce domains asked before measuring, and as many absent ones
FIRST = 1000          # number of the first, so that all names have the same length
FIRST_COLD = 1000000
COLD_AT_ONCE = 32
COMMITS = {1: 1000, 32: 10000, 256: 20000}  # policies by how many wait
BARE = "bare fetch"   # without DNS, store and daemon
NOISY = 0.05          # share of CPU time used by others that earns a remark
SCHEDULERS = {os.SCHED_OTHER: "normal priority", os.SCHED_FIFO: "realtime priority"}
STATUS = {"enforce": "OK", "absent": "NOTFOUND"}


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    socket: str
    connections: int
    depth: int = 1
    kind: str = "enforce"


CASES = [
    Case("tcp, 1 connection", "tcp", 1),
    Case("tcp, 32 connections", "tcp", 32),
    Case("tcp, 128 connections", "tcp", 128),
    Case("tcp, 500 connections", "tcp", 500),
    Case("tcp, 32, no policy", "tcp", 32, kind="absent"),
    Case("tcp, 1, 16 pipelined", "tcp", 1, depth=16),
    Case("tcp, 32, 16 pipelined", "tcp", 32, depth=16),
    Case("unix, 1 connection", "unix", 1),
    Case("unix, 32 connections", "unix", 32),
    Case("unix, 32, no policy", "unix", 32, kind="absent"),
]


def add_arguments(parser):
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build/strictmx")
    parser.add_argument("--tools", type=pathlib.Path, default=ROOT / "build/release/bench",
                        help="folder of bench_load, bench_echo and bench_world")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--seconds", type=float, default=0.3, help="per case and round")
    parser.add_argument("--cold", type=int, default=2000, help="domains per cold round; 0: none")
    parser.add_argument("--known", type=int, default=1_000_000,
                        help="domains of the row that compares with 1,000 known ones; 0: none")
    parser.add_argument("--no-cliffs", dest="cliffs", action="store_false",
                        help="leave out the mixes")
    parser.add_argument("--quick", action="store_true", help="a short run to see that all works")
    parser.add_argument("--realtime", action="store_true",
                        help="run before all other processes (root; stalls them for seconds)")
    parser.add_argument("--json", type=pathlib.Path, help="write all results to this file")


def parse_arguments(parser):
    arguments = parser.parse_args()
    if arguments.realtime:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))  # all programs inherit it
    if arguments.quick:
        arguments.rounds, arguments.seconds = 1, 0.3
        arguments.cold = min(arguments.cold, 200)
        arguments.known = min(arguments.known, 2000)
    for program in [arguments.binary] + [arguments.tools / f"bench_{name}"
                                         for name in ("load", "echo", "world")]:
        if not os.access(program, os.X_OK):
            parser.error(f"{program} is missing; `make build` makes it")
    return arguments


def keys_of(kind, first, count):
    return ["--key", f"d#.{kind}.bench.example", "--range", f"{first}:{first + count - 1}",
            "--expect", STATUS[kind]]


def warm(tools, server):
    """Asks every known key twice and checks the answers; returns one of each kind."""
    for kind in STATUS:
        for _ in range(2):
            rig.load(tools, server, ["--connect", server.addresses["tcp"], "-c", "16",
                                     "-n", str(KNOWN), *keys_of(kind, FIRST, KNOWN)])
    domain = f"d{FIRST}.enforce.bench.example"
    replies = {"enforce": rig.ask(server.addresses["tcp"], domain),
               "absent": rig.ask(server.addresses["tcp"], f"d{FIRST}.absent.bench.example")}
    hosts = [f"mx{i}.{domain}" for i in (1, 2)]
    if not replies["enforce"].startswith("OK secure ") or not all(
            host in replies["enforce"] for host in hosts):
        raise rig.RigError(f"not the answer for an enforce policy: {replies['enforce']}")
    return replies


def measure_cached(arguments, cases, servers):
    """{case name: {server name: [run, ...]}}; `servers` is {name: {kind of key: program}}.

    Where there are two CPUs, servers get one and the load generator another, because placement
    alone changes a single connection's rate threefold.
    """
    cpus = sorted(os.sched_getaffinity(0))
    apart = len(cpus) > 1
    programs = {id(p): p for kinds in servers.values() for p in kinds.values()}.values()
    for program in programs if apart else []:
        program.pin({cpus[0]})
    results = {case.name: {name: [] for name in servers} for case in cases}
    for number in range(arguments.rounds):
        for case in cases:
            for name in list(servers) if number % 2 == 0 else reversed(servers):
                program = servers[name][case.kind]
                options = ["--connect", program.addresses[case.socket], "-w", "0.2",
                           "-c", str(case.connections), "-p", str(case.depth),
                           "-d", str(arguments.seconds), *keys_of(case.kind, FIRST, KNOWN)]
                results[case.name][name].append(
                    rig.load(arguments.tools, program, options, {cpus[-1]} if apart else None))
    for program in programs if apart else []:
        program.pin(set(cpus))
    return results


def cold_rounds(arguments):
    return 1 if arguments.quick else min(arguments.rounds, 5)


def world_arguments(arguments):
    """The world's certificates for the cold domains are made before anything is measured."""
    last = FIRST_COLD + cold_rounds(arguments) * arguments.cold - 1
    return ["--prepare", f"{FIRST_COLD}:{last}"]


def look_up_cold(arguments, server, world):
    """A function that asks `server` for so many domains from `first` on."""
    return lambda first: rig.load(arguments.tools, server, [
        "--connect", server.addresses["tcp"], "-c", str(COLD_AT_ONCE), "-n", str(arguments.cold),
        *keys_of("enforce", first, arguments.cold)], world=world)


def fetch_bare(arguments, world):
    """A function that only fetches the policies, as fast as OpenSSL does it."""
    return lambda first: rig.run_measured([
        arguments.tools / "bench_fetch", str(world.https_port), world.ca_file, str(first),
        str(first + arguments.cold - 1), str(COLD_AT_ONCE)], [world])


def measure_cold(arguments, world, programs):
    """{name: [run, ...]} of {name: function}, which take turns; each round has domains that no
    round before had."""
    results = {name: [] for name in programs}
    for number in range(cold_rounds(arguments)):
        for name in list(programs) if number % 2 == 0 else reversed(programs):
            before = world.cpu_seconds()
            run = programs[name](FIRST_COLD + number * arguments.cold)
            run["world_cpu_us"] = (world.cpu_seconds() - before) / run["answers"] * 1e6
            results[name].append(run)
    return results


def measure_commit(arguments, folder):
    """New policies a second that become durable, by how many look-ups wait at any time."""
    results = {}
    for waiting, count in COMMITS.items():
        runs = []
        for number in range(arguments.rounds):
            state = folder / f"commit-{waiting}-{number}"
            done = subprocess.run([arguments.tools / "bench_commit", state,
                                   str(count // 10 if arguments.quick else count), str(waiting)],
                                  capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise rig.RigError(done.stderr.strip())
            runs.append(json.loads(done.stdout))
            shutil.rmtree(state)
        results[waiting] = runs
    print("new policies, each durable before its answer: " + ", ".join(
        f"{median(runs, 'rate'):,.0f}/s ({waiting} waiting)" for waiting, runs in results.items()),
        flush=True)
    return results


def median(runs, field):
    return statistics.median(run[field] for run in runs)


def spread(runs):
    """Half the distance between the fastest and the slowest round, as share of the median."""
    rates = [run["rate"] for run in runs]
    return (max(rates) - min(rates)) / 2 / statistics.median(rates)


def print_cold(results):
    print(f"{f'cold look-ups, {COLD_AT_ONCE} at once':34}{'/s':>7}{'p50 ms':>8}{'p99 ms':>8}"
          f"{'CPU ms':>8}{'world':>7}{'noise':>7}{f'rate, CPU to {BARE}':>30}")
    for name, runs in results.items():
        line = f"  {name:32}{median(runs, 'rate'):7,.0f}"
        for field in ["p50_us", "p99_us"]:
            line += f"{median(runs, field) / 1e3:8.1f}" if field in runs[0] else f"{'-':>8}"
        line += f"{median(runs, 'cpu_us') / 1e3:8.2f}{median(runs, 'world_cpu_us') / 1e3:7.2f}"
        line += f"{median(runs, 'others'):7.0%}"
        if BARE in results and name != BARE:
            bare = results[BARE]
            line += f"{median(runs, 'rate') / median(bare, 'rate'):24.2f}"
            line += f"{median(runs, 'cpu_us') / median(bare, 'cpu_us'):6.2f}"
        print(line)
    print(f"  medians of {len(runs)} x {runs[0]['answers']:.0f} domains; world: CPU ms "
          "of DNS and policy hosts\n", flush=True)


def describe_machine():
    model = "unknown CPU"
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    version = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"],
                             capture_output=True, text=True, check=False).stdout.strip()
    return {"cpu": model, "cpus": len(os.sched_getaffinity(0)), "kernel": platform.release(),
            "scheduler": SCHEDULERS.get(os.sched_getscheduler(0), "other"), "version": version,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}


def print_machine(machine, arguments):
    print(f"{machine['cpu']}, {machine['cpus']} CPUs, Linux {machine['kernel']}, "
          f"{arguments.rounds} rounds of {arguments.seconds:g} s"
          f", {machine['scheduler']}\n", flush=True)
