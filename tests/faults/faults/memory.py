"""Memory that cannot be had: allocations that fail (libfault_memory.so), and a control group with a
limit, of which the kernel kills who needs more."""
import contextlib
import mmap
import os
import pathlib
import struct

LIBRARY = "libfault_memory.so"
FIELDS = struct.Struct("=3Q")  # count, first, end: Plan in failing_memory.cc
GROUPS = pathlib.Path("/sys/fs/cgroup")


class FailingMemory:
    """Of the stage's daemon, from its next start on."""

    def __init__(self, stage):
        path = stage.folder / "memory"
        path.write_bytes(bytes(FIELDS.size))
        with path.open("r+b") as file:
            self._plan = mmap.mmap(file.fileno(), FIELDS.size)
        self._preloaded, self._entry = stage.daemon.preloaded, ("FAULT_MEMORY", str(path))
        self._preloaded[LIBRARY] = self._entry

    def leave(self):
        del self._preloaded[LIBRARY]

    @contextlib.contextmanager
    def set_aside(self):
        """For a start without it."""
        self.leave()
        yield
        self._preloaded[LIBRARY] = self._entry

    def begin(self, first=0, length=0):
        """Before a start: the number of the first that fails, and how many do."""
        self._plan[:] = FIELDS.pack(0, first, first + length)

    def soon(self, after, length):
        """While it runs: so many fail, after so many more."""
        first = self.count + after
        self._plan[8:] = struct.pack("=2Q", first, first + length)

    def enough(self):
        self._plan[8:] = struct.pack("=2Q", 0, 0)

    @property
    def count(self):
        return FIELDS.unpack(self._plan[:])[0]


class Group:
    """A memory control group of our own. `limit` and `used` are names of its files, `events` of the
    one with a line "oom_kill NUMBER"."""

    def __init__(self, folder, limit, used, events):
        self._folder, self._limit, self._used, self._events = folder, limit, used, events
        # `sh -c` with this runs a program within it.
        self.enter = ["sh", "-c", f'echo 0 >"{folder}/cgroup.procs" && exec "$@"', "sh"]

    def limit(self, spare):
        used = int((self._folder / self._used).read_text())
        (self._folder / self._limit).write_text(f"{used + spare}\n")

    def kills(self):
        words = (self._folder / self._events).read_text().split()
        return int(words[words.index("oom_kill") + 1])


# Where groups are, what tells that the controller is there, and the names of the files.
VERSIONS = [
    (GROUPS / "memory", "memory.limit_in_bytes",
     ("memory.limit_in_bytes", "memory.usage_in_bytes", "memory.oom_control")),
    (GROUPS, "memory.max", ("memory.max", "memory.current", "memory.events"))]


@contextlib.contextmanager
def group():
    """Yields a Group; None where none can be made."""
    for root, sign, names in VERSIONS:
        folder = root / f"strictmx-fault-{os.urandom(4).hex()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        try:
            if (folder / sign).exists() and os.access(folder / sign, os.W_OK):
                yield Group(folder, *names)
                return
        finally:
            with contextlib.suppress(OSError):
                folder.rmdir()
    yield None
