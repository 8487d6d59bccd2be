"""A machine of its own: every address is on its loopback interface, and packets that arrive can be
lost. Network, mount and process namespaces; needs root.
"""
import os
import pathlib
import subprocess
import sys

SKIP = 77
NAMESPACES = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
TABLE = "inet faults"
PORTS = {"dns": 53, "https": 443}


def command_inside(words):
    """`words` as the command of a child in namespaces of its own, which dies with us."""
    return ["setpriv", "--pdeathsig", "KILL", *NAMESPACES, *words]


def require_host():
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    done = subprocess.run(command_inside(["true"]), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"faults: no namespaces of its own: {done.stderr.strip()}")
        sys.exit(SKIP)


def _run(*words):
    subprocess.run(list(map(str, words)), check=True, capture_output=True, text=True)


def bring_up():
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "route", "add", "local", "default", "dev", "lo")
    if os.path.exists("/proc/sys/net/ipv6"):
        _run("ip", "-6", "route", "add", "local", "::/0", "dev", "lo")
    queue = pathlib.Path("/proc/sys/net/unix/max_dgram_qlen")
    queue.write_text("512\n", encoding="ascii")
    heal()


def heal():
    """No packet is lost."""
    _run("nft", f"add table {TABLE}; delete table {TABLE}; add table {TABLE}; "
                f"add chain {TABLE} in {{ type filter hook input priority 0; }}")


def _rules(where):
    for protocol in ("udp", "tcp"):
        for side in ("dport", "sport"):
            yield protocol, f"{protocol} {side} {PORTS[where]}"


def drop(where):
    """No packet from or to the port arrives."""
    for _, match in _rules(where):
        _run("nft", f"add rule {TABLE} in {match} drop")


def lose(where, percent):
    for _, match in _rules(where):
        _run("nft", f"add rule {TABLE} in {match} numgen random mod 100 < {percent} drop")


def reset(where):
    """TCP connections to the port are refused."""
    _run("nft", f"add rule {TABLE} in tcp dport {PORTS[where]} reject with tcp reset")
