"""The network: five namespaces, the sender behind a router, the servers on a bridge.

    sender 10.77.1.10 -- 10.77.1.1 router 10.77.2.1 -- bridge -- dns .53, policy .80, mx .66 and
    .100-
"""
import contextlib
import ctypes
import os
import signal
import subprocess
from dataclasses import dataclass, field

from . import names

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _set_namespace(handle):
    if _libc.setns(handle, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


@dataclass
class Namespace:
    name: str
    children: list = field(default_factory=list)

    @property
    def path(self):
        return f"/run/netns/{self.name}"

    def _command(self, command):
        return ["nsenter", f"--net={self.path}", *map(str, command)]

    def run(self, *command, **options):
        """Runs to the end; output is captured as text. Raises on failure unless check=False."""
        options = {"check": True, "capture_output": True, "text": True, "timeout": 60, **options}
        return subprocess.run(self._command(command), **options)

    def spawn(self, log, *command, **options):
        """Starts a program in the foreground, its output appended to the file `log`."""
        with open(log, "ab") as output:
            child = subprocess.Popen(
                self._command(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **options,
            )
        self.children.append(child)
        return child

    @contextlib.contextmanager
    def entered(self):
        """Sockets opened inside the block belong to this namespace, also afterwards."""
        with open("/proc/self/ns/net", "rb") as home, open(self.path, "rb") as there:
            _set_namespace(there.fileno())
            try:
                yield
            finally:
                _set_namespace(home.fileno())


def stop(child, number=signal.SIGTERM, patience=10):
    """Ends a spawned program; SIGKILL when it does not go in `patience` seconds. Returns its
    status."""
    if child.poll() is None:
        child.send_signal(number)
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    return child.returncode


def _link_server(namespace, addresses):
    port = f"p-{namespace}"
    _ip(
        "link",
        "add",
        "eth0",
        "netns",
        namespace,
        "type",
        "veth",
        "peer",
        "name",
        port,
        "netns",
        names.ROUTER,
    )
    _ip("-n", names.ROUTER, "link", "set", port, "master", "br0", "up")
    for address in addresses:
        _ip("-n", namespace, "addr", "add", f"{address}/24", "dev", "eth0")
    _ip("-n", namespace, "link", "set", "eth0", "up")
    _ip("-n", namespace, "route", "add", "default", "via", names.ROUTER_SERVER_SIDE)


def _link_sender():
    _ip(
        "link",
        "add",
        "eth0",
        "netns",
        names.SENDER,
        "type",
        "veth",
        "peer",
        "name",
        "snd",
        "netns",
        names.ROUTER,
    )
    _ip("-n", names.ROUTER, "addr", "add", f"{names.ROUTER_SENDER_SIDE}/24", "dev", "snd")
    _ip("-n", names.ROUTER, "link", "set", "snd", "up")
    _ip("-n", names.SENDER, "addr", "add", f"{names.SENDER_ADDRESS}/24", "dev", "eth0")
    _ip("-n", names.SENDER, "link", "set", "eth0", "up")
    _ip("-n", names.SENDER, "route", "add", "default", "via", names.ROUTER_SENDER_SIDE)
    if os.path.exists("/proc/sys/net/ipv6"):
        _link_ipv6()


def _link_ipv6():
    """IPv6 that ends in silence at the router. Where the kernel has none, it ends at once."""
    for name, device, address in (
        (names.ROUTER, "snd", names.ROUTER_IPV6),
        (names.SENDER, "eth0", names.SENDER_IPV6),
    ):
        _ip("-n", name, "-6", "addr", "add", f"{address}/64", "dev", device, "nodad")
    _ip("-n", names.SENDER, "-6", "route", "add", "default", "via", names.ROUTER_IPV6)


def existing():
    """The namespaces by name, for a process that finds them already built."""
    return {
        name: Namespace(name)
        for name in (names.SENDER, names.ROUTER, names.DNS, names.MX, names.POLICY)
    }


def build(mx_addresses):
    """Builds all of it (0.3 s) and returns the namespaces by name."""
    spaces = existing()
    for name in spaces:
        _ip("netns", "add", name)
        _ip("-n", name, "link", "set", "lo", "up")
    _ip("-n", names.ROUTER, "link", "add", "br0", "type", "bridge")
    _ip("-n", names.ROUTER, "addr", "add", f"{names.ROUTER_SERVER_SIDE}/24", "dev", "br0")
    _ip("-n", names.ROUTER, "link", "set", "br0", "up")
    _link_sender()
    _link_server(names.DNS, [names.DNS_ADDRESS])
    _link_server(names.POLICY, [names.POLICY_ADDRESS])
    _link_server(names.MX, mx_addresses)
    spaces[names.ROUTER].run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
    return spaces
