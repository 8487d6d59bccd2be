"""The folder with the lab's programs: Debian packages unpacked, not installed, cached by content.

apt resolves and verifies the packages with the machine's own sources and keys, but with state and
cache folders of the lab and an empty dpkg status, so that nothing of the machine is read or changed
beyond its configuration. No maintainer script runs; what they would have set up and the lab needs
is
written by `_furnish`. The folder is complete or absent: it is renamed into place at the end.
"""
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import names

PACKAGE_LIST = names.REPOSITORY / "packaging" / "lab.packages"
MERGED_USR = ("bin", "sbin", "lib", "lib64")
MOUNT_POINTS = ("dev", "proc", "tmp", "run", "lab")

PASSWD = """root:x:0:0:root:/:/bin/sh
www-data:x:33:33::/:/usr/sbin/nologin
postfix:x:101:101::/:/usr/sbin/nologin
nobody:x:65534:65534::/:/usr/sbin/nologin
"""
GROUP = """root:x:0:
www-data:x:33:
postfix:x:101:
postdrop:x:102:
nogroup:x:65534:
"""
FILES = {
    "etc/passwd": PASSWD,
    "etc/group": GROUP,
    "etc/hosts": "127.0.0.1 localhost sender.lab\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "etc/resolv.conf": "nameserver 127.0.0.1\n",
}


class RootError(Exception):
    """The packages could not be fetched or unpacked."""


def packages():
    lines = PACKAGE_LIST.read_text(encoding="utf-8").splitlines()
    return [name for line in lines for name in line.split("#")[0].split()]


def _key():
    """Names the cached folder: the packages, the release and this file decide what is in it."""
    release = Path("/etc/os-release").read_bytes()
    architecture = subprocess.check_output(["dpkg", "--print-architecture"])
    text = b"\0".join(
        [" ".join(packages()).encode(), release, architecture, Path(__file__).read_bytes()]
    )
    return hashlib.sha256(text).hexdigest()[:16]


def _run(command, what):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RootError(f"{what}: {(done.stderr or done.stdout).strip()[-2000:]}")


def _download(folder):
    """Returns the .deb files of the packages and of all they depend on."""
    for part in ("state/lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    (folder / "state/status").touch()
    apt = [
        "apt-get",
        "-q",
        "-y",
        "-o",
        f"Dir::State={folder}/state",
        "-o",
        f"Dir::Cache={folder}/cache",
        "-o",
        f"Dir::State::status={folder}/state/status",
        "-o",
        "APT::Sandbox::User=root",
    ]
    # A dead third-party source of the operator's is no reason to stop: the next command decides.
    subprocess.run([*apt, "update"], capture_output=True, check=False)
    _run([*apt, "--no-install-recommends", "--download-only", "install", *packages()], "apt-get")
    return sorted((folder / "cache/archives").glob("*.deb"))


def _unpack(archives, root):
    for name in MERGED_USR:
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    for archive in archives:
        # dpkg-deb -x would replace the links of the merged /usr by folders.
        with subprocess.Popen(
            ["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE
        ) as reader:
            _run_tar(reader.stdout, root, archive)
        if reader.returncode != 0:
            raise RootError(f"dpkg-deb: {archive.name}: status {reader.returncode}")


def _run_tar(stream, root, archive):
    done = subprocess.run(
        ["tar", "-x", "--keep-directory-symlink", "-C", root],
        stdin=stream,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RootError(f"tar: {archive.name}: {done.stderr.strip()}")


def _furnish(root):
    """Replaces the maintainer scripts: users, name service, mount points."""
    for name in MOUNT_POINTS:
        (root / name).mkdir(exist_ok=True)
    for name, text in FILES.items():
        (root / name).write_text(text, encoding="utf-8")
    for name in ("postdrop", "postqueue"):
        os.chown(root / "usr/sbin" / name, 0, 102)
        (root / "usr/sbin" / name).chmod(0o2755)
    for name in ("usr/share/doc", "usr/share/man", "usr/share/locale"):
        shutil.rmtree(root / name, ignore_errors=True)


def prepare():
    """Returns the folder, building it first when needed (about ten seconds). Raises RootError."""
    root = names.BUILD_DIR / f"root-{_key()}"
    if root.is_dir():
        return root
    print(
        f"lab: unpacking its programs into {root.relative_to(names.REPOSITORY)} (once)",
        file=sys.stderr,
        flush=True,
    )
    names.BUILD_DIR.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="unpacking-", dir=names.BUILD_DIR))
    try:
        unpacked = work / "root"
        unpacked.mkdir()
        _unpack(_download(work / "apt"), unpacked)
        _furnish(unpacked)
        try:
            unpacked.rename(root)
        except OSError:
            if not root.is_dir():  # else another run was quicker
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return root
