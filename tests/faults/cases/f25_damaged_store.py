"""F25: the policy file is damaged: an octet, a page, its end, all over it"""
import contextlib
import shutil
import subprocess

from faults.broken import check
from faults.daemon import Client, kind_of
from faults.worlds import ROOT

POLICIES, VARIANTS = 40, 45
PAGE = 4096
UNIT_TESTS = ROOT / "build/release/src/store_test"
EVERY = "whichever octet is damaged*,wherever the file is cut off*,a page of any other content*"


def flip(octets, at):
    return octets[:at] + bytes([octets[at] ^ 0xff]) + octets[at + 1:]


def cut(octets, at):
    return octets[:at]


def zero(octets, at):
    at -= at % PAGE
    return octets[:at] + bytes(PAGE) + octets[at + PAGE:]


DAMAGES = [flip, cut, zero]


def run(stage):
    every_octet(stage)
    stage.start()
    stage.learn(POLICIES)
    stage.watch.end()
    stage.watch.retire()
    stage.daemon.stop()  # all in one file
    state, good = stage.daemon.state, stage.folder / "good"
    shutil.copytree(state, good)
    octets = (good / "policies.sqlite").read_bytes()
    stage.world.resolver.mode = ["servfail"]
    lost = 0
    for number in range(VARIANTS):
        damage, at = DAMAGES[number % 3], number * len(octets) // VARIANTS
        shutil.rmtree(state)
        shutil.copytree(good, state)
        (state / "policies.sqlite").write_bytes(damage(octets, at))
        lost += start_and_ask(stage, f"{damage.__name__} at {at}")
    stage.figures.append(f"{VARIANTS} starts with a damaged file of {len(octets)} octets; "
                         f"{lost} of {VARIANTS * POLICIES} policies lost, no domain without "
                         "protection")
    stage.daemon.start()
    stage.heal()


def start_and_ask(stage, what):
    """Nothing weaker than waiting: DNS fails, so whoever has lost a policy does not know."""
    stage.daemon.start()
    lost = 0
    with contextlib.closing(Client()) as client:
        client.send(*stage.known)
        for domain in stage.known:
            answer = client.receive()
            right = f"OK secure match=mx.{domain} " in answer or kind_of(answer) == "temp"
            check(right, f"{what}: {domain}: {answer[:80]}")
            lost += kind_of(answer) == "temp"
    stage.daemon.kill()
    return lost


def every_octet(stage):
    """The unit tests do it at every octet of a small file."""
    if UNIT_TESTS.exists():
        done = subprocess.run([UNIT_TESTS, f"-tc={EVERY}"], capture_output=True, text=True,
                              check=False)
        check(done.returncode == 0, done.stdout[-500:])
        stage.figures.append("every octet, every length: unit tests")
