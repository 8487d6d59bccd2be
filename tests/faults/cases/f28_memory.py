"""F28: an allocation fails, one alone or many in a row: at the start, at work, at the stop"""
import contextlib
import random
import signal
import time

from faults import collector, memory
from faults.broken import Broken, check
from faults.daemon import Client, ask, kind_of

QUICK = True
KNOWN, DATAGRAMS, SEED = 5, 10, 28
STARTS, CALLS = 150, 120             # how often each is tried
QUICK_STARTS, QUICK_CALLS = 12, 12
AT_WORK = 8_000                      # a look-up takes some 5,500 allocations
LENGTHS = [1, 1, 1, 10, 300, 10**9]  # allocations that fail, one after the other
READY_SECONDS, STOP_SECONDS = 5, 15
# Ended by us and in words: at the start; by std::terminate or where OpenSSL has no memory; by the
# dynamic loader.
ENDS = {75, -signal.SIGABRT, 127}
WORDS = ("error", "unexpected", "terminate", "memory")


class Trial:
    """What was promised so far: domains that were answered, datagrams that were taken."""

    def __init__(self, stage):
        self.stage, self.daemon = stage, stage.daemon
        self.path, self.chance = stage.folder / collector.SOCKET, random.Random(SEED)
        self.learnt, self.sent, self.certain = [], 0, 0
        self.ends = self.answers = self.deferred = 0

    def ended(self, what, log_begin):
        """It is over: not by a fault of addresses, and not without a word."""
        status = self.daemon.wait()
        said = self.daemon.logged()[log_begin:]
        check(status in ENDS, f"{what}: it ended with {status}: {said[-200:]}")
        check(any(word in said for word in WORDS), f"{what}: not a word in the log: {said[-200:]}")
        self.ends += 1

    def ask_all(self, what):
        """False: it is over. Never is anything answered that is weaker than waiting."""
        new = self.stage.fresh()[0]
        for domain in [new, self.chance.choice(self.stage.known)]:
            try:
                kind = kind_of(ask(domain)[0])
            except (OSError, Broken):  # one client may go without an answer
                if self.gone():
                    return False
                continue
            self.answers += 1
            check(kind in ("secure", "temp"), f"{what}: {domain}: {kind}")
            self.deferred += kind == "temp"
            if kind == "secure" and domain == new:
                self.learnt.append(new)
        return True

    def gone(self):
        """It may be about to end: a client hears of that first."""
        with contextlib.suppress(Broken):
            self.stage.eventually(lambda: not self.daemon.alive(), 0.3, "it lives")
        return not self.daemon.alive()

    def send(self):
        with contextlib.suppress(OSError):
            sender = collector.Sender(self.path)
            for _ in range(DATAGRAMS):
                sender.send(collector.success("results.example"))
                self.sent += 1
            sender.close()
            return True
        return False

    def at_start(self, plan, first, length):
        """From before its start to its stop."""
        what = f"allocations from {first} on, {length} of them"
        log_begin = len(self.daemon.logged())
        plan.begin(first, length)
        self.daemon.start(wait=False)
        if self.becomes_ready(what) and self.ask_all(what):
            certain = self.send() and DATAGRAMS
            self.daemon.signal(signal.SIGTERM)
            if self.daemon.wait() == 0:
                self.certain += certain
                return
        self.ended(what, log_begin)

    def becomes_ready(self, what):
        deadline = time.monotonic() + READY_SECONDS
        while self.daemon.read("/readyz")[0] != 200:
            if not self.daemon.alive():
                return False
            check(time.monotonic() < deadline, f"{what}: neither ready nor over")
            time.sleep(0.01)
        return True

    def at_work(self, plan, after, length):
        """While questions and datagrams come; afterwards it works on, or is started again."""
        what = f"{length} allocations after {after} more"
        log_begin = len(self.daemon.logged())
        plan.soon(after, length)
        self.ask_all(what)
        self.send()
        plan.enough()
        if self.gone():
            self.ended(what, log_begin)
            plan.begin()
            self.daemon.start()

    def holds(self, domains):
        """After a plain start without DNS: no policy is forgotten, no file is damaged."""
        code, output = self.daemon.command("policy", "verify")
        check(code == 0, f"policy verify: {output}")
        code, output = self.daemon.command("report", "results", "--json")
        check(code == 0, f"report results: {output}")
        self.stage.world.resolver.mode = ["servfail"]
        self.daemon.start()
        with contextlib.closing(Client()) as client:
            client.send(*domains)
            for domain in domains:
                answer = client.receive()
                check(kind_of(answer) == "secure", f"forgotten: {domain}: {answer[:80]}")
        self.daemon.kill()
        self.stage.world.resolver.mode = ["good"]


def firsts(plan, trial, count):
    """Where to begin: evenly over the start, and anywhere until the end."""
    plan.begin()
    trial.daemon.start()
    start = plan.count
    trial.daemon.stop()
    even = [1 + start * number * 2 // count for number in range(count // 2)]
    return even + [trial.chance.randrange(start, start + AT_WORK) for _ in range(count - len(even))]


def run(stage):
    collector.configure(stage)
    stage.start()
    stage.learn(KNOWN)
    stage.watch.end()
    stage.watch.retire()  # nobody answers without memory
    trial = Trial(stage)
    trial.certain += trial.send() and DATAGRAMS
    stage.daemon.stop()
    plan = memory.FailingMemory(stage)
    starts = QUICK_STARTS if stage.quick else STARTS
    for first in firsts(plan, trial, starts):
        before = len(trial.learnt)
        trial.at_start(plan, first, trial.chance.choice(LENGTHS))
        with plan.set_aside():
            trial.holds(stage.known + trial.learnt[before:])
    calls, ended = QUICK_CALLS if stage.quick else CALLS, trial.ends
    plan.begin()
    stage.daemon.start()
    for _ in range(calls):
        trial.at_work(plan, trial.chance.randrange(1, AT_WORK), trial.chance.choice(LENGTHS))
    stage.daemon.kill()
    plan.leave()
    trial.holds(stage.known + trial.learnt)
    counted = collector.counted(stage)
    check(trial.certain <= counted <= trial.sent,
          f"{counted} results counted; {trial.sent} sent, {trial.certain} of them before a stop")
    stage.figures.append(
        f"{starts} starts, {ended} ended for want of memory; {calls} times at work, "
        f"{trial.ends - ended} ended; {trial.deferred} of {trial.answers} answers TEMP; "
        f"{len(stage.known) + len(trial.learnt)} policies, none forgotten; {counted} of "
        f"{trial.sent} results counted, {trial.certain} of them had to be")
    stage.daemon.start()
    stage.heal()
