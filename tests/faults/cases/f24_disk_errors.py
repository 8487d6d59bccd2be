"""F24: fsync fails, once and for ever"""
import re
import subprocess
import time

import rig

from faults import network
from faults.broken import check
from faults.daemon import kind_of, ask

ONCE, EVER = ":when=1", ""
RECOVER_SECONDS = 12  # the store tries again after 1 to 10 s


class FailingDisk:
    """strace makes fsync and fdatasync of a running program fail."""

    def __init__(self, pid, when):
        self._program = subprocess.Popen(
            ["strace", "-f", "-qq", "-p", str(pid), "-e", "trace=fsync,fdatasync", "-e",
             f"inject=fsync,fdatasync:error=EIO{when}"],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=rig.die_with_parent)
        tasks = f"/proc/{pid}/status"
        deadline = time.monotonic() + 5
        while re.search(r"TracerPid:\t0", open(tasks, encoding="ascii").read()):
            check(time.monotonic() < deadline, "strace does not attach")
            time.sleep(0.05)
        time.sleep(0.2)  # for the other threads

    def mend(self):
        self._program.terminate()
        seen = self._program.communicate()[1].decode()
        check("INJECTED" in seen, "no fsync was seen to fail")
        return seen.count("INJECTED")


def degraded(stage):
    return stage.daemon.metric("strictmx_store_degraded")


def run(stage):
    stage.start()
    stage.learn(5)
    learnt = fail_once(stage) + fail_for_ever(stage)
    stage.kill()
    refuse_to_start(stage)
    network.drop("dns")
    stage.restart()
    stage.known_hold()
    stage.expect_all(learnt, "secure", 4)
    stage.heal()


def refuse_to_start(stage):
    """Without what is stored it would answer less: better not at all."""
    files = [f"{stage.daemon.state}/policies.sqlite{end}" for end in ("", "-wal", "-shm")]
    paths = [word for file in files for word in ("-P", file)]
    stage.daemon.start(wait=False, wrap=[
        "strace", "-f", "-qq", "-o", "/dev/null", *paths, "-e", "trace=pread64", "-e",
        "inject=pread64:error=EIO"])
    status = stage.daemon.wait()
    check(status == 75, f"a start that cannot read the policies ended with {status}")


def fail_once(stage):
    disk, domains = FailingDisk(stage.daemon.pid, ONCE), stage.fresh(5)
    for domain in domains:
        stage.expect(domain, "secure", 4)
    check("store_degraded" in stage.daemon.logged(), "no word in the log")
    stage.eventually(lambda: degraded(stage) == 0, RECOVER_SECONDS, "the store is degraded")
    disk.mend()
    return domains


def fail_for_ever(stage):
    disk, domains = FailingDisk(stage.daemon.pid, EVER), stage.fresh(10)
    for domain in domains:
        stage.expect(domain, "secure", 4)
    check(degraded(stage) == 1, "the metric does not say degraded")
    status, body = stage.daemon.read("/readyz")
    check(status == 200 and "degraded: store: " in body, f"/readyz: {status} {body}")
    check("policy_not_durable" in stage.daemon.logged(), "no word in the log")
    time.sleep(4)  # several attempts
    check(degraded(stage) == 1, "what failed was taken for durable")
    failures = disk.mend()
    begin = time.monotonic()
    stage.eventually(lambda: degraded(stage) == 0, RECOVER_SECONDS, "the store is degraded")
    stage.figures.append(f"{failures} times EIO; on disk {time.monotonic() - begin:.1f} s after")
    assert kind_of(ask(domains[0])[0]) == "secure"
    return domains
