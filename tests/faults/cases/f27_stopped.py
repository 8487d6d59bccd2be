"""F27: strictmx is stopped for 30 s (SIGSTOP), and goes on"""
import signal
import time

from faults.broken import check
from faults.daemon import Client, kind_of

STOPPED_SECONDS, WATCHED = 30, 200


def run(stage):
    stage.start()
    stage.learn(10)
    stage.watch.pause()
    client, asked = Client(), Client()
    stage.daemon.signal(signal.SIGSTOP)
    known = [stage.known[number % 10] for number in range(WATCHED)]
    fresh = stage.fresh(5)
    client.send(*known)
    asked.send(*fresh)
    time.sleep(STOPPED_SECONDS)
    stage.daemon.signal(signal.SIGCONT)
    begin = time.monotonic()
    for domain in known:
        answer = client.receive()
        check(kind_of(answer) == "secure", f"{domain}: {answer[:80]}")
        check(domain in answer, f"{domain}: the answer to another question: {answer[:80]}")
    took = time.monotonic() - begin
    for domain in fresh:
        answer = asked.receive()
        check(kind_of(answer) in ("secure", "temp"), f"{domain}: {answer[:80]}")
    check(time.monotonic() - begin < 5, "the answers take long")
    stage.figures.append(f"{WATCHED} answers {took * 1000:.0f} ms after")
    stage.watch.resume()
    stage.heal()
