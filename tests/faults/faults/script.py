"""A fault as text: one line is one step, done in order. README.md lists them."""
import itertools
import operator
import os
import re
import shlex
import subprocess
import sys
import time

from . import network
from .broken import Broken, check
from .policy_world import policy_text
from .worlds import ROOT, tools

COMPARE = {">=": operator.ge, "<=": operator.le, "==": operator.eq, ">": operator.gt}
PROGRAM_SECONDS = 300
LOOKUP_SECONDS = 12


LONGEST = ".".join(["x" * 63] * 3 + ["y" * 61])
# policy DOMAIN WORD ...
BODIES = {
    "text": lambda _, text: text.encode().decode("unicode_escape").encode(),
    "big": lambda domain: policy_text(domain) + b"x-filler: " + b"x" * 66000 + b"\r\n",
    "lines": lambda domain, count: policy_text(
        domain, hosts=[f"mx.{domain}"] + [f"mx{n}.{domain}" for n in range(1, int(count))]),
    "longest": lambda domain: policy_text(domain, hosts=[f"mx.{domain}", LONGEST]),
}


def steps_of(text):
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line and not line.startswith("#"):
            yield number, line


class Script:
    """Each step STEP is the method do_STEP, with the rest of its line."""

    def __init__(self, path):
        self.path = path
        self.steps = list(steps_of(path.read_text(encoding="utf-8")))
        head = dict(line.partition(" ")[::2] for _, line in self.steps)
        self.name, _, self.title = head.get("fault", "").partition(" ")
        self.quick, self.alone = "quick" in head, "alone" in head
        for number, line in self.steps:
            if not hasattr(self, "do_" + line.split()[0]):
                raise SystemExit(f"{path}:{number}: unknown step: {line}")

    def run(self, stage):
        for number, line in self.steps:
            word, _, rest = line.partition(" ")
            try:
                getattr(self, "do_" + word)(stage, rest.strip())
            except Broken as broken:
                raise Broken(f"{self.path.name}:{number}: {line}: {broken}") from None

    def do_fault(self, stage, rest):
        pass

    do_quick = do_alone = do_fault

    # --- strictmx

    def do_config(self, stage, rest):
        stage.settings.append(rest)

    def do_start(self, stage, _):
        stage.start()

    def do_kill(self, stage, _):
        stage.kill()

    def do_restart(self, stage, _):
        """SIGKILL, and a start with what is on disk."""
        stage.kill()
        stage.restart()

    def do_learn(self, stage, rest):
        stage.learn(int(rest))

    def do_unwatched(self, stage, _):
        """Known domains are not asked for any more."""
        stage.watch.end()
        stage.watch.retire()

    def do_clock(self, stage, rest):
        stage.set_clock(rest)

    def do_reboot(self, stage, _):
        """Between kill and start: nothing is known of the time before."""
        (stage.daemon.state / "clock").unlink(missing_ok=True)

    def do_wait(self, _, rest):
        time.sleep(float(rest))

    def do_command(self, stage, rest):
        """command WORDS -> EXIT [TEXT]"""
        words, wanted = rest.split(" -> ")
        code, text = wanted.partition(" ")[::2]
        status, output = stage.daemon.command(*shlex.split(words))
        check(status == int(code) and text in output, f"{status}: {output[:300]}")

    # --- the world

    def do_drop(self, _, rest):
        network.drop(rest)

    def do_lose(self, _, rest):
        where, percent = rest.split()
        network.lose(where, int(percent))

    def do_reset(self, _, rest):
        network.reset(rest)

    def do_dns(self, stage, rest):
        stage.world.resolver.mode = rest.split()

    def do_https(self, stage, rest):
        stage.world.policy_host.mode = rest

    def do_ttl(self, stage, rest):
        stage.world.names.ttl = int(rest)

    def do_id(self, stage, rest):
        """id TEXT: of every domain's record from now on"""
        stage.world.names.identity = rest

    def do_id_flaps(self, stage, _):
        """The id is another one at each question."""
        numbers = itertools.count(1)
        stage.world.names.identity = lambda: f"flap{next(numbers)}"

    def do_addresses(self, stage, rest):
        """addresses DOMAIN ADDRESS...: of its policy host"""
        domain, *addresses = rest.split()
        stage.world.names.domains[domain]["addresses"] = addresses

    def do_addresses_turn(self, stage, rest):
        """addresses_turn DOMAIN FIRST THEN: another answer from the second question on"""
        domain, first, then = rest.split()
        turns = itertools.chain([[first], []], itertools.repeat([then]))  # A, AAAA, and later
        stage.world.names.domains[domain]["addresses"] = lambda: next(turns)

    def do_policy(self, stage, rest):
        """policy DOMAIN MODE MAX_AGE HOST..., or one of BODIES with its text"""
        domain, word, *words = shlex.split(rest)
        make = BODIES.get(word)
        body = make(domain, *words) if make else policy_text(domain, word, int(words[0]), words[1:])
        stage.world.policy_host.bodies[domain] = body

    def do_heal(self, stage, _):
        stage.heal()

    # --- what must hold

    def do_ask(self, stage, rest):
        """ask DOMAIN -> WORD within SECONDS"""
        domain, wanted, within = re.fullmatch(r"(\S+) -> (\S+) within (\S+)", rest).groups()
        stage.expect(domain, wanted, float(within))

    def do_asks(self, stage, rest):
        """asks COUNT DOMAIN -> WORD within SECONDS: one after the other"""
        count, rest = rest.split(maxsplit=1)
        for _ in range(int(count)):
            self.do_ask(stage, rest)

    def do_reply(self, stage, rest):
        """reply DOMAIN MAP <= OCTETS, and it is secure"""
        domain, map_name, sign, number = rest.split()
        size = len(stage.reply(domain, map_name))
        check(COMPARE[sign](size, int(number)), f"{size} octets")
        stage.figures.append(f"{size} octets")

    def do_origins(self, stage, _):
        """Ports and ids of DNS questions are as good as random."""
        ports, ids = map(set, zip(*stage.world.resolver.origins))
        count = len(stage.world.resolver.origins)
        check(min(len(ports), len(ids)) > 0.9 * count,
              f"{len(ports)} ports and {len(ids)} ids of {count} questions")

    def do_open(self, stage, rest):
        """open OPERATOR NUMBER: connections at policy hosts, within a second"""
        _, sign, number, _ = self._comparison("open " + rest)
        self._eventually(stage, lambda: stage.world.policy_host.open, sign, number, 1.0)

    def do_connects_to(self, stage, rest):
        """connects_to ADDRESS OPERATOR NUMBER"""
        address, sign, number, _ = self._comparison(rest)
        seen = stage.world.policy_host.connects[address]
        check(COMPARE[sign](seen, number), f"{seen} connections to {address}")

    def do_new(self, stage, rest):
        """new COUNT -> WORD within SECONDS"""
        count, wanted, within = re.fullmatch(r"(\d+) -> (\S+) within (\S+)", rest).groups()
        begin = time.monotonic()
        stage.expect_all(stage.fresh(int(count)), wanted, float(within))
        stage.figures.append(f"new {wanted} after {time.monotonic() - begin:.1f} s")

    def do_hold(self, stage, rest):
        """hold [WORD]: every known policy is answered, secure unless said otherwise"""
        stage.known_hold(rest or "secure")

    def do_recovers(self, stage, rest):
        """recovers DOMAIN: one that failed a moment ago is secure soon."""
        stage.recovers(rest)

    def do_becomes_secure(self, stage, rest):
        """becomes_secure DOMAIN within SECONDS"""
        domain, within = rest.split(" within ")
        stage.recovers(domain, float(within))

    def do_metric(self, stage, rest):
        """metric NAME OPERATOR NUMBER [within SECONDS]"""
        name, sign, number, within = self._comparison(rest)
        self._eventually(stage, lambda: stage.daemon.metric(name), sign, number, within)

    def do_fetches(self, stage, rest):
        """fetches OPERATOR NUMBER: of policies, as their hosts see it"""
        _, sign, number, within = self._comparison("fetches " + rest)
        seen = stage.world.policy_host.fetches
        self._eventually(stage, lambda: sum(seen.values()), sign, number, within)

    def do_connects(self, stage, rest):
        """connects OPERATOR NUMBER: to policy hosts"""
        _, sign, number, within = self._comparison("connects " + rest)
        seen = stage.world.policy_host.connects
        self._eventually(stage, lambda: sum(seen.values()), sign, number, within)

    def do_forget_counts(self, stage, _):
        stage.world.policy_host.connects.clear()
        stage.world.policy_host.fetches.clear()

    def do_grown(self, stage, rest):
        """grown MEGABYTES: by no more, since the known policies were learnt"""
        stage.grown(float(rest))

    def do_ready(self, stage, rest):
        """ready TEXT: /readyz has it within five seconds"""
        stage.eventually(lambda: rest in stage.daemon.read("/readyz")[1], 5.0,
                         f"/readyz: {stage.daemon.read('/readyz')}, not {rest}")

    def do_log(self, stage, rest):
        """log TEXT: is in the log, at the latest when look-ups under way have ended"""
        text = rest.strip('"')
        stage.eventually(lambda: text in stage.daemon.logged(), LOOKUP_SECONDS, "not in the log")

    def do_program(self, stage, rest):
        """program WORDS: one of the repository, from its top; it must end with 0"""
        words = shlex.split(rest.format(tools=tools(), python=sys.executable))
        surroundings = {**os.environ, "STRICTMX": stage.binary()}
        done = subprocess.run(words, cwd=ROOT, env=surroundings, capture_output=True, text=True,
                              timeout=PROGRAM_SECONDS, check=False)
        lines = (done.stdout.strip() or done.stderr.strip()).splitlines() or ["no output"]
        check(done.returncode == 0, f"exit {done.returncode}: {' / '.join(lines[-5:])}")
        stage.figures.append(lines[-1])

    @staticmethod
    def _comparison(rest):
        form = r"(\S+) (>=|<=|==|>) (\S+)(?: within (\S+))?"
        name, sign, number, within = re.fullmatch(form, rest).groups()
        return name, sign, float(number), float(within or 0)

    @staticmethod
    def _eventually(stage, value, sign, number, within):
        try:
            stage.eventually(lambda: COMPARE[sign](value(), number), within, "")
        except Broken:
            raise Broken(f"it is {value():g}") from None
