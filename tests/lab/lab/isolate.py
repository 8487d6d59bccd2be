"""Starts the lab as process 1 of its own PID, mount, network, UTS and IPC namespaces.

That is what makes the clean-up certain: when process 1 ends, for whatever reason, the kernel kills
every program of the lab and drops its mounts and networks. The chain setpriv, unshare, process 1
dies
with this process even when it is killed by SIGKILL.
"""
import contextlib
import os
import shutil
import signal
import subprocess
import sys

from . import names

EXIT_SKIP = 77
NAMESPACES = [
    "--mount",
    "--uts",
    "--ipc",
    "--net",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
]
TOOLS = (
    "ip",
    "nft",
    "openssl",
    "unshare",
    "nsenter",
    "setpriv",
    "mount",
    "tar",
    "dpkg-deb",
    "apt-get",
)


def require_host():
    """Ends the program with 77 where namespaces are not permitted, with 1 where a tool is
    missing."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        sys.exit(f"lab: missing {', '.join(missing)}: install packaging/lab-host.packages")
    if os.geteuid() != 0:
        print("SKIP lab: it needs root for its network namespaces", file=sys.stderr)
        sys.exit(EXIT_SKIP)
    probe = subprocess.run(
        ["unshare", *NAMESPACES, "mount", "-t", "tmpfs", "lab", "/run"],
        capture_output=True,
        text=True,
        check=False,
    )
    if probe.returncode != 0:
        print(
            f"SKIP lab: this system permits no namespaces: {probe.stderr.strip()}", file=sys.stderr
        )
        sys.exit(EXIT_SKIP)


def _stop(received, _frame):
    sys.exit(128 + received)


def run_inside(module, arguments):
    """Runs `python3 -m module arguments` as process 1 of new namespaces; returns its exit code."""
    command = [
        "setpriv",
        "--pdeathsig",
        "KILL",
        "unshare",
        *NAMESPACES,
        sys.executable,
        "-B",
        "-m",
        module,
        *arguments,
    ]
    environment = {**os.environ, "PYTHONPATH": str(names.LAB_DIR), "LC_ALL": "C.UTF-8"}
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    child = subprocess.Popen(command, env=environment, cwd=names.REPOSITORY)
    try:
        return child.wait()
    except KeyboardInterrupt:
        # From a terminal process 1 has had the signal as well and is on its way out.
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            child.wait(timeout=2)
        return 130
    finally:
        child.kill()
        child.wait()
