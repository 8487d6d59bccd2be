"""F40: a copy of the state taken while running, a backup, a file of a newer strictmx"""
import shutil
import sqlite3

from faults.broken import check

QUICK = True
COPIES = 5


def newer_than_ours():
    """PRAGMA user_version of a format that only its own readers may read."""
    form = reader = 200
    low = reader << 8 | form
    number = (~low & 0xffff) << 16 | low
    return number - (1 << 32) if number >= 1 << 31 else number


def run(stage):
    stage.start()
    stage.learn(10)
    copies = []
    for number in range(COPIES):  # between answers of new domains
        domains = stage.fresh(4)
        stage.expect_all(domains, "secure", 4)
        to = stage.folder / f"copy{number}"
        shutil.copytree(stage.daemon.state, to, ignore=shutil.ignore_patterns("*.sock"))
        copies.append((to, [*stage.known, *domains]))
    backup = stage.folder / "backup"
    backup.mkdir()
    code, output = stage.daemon.command("policy", "backup", str(backup / "policies.sqlite"))
    check(code == 0, output)
    copies.append((backup, [*stage.known, *copies[-1][1]]))
    stage.watch.end()
    stage.watch.retire()
    stage.kill()
    stage.world.resolver.mode = ["servfail"]
    for copy, domains in copies:
        use(stage, copy)
        stage.daemon.start()
        for domain in domains:
            stage.expect(domain, "secure", 4)
        stage.daemon.kill()
    stage.figures.append(f"{COPIES} copies and a backup: every policy there")
    refuse_newer(stage)
    use(stage, backup)
    stage.daemon.start()
    stage.heal()


def use(stage, copy):
    shutil.rmtree(stage.daemon.state)
    shutil.copytree(copy, stage.daemon.state)


def refuse_newer(stage):
    """It is left as it is, for the program that it belongs to."""
    path = stage.daemon.state / "policies.sqlite"
    with sqlite3.connect(path) as file:
        file.execute(f"PRAGMA user_version = {newer_than_ours()}")
    file.close()
    before = path.read_bytes()
    stage.daemon.start(wait=False)
    check(stage.daemon.wait() == 1, "a file of a newer format was not refused")
    check(path.read_bytes() == before, "a file of a newer format was changed")
    check("newer" in stage.daemon.logged().splitlines()[-1], stage.daemon.logged()[-300:])
