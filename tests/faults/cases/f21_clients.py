"""F21: more idle clients than there is room for, half netstrings, clients that never read"""
import contextlib
import os
import socket
import subprocess
import sys
import time

from faults import daemon
from faults.broken import check
from faults.worlds import ROOT

ALONE = True
HALVES, NEVER_READERS, QUESTIONS = 1000, 100, 20_000
NEW_SECONDS = 0.1
MORE_MEGABYTES = 60


def connect():
    return socket.create_connection(("127.0.0.1", daemon.PORT), 10)


def idle_clients(stage):
    """tests/soak/idle fills all 20,000 places."""
    done = subprocess.run([sys.executable, "-B", ROOT / "tests/soak/idle"], text=True,
                          capture_output=True, check=False,
                          env={**os.environ, "STRICTMX": stage.binary()})
    check(done.returncode == 0, (done.stdout + done.stderr).strip())
    stage.figures.append(done.stdout.strip().splitlines()[-1])


def never_read(stack):
    """Asks as long as strictmx listens, and reads nothing."""
    query = b"postfix known1.example"
    client = stack.enter_context(connect())
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(0.05)
    with contextlib.suppress(OSError):
        client.sendall(b"%d:%s," % (len(query), query) * QUESTIONS)


def run(stage):
    idle_clients(stage)
    stage.start()
    stage.learn(5)
    before = stage.daemon.resident_mb()
    with contextlib.ExitStack() as stack:
        for number in range(HALVES):
            stack.enter_context(connect()).sendall(b"22:postfix known1.exam"[:1 + number % 23])
        for _ in range(NEVER_READERS):
            never_read(stack)
        begin = time.monotonic()
        stage.expect("known1.example", "secure", NEW_SECONDS)
        took = time.monotonic() - begin
        more = stage.daemon.resident_mb() - before
        check(more < MORE_MEGABYTES, f"grown by {more:.0f} MB")
        check(stage.daemon.metric("strictmx_clients") >= HALVES, "where are the clients?")
    stage.figures.append(f"{HALVES} halves, {NEVER_READERS} that never read: a new client after "
                         f"{took * 1000:.0f} ms, grown by {more:.0f} MB")
    stage.eventually(lambda: stage.daemon.metric("strictmx_clients") < 10, 5, "clients remain")
    stage.heal()
