"""TLS results, as MTAs send them and as the day store has them."""
import json
import socket
import time

SOCKET = "tlsrpt.sock"


def success(domain):
    return json.dumps({"dpv": "1", "d": domain, "pr": f"v=TLSRPTv1; rua=mailto:tls@{domain}",
                       "policies": [{"policy-type": 9, "policy-domain": domain, "t": 0,
                                     "f": 0}]}).encode()


def configure(stage):
    """The stage's daemon also collects; returns where."""
    path = stage.folder / SOCKET
    stage.settings.append(f'collect.socket = "{path}"')
    return path


class Sender:
    """Waits for room, unlike MTAs: what was sent was taken by the kernel."""

    def __init__(self, path):
        self._path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self._socket.connect(self._path)

    def send(self, octets):
        self._socket.send(octets)

    def close(self):
        self._socket.close()


def counted(stage, day=None, domain=None):
    """Sessions in the day store, of all days and domains or of one."""
    words = [word for word in (day, domain) if word]
    _, output = stage.daemon.command("report", "results", *words, "--json")
    return total(json.loads(output)) if output.strip() else 0


def total(found):
    """All session counts below some JSON of `report results`."""
    if isinstance(found, list):
        return sum(map(total, found))
    if not isinstance(found, dict):
        return 0
    if "successful" in found:
        return found["successful"] + found["failed"]
    if "summary" in found:
        return sum(count for count in found["summary"].values())
    return sum(map(total, found.values()))


def malformed(stage):
    return stage.daemon.metric("strictmx_tls_datagrams_malformed_total")


def wait_received(stage, count, within=20):
    """Until the daemon has received so many since its start."""
    stage.eventually(lambda: stage.daemon.metric("strictmx_tls_datagrams_total") >= count, within,
                     f"not all of {count} datagrams were received")
    time.sleep(0.1)
