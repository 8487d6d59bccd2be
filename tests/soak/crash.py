"""One cycle: many domains of an enforce policy are asked for, strictmx is killed in the middle, and
a new one with the same state, whose DNS is under attack, must know every policy that was answered.
"""
import contextlib
import dataclasses
import itertools
import pathlib
import shutil
import socket
import sys
import threading
import time

import rig

CONNECTIONS = 8
KILL_SECONDS = 0.25   # the kill comes at a random instant up to this long after the first question
BATCH = 50            # questions sent ahead when policies are asked for again
ANSWER_SECONDS = 60
STUB = pathlib.Path(__file__).resolve().parent / "dns_attacker.py"


class Attacker(rig.Program):
    """A resolver under attack; `attack` is the arguments of dns_attacker.py."""

    def __init__(self, attack, folder):
        super().__init__(f"dns-{attack[0]}", [sys.executable, "-B", STUB, *attack], folder)
        self.dns_port = int(self.ready_line()[0])


class Strictmx(rig.Program):
    """strictmx with a state that outlives it."""

    def __init__(self, binary, world, dns_port, state, folder):
        self.port, http_port = rig.free_port(), rig.free_port()
        super().__init__("strictmx", [
            binary, "serve", "--listen", f"inet:127.0.0.1:{self.port}",
            "--http", f"127.0.0.1:{http_port}", "--state", state,
            "--dns", f"127.0.0.1@{dns_port}", "--dns-trust-anchor", "none",
            "--ca-file", world.ca_file, "--https-port", str(world.https_port),
            "--allow-private-addresses"], folder)
        self.wait_until(lambda: rig.Strictmx.probe(f"http://127.0.0.1:{http_port}/readyz"))

    def kill(self):
        self.process.kill()
        self.process.wait()


class Client:
    """One connection of an MTA."""

    def __init__(self, server):
        self._socket = socket.create_connection(("127.0.0.1", server.port), ANSWER_SECONDS)
        self._input = self._socket.makefile("rb")

    def ask(self, domains):
        """Yields the answers in order. Ends early when the connection does."""
        queries = [f"postfix {domain}" for domain in domains]
        self._socket.sendall("".join(f"{len(query)}:{query}," for query in queries).encode())
        for _ in domains:
            length = b""
            while (octet := self._input.read(1)).isdigit():
                length += octet
            if octet != b":":
                return
            payload = self._input.read(int(length) + 1)
            if len(payload) != int(length) + 1:  # cut off: no answer was received
                return
            yield payload[:-1].decode()

    def close(self):
        self._input.close()
        self._socket.close()


@dataclasses.dataclass
class Tally:
    noted: int = 0
    forgotten: int = 0
    others: int = 0


def is_secure(answer):
    return answer.startswith("OK secure match=")


class Soaker:
    """`attackers` take turns, cycle by cycle; `chance` decides when strictmx is killed."""

    def __init__(self, binary, world, attackers, folder, chance):
        self._binary, self._world, self._attackers = binary, world, attackers
        self._folder, self._state, self._chance = folder, folder / "state", chance
        self._state.mkdir()
        self._numbers = itertools.count(1)
        self._all_noted, self._all_forgotten = [], set()
        self.tally = Tally()

    def _start(self, dns_port):
        return Strictmx(self._binary, self._world, dns_port, self._state, self._folder)

    def _ask_new_domains(self, server, noted):
        """A thread: asks for domains never asked for before, until the server is gone."""
        with contextlib.suppress(OSError), contextlib.closing(Client(server)) as client:
            while True:
                domain = f"d{next(self._numbers)}.enforce.bench.example"
                answers = list(client.ask([domain]))
                if not answers:
                    return
                if is_secure(answers[0]):
                    noted.append(domain)
                else:
                    self.tally.others += 1

    def _load_and_kill(self):
        """Returns the domains that were answered before the kill."""
        server = self._start(self._world.dns_port)
        noted = []
        clients = [threading.Thread(target=self._ask_new_domains, args=(server, noted))
                   for _ in range(CONNECTIONS)]
        try:
            for client in clients:
                client.start()
            time.sleep(self._chance.uniform(0, KILL_SECONDS))
        finally:
            server.kill()
        for client in clients:
            client.join()
        return noted

    def _forgotten(self, domains, dns_port):
        """The domains that a new strictmx does not protect, with its answers."""
        server = self._start(dns_port)
        forgotten = []
        try:
            with contextlib.closing(Client(server)) as client:
                for first in range(0, len(domains), BATCH):
                    batch = domains[first:first + BATCH]
                    answers = client.ask(batch)
                    for domain in batch:
                        answer = next(answers, "no answer")
                        if not is_secure(answer):
                            forgotten.append((domain, answer))
        finally:
            server.kill()
        return forgotten

    def control(self):
        """What the first attack achieves when the state is lost: without it, all of it."""
        noted = []
        while not noted:
            noted = self._load_and_kill()
        shutil.rmtree(self._state)
        self._state.mkdir()
        return Tally(len(noted), len(self._forgotten(noted, self._attackers[0].dns_port)))

    def cycle(self, number):
        noted = self._load_and_kill()
        self._all_noted += noted
        self.tally.noted += len(noted)
        attacker = self._attackers[number % len(self._attackers)]
        self._count(self._forgotten(noted, attacker.dns_port), f"cycle {number + 1}")

    def ask_all_again(self):
        """What one kill left whole a later one may have damaged."""
        self._count(self._forgotten(self._all_noted, self._attackers[0].dns_port), "at the end")

    def _count(self, forgotten, when):
        self._all_forgotten |= {domain for domain, _ in forgotten}
        self.tally.forgotten = len(self._all_forgotten)
        for domain, answer in forgotten[:3]:
            print(f"forgotten, {when}: {domain}: {answer}", flush=True)
