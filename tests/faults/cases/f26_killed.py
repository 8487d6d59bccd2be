"""F26: SIGKILL at random instants under questions, datagrams and refreshes"""
import random
import subprocess
import sys
import threading
import time

from faults import collector
from faults.broken import check
from faults.worlds import ROOT, tools

ALONE = True
POLICY_CYCLES, POLICY_SECONDS, CYCLES = 60, 60, 12
PER_SECOND = 1000
LOST_A_KILL = PER_SECOND + 512  # what came in the last second, and what the kernel held
START_SECONDS = 3
SEED = 8


def policies_survive(stage):
    """tests/soak/run: every policy that was answered is known again."""
    done = subprocess.run(
        [sys.executable, "-B", ROOT / "tests/soak/run", "--cycles", str(POLICY_CYCLES),
         "--seconds", str(POLICY_SECONDS), "--tools", tools()],
        capture_output=True, text=True, check=False, env={"STRICTMX": stage.binary()})
    lines = (done.stdout + done.stderr).strip().splitlines()
    check(done.returncode == 0, " / ".join(lines[-5:]))
    stage.figures.append(lines[-1])


class Senders:
    """An MTA that goes on whatever happens; `sent` is what the kernel took."""

    def __init__(self, path):
        self.sent, self._path, self._end = 0, path, threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self):
        number = 0
        while not self._end.wait(1 / PER_SECOND):
            number += 1
            try:
                sender = collector.Sender(self._path)
                sender.send(collector.success(f"d{number % 50}.example"))
                sender.close()
                self.sent += 1
            except OSError:
                time.sleep(0.005)  # nobody listens

    def end(self):
        self._end.set()
        self._thread.join()


def run(stage):
    policies_survive(stage)
    chance, path = random.Random(SEED), collector.configure(stage)
    stage.start()
    stage.learn(10)
    senders, slowest = Senders(path), 0.0
    for _ in range(CYCLES):
        time.sleep(chance.uniform(0.1, 1.5))
        stage.kill()
        begin = time.monotonic()
        stage.start()
        slowest = max(slowest, time.monotonic() - begin)
        stage.known_hold()
    senders.end()
    time.sleep(0.5)
    stage.watch.end()
    stage.watch.retire()
    stage.daemon.stop()
    counted = collector.counted(stage)
    check(slowest < START_SECONDS, f"ready after {slowest:.1f} s")
    check(counted <= senders.sent, f"{counted} counted of {senders.sent}: some twice")
    lost = senders.sent - counted
    check(lost <= CYCLES * LOST_A_KILL, f"{lost} of {senders.sent} datagrams lost")
    stage.figures.append(f"{CYCLES} kills, ready after {slowest:.2f} s at most; {lost} of "
                         f"{senders.sent} datagrams lost, {lost / CYCLES:.0f} a kill; none twice")
