"""F22: no file descriptor is left"""
import contextlib
import socket
import time

from faults import daemon
from faults.broken import check

QUICK = True
CLIENTS = 100
SPARE = 10       # descriptors until the limit, when it comes
BUSY_SECONDS = 0.5  # of CPU time in three seconds: no spinning


def run(stage):
    stage.start()
    stage.learn(10)
    daemon.Daemon.limit(stage.daemon.pid, "nofile", stage.daemon.descriptors() + SPARE)
    with contextlib.ExitStack() as stack:
        for _ in range(CLIENTS):
            client = stack.enter_context(socket.socket())
            client.settimeout(5)
            client.connect(("127.0.0.1", daemon.PORT))
        time.sleep(0.2)
        before, answers = stage.daemon.cpu_seconds(), stage.watch.answers
        time.sleep(3)
        busy = stage.daemon.cpu_seconds() - before
        check(busy < BUSY_SECONDS, f"{busy:.1f} s of CPU time in 3 s")
        check(stage.watch.answers > answers + 20, "the client that was there is not served")
        stage.figures.append(f"{busy:.2f} s of CPU time in 3 s")
        # Others have to make room: the longest idle clients are closed.
    daemon.Daemon.limit(stage.daemon.pid, "nofile", 20000)
    stage.heal()
    own_fault(stage)


def own_fault(stage):
    """Without descriptors for DNS or HTTPS nothing is known of a domain: no reason to deliver."""
    client = daemon.Client()
    daemon.Daemon.limit(stage.daemon.pid, "nofile", 3)
    for domain in stage.fresh(3):
        client.send(domain)
        answer = client.receive()
        check(daemon.kind_of(answer) == "temp", f"{domain}, without a descriptor: {answer[:80]}")
    client.close()
    daemon.Daemon.limit(stage.daemon.pid, "nofile", 20000)
    stage.heal()
