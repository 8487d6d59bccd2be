"""What a fault reports that did not hold."""


class Broken(AssertionError):
    """For people: what was seen instead."""


def check(holds, what):
    if not holds:
        raise Broken(what)
