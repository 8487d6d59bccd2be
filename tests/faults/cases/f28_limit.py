"""F28b: no memory is left: at the limit of its address space, and of its control group"""
import signal
import subprocess

from faults import daemon, memory, network
from faults.broken import check
from faults.worlds import tools

SPARE_OCTETS = 4 << 20
CROWD, CROWDS = 40_000, 3


def crowd():
    """Unknown names, each of which takes memory, until the daemon has had enough."""
    subprocess.run(
        [tools() / "bench_load", "--connect", f"inet:127.0.0.1:{daemon.PORT}", "-c", "200", "-n",
         str(CROWD), "--key", "d#.absent.bench.example", "--range", f"5000000:{5_000_000 + CROWD}"],
        capture_output=True, check=False, timeout=60)


def run(stage):
    stage.be_fast()
    stage.start()
    stage.learn(10)
    stage.watch.retire()  # without memory it may end, and then nobody is answered
    at_the_limit(stage)
    stage.daemon.kill()  # as the kernel does when the machine has no memory left
    with memory.group() as group:
        if group is None:
            stage.figures.append("not here: no control group for memory")
        else:
            killed_by_kernel(stage, group)
    network.drop("dns")
    stage.restart()
    stage.known_hold()
    stage.heal()


def at_the_limit(stage):
    text = open(f"/proc/{stage.daemon.pid}/status", encoding="ascii").read()
    used = int(text.partition("VmSize:")[2].split()[0]) * 1024
    daemon.Daemon.limit(stage.daemon.pid, "as", used + SPARE_OCTETS)
    crowd()
    lives = stage.daemon.alive()
    stage.figures.append(f"{'lives' if lives else 'ends'} at the limit")
    if not lives:
        return check(stage.daemon.wait() != 0, "it ended well")
    for domain in stage.known:
        stage.expect(domain, "secure", 1)
    for domain in stage.fresh(10):
        stage.expect(domain, "secure|temp", 4)
    daemon.Daemon.limit(stage.daemon.pid, "as", "unlimited")
    return stage.heal()


def killed_by_kernel(stage, group):
    """Within a control group whose limit is near."""
    stage.daemon.start(wrap=group.enter)
    learnt = stage.fresh(20)
    stage.expect_all(learnt, "secure", 4)
    group.limit(SPARE_OCTETS)
    for _ in range(CROWDS):
        if stage.daemon.alive():
            crowd()
    status, kills = stage.daemon.wait(), group.kills()
    check(status == -signal.SIGKILL and kills == 1,
          f"ended with {status}, {kills} kills for want of memory")
    stage.known += learnt
    stage.figures.append("killed by the kernel at the limit of its group")
