"""F40b: the state of each format that any strictmx has written"""
import json
import shutil
import sqlite3

from faults.broken import check
from faults.daemon import ask
from faults.worlds import ROOT

QUICK = True
STATES = ROOT / "tests/faults/state"
COMMANDS = ("policy verify", "policy export", "report results 2026-11-27 a.example --json",
            "report results 2026-11-27 b.example --json", "report queue --json")
DATABASES = ("policies", "tls-results", "reports")


def fill(folder, state):
    """The databases lie there as text, so that people can read them."""
    shutil.rmtree(state)
    state.mkdir(mode=0o700)
    shutil.copy(folder / "pins.jsonl", state)
    for name in DATABASES:
        file = sqlite3.connect(state / f"{name}.sqlite")
        file.executescript((folder / f"{name}.sql").read_text(encoding="utf-8"))
        file.close()


def what_it_says(daemon, domains):
    """All that is stored, in the words of commands, and the answers of the daemon."""
    said = {}
    for call in COMMANDS:
        code, output = daemon.command(*call.split())
        check(code == 0, f"{call}: {output}")
        said[call] = output
    daemon.start()
    said["answers"] = {domain: ask(domain)[0] for domain in domains}
    daemon.stop()
    return said


def run(stage):
    folders = sorted(STATES.iterdir())
    for number, folder in enumerate(folders):
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        stage.set_clock(expected["now"])  # policies expire
        if number == 0:
            stage.start()
            stage.kill()
            stage.world.resolver.mode = ["servfail"]
        fill(folder, stage.daemon.state)
        for when in ("at first", "after a start"):
            said = what_it_says(stage.daemon, expected["said"]["answers"])
            for what, text in expected["said"].items():
                check(said[what] == text, f"{folder.name}, {what}, {when}: {said[what]}")
    stage.figures.append(f"{', '.join(folder.name for folder in folders)}: each with its answers")
    stage.daemon.start()
    stage.heal()
