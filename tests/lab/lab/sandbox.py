"""Mounts of the lab, in its private mount namespace: they end with it.

`Sandbox.root` is the package folder, read-only, with the run's folder at /lab inside it: programs
read configuration there and write logs there, and the cached packages stay as they are.
"""
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

DEVICES = ("null", "zero", "random", "urandom")


def _mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)


@dataclass(frozen=True)
class Sandbox:
    run_dir: Path  # as the machine sees it; /lab for programs in the root
    root: Path  # one of two: the lab's programs, or Postfix 3.10

    def chroot(self, *command):
        return ["chroot", str(self.root), *map(str, command)]

    def folder(self, name):
        """A folder of the run, made when it is missing."""
        path = self.run_dir / name
        path.mkdir(parents=True, exist_ok=True)
        return path


def _devices(root):
    _mount("-t", "tmpfs", "-o", "mode=755", "lab", root / "dev")
    for name in DEVICES:
        (root / "dev" / name).touch()
        _mount("--bind", f"/dev/{name}", root / "dev" / name)


def build(packages: Path, run_dir: Path) -> Sandbox:
    """Only inside the namespaces of `isolate`."""
    _mount("--make-rprivate", "/")
    _mount("-t", "tmpfs", "-o", "mode=755", "lab", "/run")  # a /run/netns of our own
    socket.sethostname("sender.lab")
    # The queues live in memory: they are fsync-ed a lot and leave files of strange owners behind.
    spool = run_dir / "spool"
    spool.mkdir()
    _mount("-t", "tmpfs", "-o", "mode=755", "lab", spool)
    return add_root(packages, run_dir, "root")


def add_root(packages: Path, run_dir: Path, name, own_run=False) -> Sandbox:
    """Mounts a package folder at run_dir/name; `build` must have been called. With `own_run` its
    /run is its own, except for the folder of strictmx's sockets."""
    box = Sandbox(run_dir, run_dir / name)
    box.root.mkdir()
    _mount("--bind", packages, box.root)
    _mount("-o", "remount,bind,ro", box.root)
    _devices(box.root)
    _mount("-t", "proc", "proc", box.root / "proc")
    if own_run:
        _mount("-t", "tmpfs", "-o", "mode=755", "lab", box.root / "run")
        for shared in (Path("/run/strictmx"), box.root / "run/strictmx"):
            shared.mkdir(exist_ok=True)
        _mount("--bind", "/run/strictmx", box.root / "run/strictmx")
    else:
        _mount("--bind", "/run", box.root / "run")
    _mount("-t", "tmpfs", "-o", "mode=1777", "lab", box.root / "tmp")
    _mount("--bind", run_dir, box.root / "lab")
    _mount("--bind", run_dir / "spool", box.root / "lab/spool")
    return box


def add_machine(box: Sandbox):
    """The machine's own programs, for those that are not in the packages: at /host, read-only."""
    _mount("--bind", "/", box.root / "host")
    _mount("-o", "remount,bind,ro", box.root / "host")


def add_spool(box: Sandbox, path):
    """A folder of the root that a program writes to whatever its configuration says."""
    _mount("-t", "tmpfs", "-o", "mode=711", "lab", box.root / path)
