"""F32: the collector restarts while 512 datagrams wait in a socket of the service manager"""
import socket

from faults import collector
from faults.broken import check

QUICK = True
BEFORE, QUEUED, AFTER, RESTARTS = 300, 512, 300, 3


def run(stage):
    path = stage.folder / collector.SOCKET
    stage.settings.append('collect.socket = "systemd:tlsrpt"')
    held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    held.bind(str(path))
    stage.hand_over = [("tlsrpt", held)]
    stage.start()
    sender, sent = collector.Sender(path), 0

    def send(count):
        for number in range(count):
            sender.send(collector.success(f"d{number % 7}.example"))
        return count

    for _ in range(RESTARTS):
        received = send(BEFORE)
        stage.daemon.stop()
        sent += received + send(QUEUED)
        stage.start()
        collector.wait_received(stage, QUEUED)
        sent += send(AFTER)
    stage.daemon.stop()
    counted = collector.counted(stage)
    check(counted == sent, f"{counted} counted of {sent}")
    stage.figures.append(f"{sent} sent over {RESTARTS} restarts, {counted} counted")
