"""Everything that a fault plays on: the network, DNS, policy hosts, strictmx, its clients."""
import concurrent.futures
import contextlib
import datetime
import functools
import itertools
import os
import pathlib
import struct
import time

from . import network
from .broken import Broken, check
from .daemon import Daemon, ask, kind_of
from .watch import Watch
from .worlds import ROOT, Fast, Faulty

DEADLINE_SECONDS = 4.0  # policy.deadline, by default
GRACE_SECONDS = 1.0     # of a machine that others use too
HEAL_SECONDS = 5.0
# libunbound remembers a failure for five seconds, of which it knows only whole ones.
RECOVER_SECONDS = 8.0
UNITS = {"s": 1, "h": 3600, "d": 86400, "y": 365 * 86400}
MORE_MEGABYTES, MORE_DESCRIPTORS = 48, 40


class Stage:
    """In namespaces of its own; `folder` is empty and only ours. `figures` is what gets printed.
    `quick`: of what is done many times, a few will do."""

    def __init__(self, folder, quick=False):
        self.folder, self.quick = pathlib.Path(folder), quick
        self.settings, self.figures = [], []
        self.hand_over = []  # sockets as a service manager does, with their names
        network.bring_up()
        self.daemon, self.clock = None, None
        self.known, self.watch = [], Watch([])
        self._start_size = None

    @functools.cached_property
    def world(self):
        return Faulty(self.folder)

    def be_fast(self):
        """Another world, before anything is started."""
        self.world = Fast(self.folder)

    # --- the daemon

    def start(self):
        if self.daemon is None:
            settings = [*self.world.settings, *self.settings]
            self.daemon = Daemon(self.binary(), self.folder, settings, self.world.ca_file)
            if self.clock:
                self.daemon.preloaded["libfault_clock.so"] = ("FAULT_CLOCK", str(self.clock))
        self.daemon.start(hand_over=self.hand_over)
        self.watch.resume()

    def kill(self):
        self.watch.pause()
        self.daemon.kill()

    def restart(self):
        """A start with what is on disk: from here on, answers may need DNS."""
        self.watch.limit = DEADLINE_SECONDS + GRACE_SECONDS
        self.start()

    def learn(self, count):
        """Policies that are known from here on: they are asked for all the time."""
        self.known = self.world.known(count)
        for domain in self.known:
            self.expect(domain, "secure", HEAL_SECONDS)
        self._start_size = (self.daemon.resident_mb(), self.daemon.descriptors())
        self.watch = Watch(self.known)
        self.watch.resume()

    def set_clock(self, offset):
        """The wall clock of strictmx is off by so much: +2h, -1d, +10y; or `1970`, its first
        day; or a time, from where it goes on: 2026-11-27T12:00:00Z."""
        if self.clock is None:
            check(self.daemon is None, "the clock is set for the first time before the start")
            self.clock = self.folder / "clock"
        if offset == "1970":
            seconds = 86400 - int(time.time())
        elif offset.endswith("Z"):
            seconds = int(datetime.datetime.fromisoformat(offset).timestamp() - time.time())
        else:
            seconds = int(offset[:-1]) * UNITS[offset[-1]]
        with self.clock.open("r+b" if self.clock.exists() else "wb") as file:
            file.write(struct.pack("=q", seconds))

    # --- questions

    def fresh(self, count=1):
        """Domains never asked for before."""
        return list(itertools.islice(self.world.fresh, count))

    def expect(self, domain, wanted, within, map_name="postfix"):
        """One question; `wanted` is words of kind_of with | between, or `any` of them."""
        answer, took = ask(domain, map_name)
        kind = kind_of(answer)
        allowed = ["secure", "none", "temp"] if wanted == "any" else wanted.split("|")
        check(kind in allowed, f"{domain}: {answer[:100]}, not {wanted}")
        check(took <= within + GRACE_SECONDS, f"{domain}: {kind} after {took:.2f} s, not {within}")
        return kind

    def reply(self, domain, map_name):
        answer, _ = ask(domain, map_name)
        check(kind_of(answer) == "secure", f"{domain}: {answer[:100]}")
        return answer

    def expect_all(self, domains, wanted, within):
        """The same for many at once; returns how often each kind came."""
        with concurrent.futures.ThreadPoolExecutor(64) as crowd:
            kinds = list(crowd.map(lambda domain: self.expect(domain, wanted, within), domains))
        return {kind: kinds.count(kind) for kind in set(kinds)}

    def known_hold(self, wanted="secure"):
        """Every known policy is answered, if need be from the store when patience ends."""
        self.expect_all(self.known, wanted, DEADLINE_SECONDS)

    # --- the end of a fault

    def heal(self):
        """The world is well again; so is strictmx after five seconds."""
        network.heal()
        self.world.heal()
        begin = time.monotonic()
        self.eventually(lambda: kind_of(ask(self.fresh()[0])[0]) == "secure",
                        HEAL_SECONDS, "a new domain is not secure")
        self.figures.append(f"well after {time.monotonic() - begin:.1f} s")

    def recovers(self, domain, within=RECOVER_SECONDS):
        begin = time.monotonic()
        self.eventually(lambda: kind_of(ask(domain)[0]) == "secure", within,
                        f"{domain} is not secure")
        self.figures.append(f"{domain} after {time.monotonic() - begin:.1f} s")

    def grown(self, megabytes):
        check(self._start_size is not None, "nothing was learnt before")
        more = self.daemon.resident_mb() - self._start_size[0]
        check(more <= megabytes, f"grown by {more:.1f} MB")
        self.figures.append(f"grown by {max(more, 0):.1f} MB")

    @staticmethod
    def binary():
        return os.environ.get("STRICTMX", str(ROOT / "build/strictmx"))

    @staticmethod
    def eventually(holds, within, what):
        deadline = time.monotonic() + within
        while not holds():
            check(time.monotonic() < deadline, f"{what} after {within} s")
            time.sleep(0.1)

    def bounded(self):
        """RSS and descriptors are about what they were when the known policies were learnt."""
        if self._start_size is None or not self.daemon.alive():
            return
        megabytes, descriptors = self._start_size
        now = self.daemon.resident_mb()
        check(now <= megabytes + MORE_MEGABYTES, f"{now:.0f} MB resident, {megabytes:.0f} before")
        self.eventually(lambda: self.daemon.descriptors() <= descriptors + MORE_DESCRIPTORS,
                        HEAL_SECONDS, f"more than {descriptors} and {MORE_DESCRIPTORS} open files")

    def finish(self):
        """What must hold of every fault; completes the figures."""
        self.watch.end()
        self.bounded()
        if self.watch.answers:
            self.figures.append(f"{self.watch.answers} known answers, slowest "
                                f"{self.watch.slowest * 1000:.0f} ms")
        if self.daemon and self.daemon.alive():
            self.daemon.stop()

    def close(self):
        with contextlib.suppress(Broken):
            self.watch.end()
        if self.daemon and self.daemon.alive():
            self.daemon.kill()
        if "world" in self.__dict__:
            self.world.close()

