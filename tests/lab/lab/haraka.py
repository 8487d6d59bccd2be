"""Haraka from the npm registry, on the machine's own node, with the plugin of contrib/haraka."""
import hashlib
import re
import shutil
import smtplib
import socket
import subprocess
import tempfile
from pathlib import Path

from . import names, rootfs, waiting
from .senders import SENDER, Mta, Outcome

VERSION = "3.3.4"
OLDEST_NODE = 20
FETCH_SECONDS = 600
PORT = 10027
CONFIG = {
    "me": "sender.lab\n",
    "host_list": "sender.lab\n",
    "plugins": "lab_sender\nstrictmx\n",
    "smtp.ini": f"listen=127.0.0.1:{PORT}\nnodes=0\n",
    "outbound.ini": "enable_tls=true\nmax_temp_failures=1000\nlocal_mx_ok=true\n[bounce]\n",
    "loglevel": "LOGINFO\n",
}
# Takes all mail of this lab for delivery elsewhere.
SENDER_PLUGIN = """'use strict'
exports.hook_rcpt = (next, connection) => { connection.relaying = true; next(OK) }
"""


def prepare():
    """Returns the folder with Haraka, fetching it first when needed. Raises rootfs.RootError."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise rootfs.RootError("no node and npm on this machine")
    version = subprocess.check_output([node, "--version"], text=True).strip()
    if int(version[1:].split(".")[0]) < OLDEST_NODE:
        raise rootfs.RootError(f"node {version} is older than {OLDEST_NODE}")
    key = hashlib.sha256(f"{VERSION} {version}".encode()).hexdigest()[:16]
    folder = names.BUILD_DIR / f"haraka-{key}"
    if folder.is_dir():
        return folder
    work = Path(tempfile.mkdtemp(prefix="haraka-", dir=names.BUILD_DIR))
    command = [npm, "install", "--no-audit", "--no-fund", "--omit=optional", "--omit=dev"]
    try:
        # No script of a package runs.
        done = subprocess.run(
            [*command, "--ignore-scripts", f"Haraka@{VERSION}"],
            cwd=work,
            capture_output=True,
            text=True,
            check=False,
            timeout=FETCH_SECONDS,
        )
        if done.returncode != 0:
            raise rootfs.RootError(f"npm: {done.stderr.strip()[-1000:]}")
        work.chmod(0o755)
        work.rename(folder)
    except subprocess.TimeoutExpired:
        raise rootfs.RootError(f"npm: not within {FETCH_SECONDS} s") from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


class Haraka(Mta):
    """`box` is the lab's own: Haraka runs on the machine's files."""

    def __init__(self, box, spaces, name, folder):
        super().__init__(box, spaces, name)
        self._program = Path(folder) / "node_modules/Haraka/bin/haraka"

    def start(self):
        for name, text in CONFIG.items():
            path = self._folder / "config" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        own = self._program.parent.parent / "config"
        shutil.copy(own / "connection.ini", self._folder / "config")
        plugins = self._folder / "plugins"
        plugins.mkdir()
        (plugins / "lab_sender.js").write_text(SENDER_PLUGIN, encoding="utf-8")
        contrib = names.REPOSITORY / "contrib/haraka"
        shutil.copy(contrib / "config/strictmx.ini", self._folder / "config")
        shutil.copy(contrib / "index.js", plugins / "strictmx.js")
        (self._folder / "queue").mkdir()
        resolver = self._folder / "resolv.conf"
        resolver.write_text("nameserver 127.0.0.1\n", encoding="utf-8")
        run = f"mount --bind {resolver} /etc/resolv.conf && "
        run += f"exec node {self._program} -c {self._folder}"
        self._space.spawn(
            self.log,
            *("unshare", "--mount", "env", f"NODE_EXTRA_CA_CERTS={self._box.run_dir}/certs/ca.pem"),
            *("sh", "-c", run),
        )

    def _accepts(self):
        with self._space.entered(), socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", PORT)) == 0

    def wait_ready(self):
        waiting.until(self._accepts, waiting.START_SECONDS, self.name)

    def _submit(self, recipient, message):
        with self._space.entered():
            client = smtplib.SMTP("127.0.0.1", PORT, "sender.lab", timeout=30)
        try:
            client.sendmail(SENDER, [recipient], message)
        finally:
            client.close()

    def _find(self, log, recipient):
        # One message at a time: the first line that ends a delivery is about it.
        for line in log.splitlines():
            delivered = re.search(r"delivered file=\S+ domain=\S+ host=(\S+)", line)
            if delivered:
                return Outcome("sent", delivered[1], line, log)
            if "[outbound]" in line and "Temp failing" in line:
                return Outcome("deferred", "none", line, log)
            if "[outbound]" in line and "bounce" in line:
                return Outcome("bounced", "none", line, log)
        return None
