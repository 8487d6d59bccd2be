"""Two faults at the same time: of each pair of CONDITIONS, that what is known stays known, that
every question is answered in time, and that all is well afterwards.

A condition begins, may do something each second, and ends.
"""
import contextlib
import itertools
import subprocess
import time

import rig

from . import network
from .broken import check
from .daemon import PORT
from .stage import DEADLINE_SECONDS
from .worlds import tools

KNOWN, SECONDS = 20, 9
DURABLE_SECONDS = 20  # twice the longest pause between two attempts to write
CROWD_PER_SECOND = 2000


class Condition:
    """`may_fail`: policies cannot be fetched meanwhile, so that new domains have none."""

    may_fail = False

    def prepare(self, stage):
        """Before the start."""

    def begin(self, stage):
        pass

    def tick(self, stage, second):
        pass

    def end(self, stage):
        pass


class Silent(Condition):
    name, title = "F1", "silent resolver"

    def begin(self, stage):
        network.drop("dns")


class Blackhole(Condition):
    name, title, may_fail = "F11", "unreachable policy hosts", True

    def begin(self, stage):
        network.drop("https")


class Crowd(Condition):
    name, title = "F20", "a crowd of unknown names"

    def __init__(self):
        self._program, self._first = None, 10_000_000

    def begin(self, stage):
        self._go()

    def _go(self):
        """bench_load ends when strictmx does; then it begins again."""
        if self._program is not None and self._program.poll() is None:
            return
        self._first += 1_000_000
        self._program = subprocess.Popen(
            [tools() / "bench_load", "--connect", f"inet:127.0.0.1:{PORT}", "-c", "100", "--rate",
             str(CROWD_PER_SECOND), "-d", "60", "--key", "d#.absent.bench.example", "--range",
             f"{self._first}:{self._first + 900_000}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=rig.die_with_parent)

    def tick(self, stage, second):
        self._go()

    def end(self, stage):
        self._program.kill()
        self._program.wait()


class FullDisk(Condition):
    name, title = "F23", "a full disk"

    def prepare(self, stage):
        self._disk = stage.folder / "state"
        self._disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", self._disk], check=True)
        self._ballast = self._disk / "ballast"

    def begin(self, stage):
        self.tick(stage, 0)

    def tick(self, stage, second):
        with self._ballast.open("ab", buffering=0) as file:
            for size in (65536, 4096):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"x" * size)

    def end(self, stage):
        self._ballast.unlink()


class Kills(Condition):
    name, title = "F26", "kills"

    def tick(self, stage, second):
        if second % 3 == 1:
            stage.kill()
            stage.restart()
            stage.known_hold()


class ClockJumps(Condition):
    name, title, may_fail = "F29", "a clock that jumps ahead", True

    def prepare(self, stage):
        stage.set_clock("+0s")

    def begin(self, stage):
        stage.set_clock("+2h")

    def tick(self, stage, second):
        if second == 4:
            stage.set_clock("+10y")

    def end(self, stage):
        stage.set_clock("+0s")


CONDITIONS = [Silent, Blackhole, Crowd, FullDisk, Kills, ClockJumps]


class Pair:
    quick = alone = False

    def __init__(self, first, second):
        self._kinds = (first, second)
        self.name = f"{first.name}+{second.name}"
        self.title = f"{first.title} and {second.title}"
        self.alone = Crowd in self._kinds

    def run(self, stage):
        conditions = [kind() for kind in self._kinds]
        stage.be_fast()
        for condition in conditions:
            condition.prepare(stage)
        stage.start()
        stage.learn(KNOWN)
        for condition in conditions:
            condition.begin(stage)
        learnt = self._meanwhile(stage, conditions)
        for condition in reversed(conditions):
            condition.end(stage)
        stage.heal()
        self._afterwards(stage, learnt)

    def _meanwhile(self, stage, conditions):
        """A new domain each second; returns those that were secure."""
        wanted = "secure|temp|none" if any(each.may_fail for each in conditions) else "secure|temp"
        learnt = []
        for second in range(SECONDS):
            for condition in conditions:
                condition.tick(stage, second)
            domain = stage.fresh()[0]
            begin = time.monotonic()
            if stage.expect(domain, wanted, DEADLINE_SECONDS) == "secure":
                learnt.append(domain)
            time.sleep(max(0.0, 1 - (time.monotonic() - begin)))
        stage.figures.append(f"{len(learnt)} of {SECONDS} new ones secure meanwhile")
        return learnt

    def _afterwards(self, stage, learnt):
        """Everything that was answered is on disk; but for kills while the disk was full."""
        stage.eventually(lambda: stage.daemon.metric("strictmx_store_degraded") == 0,
                         DURABLE_SECONDS, "the store is degraded")
        stage.kill()
        network.drop("dns")
        stage.restart()
        stage.known_hold()
        if not {FullDisk, Kills} <= set(self._kinds):
            stage.expect_all(learnt, "secure", DEADLINE_SECONDS)
        check(stage.daemon.metric("strictmx_policies") >= KNOWN, "policies are gone")
        stage.heal()


def all_pairs():
    return [Pair(*pair) for pair in itertools.combinations(CONDITIONS, 2)]
