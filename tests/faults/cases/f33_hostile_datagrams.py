"""F33: hostile datagrams among good ones"""
import functools
import json
import random
import re
import time

from faults import collector
from faults.broken import check

ALONE = QUICK = True
MUTATED, QUICK_MUTATED, GOOD_EVERY, SEED = 1_000_000, 30_000, 20, 33
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


STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
WORD = re.compile(rb"[-0-9tfn][-+.0-9A-Za-z]*")


@functools.cache
def is_built_well(skeleton):
    try:
        json.loads(skeleton)
    except ValueError:
        return False
    return True


def is_broken(octets):
    """No JSON even for a reader that takes any octets for a text, any word for a number."""
    skeleton = WORD.sub(b"0", STRING.sub(b'""', octets))
    return not is_built_well(skeleton.decode("latin-1"))


def no_json(stage):
    name = "strictmx_tls_datagrams_malformed_total"
    return sum(stage.daemon.metric(f'{name}{{why="{why}"}}')
               for why in ("empty", "syntax", "too_deep"))


def hostile(stage, sender):
    """Each by hand, with a good one after it; returns how many of these."""
    for octets in HOSTILE:
        sender.send(octets)
        sender.send(collector.success(GOOD))
    collector.wait_received(stage, 2 * len(HOSTILE))
    stage.eventually(lambda: collector.malformed(stage) >= len(HOSTILE), 2,
                     f"{collector.malformed(stage):.0f} of {len(HOSTILE)} counted as malformed")
    return len(HOSTILE)


def mutated(stage, sender, count):
    """Whoever sends waits for room in the kernel's queue: nothing is lost there."""
    chance, base, broken, good = random.Random(SEED), rich(), 0, 0
    before = no_json(stage)
    for number in range(count):
        octets = mutate(base, chance)
        broken += is_broken(octets)
        sender.send(octets)
        if number % GOOD_EVERY == 0:
            sender.send(collector.success(GOOD))
            good += 1
    collector.wait_received(stage, 2 * len(HOSTILE) + count + good)
    stage.eventually(lambda: no_json(stage) - before >= broken, 5,
                     f"{no_json(stage) - before:.0f} of {broken} counted as no JSON")
    stage.figures.append(f"{broken} without any doubt no JSON")
    return good


def run(stage):
    path = collector.configure(stage)
    stage.start()
    stage.learn(5)
    sender, count = collector.Sender(path), QUICK_MUTATED if stage.quick else MUTATED
    begin = time.monotonic()
    good = hostile(stage, sender) + mutated(stage, sender, count)
    rate = count / (time.monotonic() - begin)
    for room in ("queue", "tally"):
        lost = stage.daemon.metric(f'strictmx_tls_results_lost_total{{full="{room}"}}')
        check(lost == 0, f"{lost:.0f} lost, no room in {room}")
    bad = collector.malformed(stage)
    stage.heal()
    stage.watch.end()
    stage.bounded()
    stage.daemon.stop()
    counted = collector.counted(stage, domain=GOOD, day="today")
    check(counted == good, f"{counted} of {good} good ones counted")
    received, sessions = len(HOSTILE) + count + good, collector.counted(stage)
    check(bad + sessions >= received, f"{received} received, {bad:.0f} of them malformed, "
                                      f"{sessions} counted: some are in neither")
    stage.figures.append(f"{len(HOSTILE)} hostile and {count} mutated at {rate:.0f} a second, "
                         f"{bad:.0f} malformed; all {good} good ones counted")
