"""F39: bad configurations, keys that cannot be read, SIGHUP 100 times a second"""
import signal
import time

from faults.broken import check

QUICK = True
SECONDS, PAUSE = 5, 0.01
BAD = [("policy.deadline = \"never\"", "policy.deadline"),
       ("nonsense = 1", "nonsense"),
       ("policy.overrides = [", ":"),
       ('report.from = "a@example.com"\nreport.dkim = ["s1 /nowhere/key.pem"]',
        "/nowhere/key.pem")]


def reload_with(stage, text, event):
    """Writes the configuration, reloads, and returns the new line of the log."""
    seen = len(stage.daemon.logged())
    stage.daemon.write_config(*text.splitlines())
    stage.daemon.signal(signal.SIGHUP)
    stage.eventually(lambda: event in stage.daemon.logged()[seen:], 5, f"no {event}: {text}")
    return next(line for line in stage.daemon.logged()[seen:].splitlines() if event in line)


def run(stage):
    stage.start()
    stage.learn(10)
    for text, word in BAD:
        line = reload_with(stage, text, "reload_failed")
        check(word in line, f"{text}: {line}")
        code, output = stage.daemon.command("check-config", str(stage.daemon.config))
        check(code != 0, f"check-config takes {text}: {output}")
    reload_with(stage, "", " reloaded ")
    stage.expect(stage.fresh()[0], "secure", 4)
    storm(stage)
    reload_with(stage, "", " reloaded ")
    stage.heal()


def storm(stage):
    answers, begin, count = stage.watch.answers, time.monotonic(), 0
    while time.monotonic() - begin < SECONDS:
        bad = count % 3 == 0
        stage.daemon.write_config(*(["nonsense = 1"] if bad else ['policy.deadline = "4s"']))
        stage.daemon.signal(signal.SIGHUP)
        count += 1
        time.sleep(PAUSE)
        if count % 50 == 0:
            stage.expect(stage.fresh()[0], "secure", 4)
    check(stage.watch.answers > answers + 50, "the watch was not answered")
    time.sleep(0.5)
    stage.figures.append(f"{count} SIGHUP in {SECONDS} s")
