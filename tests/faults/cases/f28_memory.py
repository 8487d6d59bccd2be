"""F28: no memory is left: at the limit of its address space, then killed for want of it"""
import subprocess

from faults import daemon, network
from faults.broken import check
from faults.worlds import tools

SPARE_OCTETS = 4 << 20
CROWD = 40_000


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
    text = open(f"/proc/{stage.daemon.pid}/status", encoding="ascii").read()
    used = int(text.partition("VmSize:")[2].split()[0]) * 1024
    stage.watch.pause()  # without memory it may end, and then nobody is answered
    daemon.Daemon.limit(stage.daemon.pid, "as", used + SPARE_OCTETS)
    crowd()
    lives = stage.daemon.alive()
    if lives:
        for domain in stage.known:
            stage.expect(domain, "secure", 1)
        for domain in stage.fresh(10):
            stage.expect(domain, "secure|temp", 4)
        daemon.Daemon.limit(stage.daemon.pid, "as", "unlimited")
        stage.heal()
        stage.daemon.kill()  # as the kernel does when the machine has no memory left
    else:
        check(stage.daemon.wait() != 0, "it ended well")
    stage.figures.append(f"{'lives' if lives else 'ends'} at the limit")
    network.drop("dns")
    stage.restart()
    stage.known_hold()
    stage.heal()
