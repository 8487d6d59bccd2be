"""An MTA that asks for known domains all the time, whatever goes on: each must be answered as
before, exactly once and at once."""
import threading
import time

from .broken import Broken
from .daemon import Client, kind_of

PAUSE_SECONDS = 0.02
SLOW_SECONDS = 1.0  # of a machine that others use too; the slowest is printed


class Watch:
    def __init__(self, domains):
        self._domains = domains
        self._stop = threading.Event()
        self._thread = None
        self.limit = SLOW_SECONDS
        self.answers, self.slowest, self.broken = 0, 0.0, None

    def resume(self):
        """Begins to ask, on a new connection."""
        if self._thread is None and self._domains:
            self._stop.clear()
            self._thread = threading.Thread(target=self._ask, daemon=True)
            self._thread.start()

    def pause(self):
        """No question is under way afterwards."""
        if self._thread is not None:
            self._stop.set()
            self._thread.join()
            self._thread = None

    def retire(self):
        """Nothing is known any more."""
        self.pause()
        self._domains = []

    def end(self):
        self.pause()
        if self.broken:
            raise Broken(self.broken)

    def _ask(self):
        client = Client()
        try:
            while not self._stop.wait(PAUSE_SECONDS):
                domain = self._domains[self.answers % len(self._domains)]
                answer, took = client.ask(domain)
                self.answers += 1
                self.slowest = max(self.slowest, took)
                if kind_of(answer) != "secure":
                    self._complain(f"{domain}, known: {answer[:80]}")
                if took > self.limit:
                    self._complain(f"{domain}, known, after {took:.2f} s")
        except (OSError, Broken) as error:
            self._complain(f"a known domain: {error}")
        finally:
            client.close()

    def _complain(self, what):
        self.broken = self.broken or f"{what} ({time.strftime('%H:%M:%S')})"
