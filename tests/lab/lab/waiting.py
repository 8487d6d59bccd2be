"""Bounded waiting: the lab polls for facts and never sleeps for a guess."""
import time

INTERVAL = 0.02
START_SECONDS = 60  # for a program to answer; a second each, unless the machine is busy


class Timeout(Exception):
    """Something did not happen in the time it was given."""


def until(check, seconds, what):
    """Calls `check` until it returns something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > end:
            raise Timeout(f"{what}: not within {seconds} s")
        time.sleep(INTERVAL)
