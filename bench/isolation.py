"""A network of one machine for programs that insist on port 53, port 443 and /etc/resolv.conf: own
network and mount namespaces with nothing but the loopback interface. Needs root, or a kernel that
lets users have namespaces. Needs unshare and mount (util-linux).
"""
import fcntl
import os
import pathlib
import socket
import struct
import subprocess
import sys

MARK = "STRICTMX_BENCH_ISOLATED"
SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def enter():
    """Runs this program again inside; returns only there."""
    if MARK not in os.environ:
        options = ["--net", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
        os.environ[MARK] = "1"
        os.execvp("unshare", ["unshare", *options, "--", sys.executable, *sys.argv])


def prepare(folder):
    """Inside: brings the interface up and makes 127.0.0.1 the resolver; `folder` is kept."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    resolv_conf = pathlib.Path(folder) / "resolv.conf"
    resolv_conf.write_text("nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", resolv_conf, pathlib.Path("/etc/resolv.conf").resolve()],
                   check=True)
