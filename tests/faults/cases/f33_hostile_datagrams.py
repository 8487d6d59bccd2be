"""F33: hostile datagrams among good ones"""
import json
import random

from faults import collector
from faults.broken import check

ALONE = True
MUTATED, GOOD_EVERY, SEED = 200_000, 20, 33
GOOD = "good.example"

HOSTILE = [
    b"5", b"null", b"", b"{", b"[]", b'"text"', b"\xff\xfe\xfd", b"[" * 60_000,
    b'{"a":' * 20_000, b'{"dpv": 1}', b'{"dpv": "2"}', b'{"d": 5, "policies": []}',
    b'{"dpv":"1","d":"x.example","pr":"v=TLSRPTv1","policies":"none"}',
    b'{"dpv":"1","d":"x.example","pr":"x","policies":[{"policy-type":1' + b"0" * 400 + b"}]}",
    b'{"dpv":"1","d":"' + b"x" * 60_000 + b'","policies":[{"policy-type":9,"f":0}]}',
    b'{"dpv":"1","d":"x.example","policies":[' + b'{"policy-type":9,"f":0},' * 5000 + b"{}]}",
]


PIECES = [b'"', b"{", b"[", b"]", b"}", b"\\", b"\0", b"9" * 30]


def rich():
    """One with everything in it, to be mutated."""
    return json.dumps({
        "dpv": "1", "d": "mutant.test", "pr": "v=TLSRPTv1; rua=mailto:tls@mutant.test",
        "policies": [{"policy-type": 2, "policy-domain": "mutant.test",
                      "policy-string": ["version: STSv1", "mode: enforce", "mx: mx.mutant.test"],
                      "mx-host": ["mx.mutant.test"], "t": 1, "f": 1,
                      "failure-details": [{"c": 204, "s": "192.0.2.1", "n": "mx.mutant.test",
                                           "h": "250-mx\r\n250 STARTTLS",
                                           "r": "198.51.100.7"}]}]}).encode()


def mutate(octets, chance):
    changed = bytearray(octets)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(changed))
        match chance.randrange(4):
            case 0:
                changed[at] = chance.randrange(256)
            case 1:
                del changed[at:at + chance.randrange(1, 20)]
            case 2:
                changed[at:at] = changed[at:at + chance.randrange(1, 20)] * chance.randrange(1, 9)
            case _:
                changed[at:at] = chance.choice(PIECES)
        if not changed:
            return b""
    return bytes(changed)


def run(stage):
    path = collector.configure(stage)
    stage.start()
    stage.learn(5)
    sender, chance, base = collector.Sender(path), random.Random(SEED), rich()
    good = 0
    for octets in HOSTILE:
        sender.send(octets)
        sender.send(collector.success(GOOD))
        good += 1
    collector.wait_received(stage, 2 * len(HOSTILE))
    stage.eventually(lambda: collector.malformed(stage) >= len(HOSTILE), 2,
                     f"{collector.malformed(stage):.0f} of {len(HOSTILE)} counted as malformed")
    for number in range(MUTATED):
        sender.send(mutate(base, chance))
        if number % GOOD_EVERY == 0:
            sender.send(collector.success(GOOD))
            good += 1
    collector.wait_received(stage, len(HOSTILE) + MUTATED + good)
    bad = collector.malformed(stage)
    stage.heal()
    stage.watch.end()
    stage.bounded()
    stage.daemon.stop()
    counted = collector.counted(stage, domain=GOOD, day="today")
    check(counted == good, f"{counted} of {good} good ones counted")
    stage.figures.append(f"{len(HOSTILE)} hostile and {MUTATED} mutated, {bad:.0f} malformed; all "
                         f"{good} good ones counted")
