"""The folder with the lab's programs: Debian packages unpacked, not installed, cached by content.

apt resolves and verifies the packages with the machine's own sources and keys, but with state and
cache folders of the lab and an empty dpkg status, so that nothing of the machine is read or changed
beyond its configuration. No maintainer script runs; what they would have set up and the lab needs
is
written by `_furnish`. The folder is complete or absent: it is renamed into place at the end.
"""
import contextlib
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import names

MERGED_USR = ("bin", "sbin", "lib", "lib64")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
FETCH_SECONDS = 300
MOUNT_POINTS = ("dev", "proc", "tmp", "run", "lab", "host")

PASSWD = """root:x:0:0:root:/:/bin/sh
www-data:x:33:33::/:/usr/sbin/nologin
postfix:x:101:101::/:/usr/sbin/nologin
Debian-exim:x:111:111::/:/usr/sbin/nologin
smmta:x:112:112::/:/usr/sbin/nologin
smmsp:x:113:113::/:/usr/sbin/nologin
opensmtpd:x:114:114::/var/empty:/usr/sbin/nologin
opensmtpq:x:115:115::/var/empty:/usr/sbin/nologin
nobody:x:65534:65534::/:/usr/sbin/nologin
"""
GROUP = """root:x:0:
www-data:x:33:
postfix:x:101:
postdrop:x:102:
mail:x:8:
Debian-exim:x:111:
smmta:x:112:
smmsp:x:113:
opensmtpd:x:114:
opensmtpq:x:115:
nogroup:x:65534:
"""
FILES = {
    "etc/passwd": PASSWD,
    "etc/group": GROUP,
    "etc/hosts": "127.0.0.1 localhost sender.lab\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    # Exim believes the resolver's AD bit, and so in DANE, only with trust-ad.
    "etc/resolv.conf": "nameserver 127.0.0.1\noptions trust-ad\n",
}
# What programs expect at a place of their own, and where the lab has it.
LINKS = {
    "etc/ssl/certs/ca-certificates.crt": "/lab/certs/ca.pem",
    "etc/exim4/exim4.conf": "/tmp/exim4.conf",
    "etc/mail/sendmail.cf": "/tmp/sendmail.cf",
    "etc/smtpd.conf": "/tmp/smtpd.conf",
    "usr/libexec/opensmtpd/table-strictmx": "/lab/opensmtpd-13/table-strictmx",
    "etc/mail/strictmx": "/lab/opensmtpd/tables",
    "var/run": "/run",
}
# Group of programs that run with it: postdrop, opensmtpq.
SETGID = {"usr/sbin/postdrop": 102, "usr/sbin/postqueue": 102, "usr/sbin/smtpctl": 115}
SPOOLS = ("var/spool/smtpd", "var/lib/opensmtpd/empty", "var/empty")


class RootError(Exception):
    """The packages could not be fetched or unpacked."""


@dataclass(frozen=True)
class Recipe:
    """Which packages; `suite` is a Debian release other than the machine's own, or empty."""

    list_file: str
    suite: str = ""

    def packages(self):
        lines = (names.REPOSITORY / "packaging" / self.list_file).read_text(encoding="utf-8")
        return [name for line in lines.splitlines() for name in line.split("#")[0].split()]


PROGRAMS = Recipe("lab.packages")
POSTFIX_310 = Recipe("lab-postfix310.packages", "trixie")
# By the name that scenarios use; see senders.py.
OTHER_MTAS = {
    "exim": Recipe("lab-exim.packages"),
    "exim-13": Recipe("lab-exim.packages", "trixie"),
    "sendmail": Recipe("lab-sendmail.packages"),
    "sendmail-13": Recipe("lab-sendmail.packages", "trixie"),
    "opensmtpd": Recipe("lab-opensmtpd.packages"),
    "opensmtpd-13": Recipe("lab-opensmtpd.packages", "trixie"),
}


def _key(recipe):
    """Names the cached folder: the packages, the release and this file decide what is in it."""
    release = Path("/etc/os-release").read_bytes()
    architecture = subprocess.check_output(["dpkg", "--print-architecture"])
    wanted = " ".join([*recipe.packages(), recipe.suite]).encode()
    text = b"\0".join([wanted, release, architecture, Path(__file__).read_bytes()])
    return hashlib.sha256(text).hexdigest()[:16]


def _run(command, what):
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=FETCH_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise RootError(f"{what}: not within {FETCH_SECONDS} s") from None
    if done.returncode != 0:
        raise RootError(f"{what}: {(done.stderr or done.stdout).strip()[-2000:]}")


def _mirror():
    """Where the machine gets its own Debian release from."""
    release = platform.freedesktop_os_release()
    if release["ID"] != "debian":
        raise RootError(f"this machine runs {release['ID']}, not Debian")
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)"],
        capture_output=True,
        text=True,
        check=True,
    )
    for line in targets.stdout.splitlines():
        uri, _, suite = line.partition(" ")
        if suite in (release.get("VERSION_CODENAME"), "stable"):
            return uri
    raise RootError("apt has no source of this machine's own release")


def _sources(recipe, folder):
    """apt's options for the suite; the machine's own sources where there is none."""
    if not recipe.suite:
        return []
    # Without Signed-By the machine's own keys of Debian apply; they reach back and ahead a release.
    signed = f"Signed-By: {KEYRING}\n" if KEYRING.exists() else ""
    (folder / "suite.sources").write_text(
        f"Types: deb\nURIs: {_mirror()}\nSuites: {recipe.suite}\nComponents: main\n{signed}",
        encoding="utf-8",
    )
    (folder / "nothing").mkdir()
    return [
        "-o",
        f"Dir::Etc::sourcelist={folder}/suite.sources",
        "-o",
        f"Dir::Etc::sourceparts={folder}/nothing",
        "-o",
        f"Dir::Etc::preferencesparts={folder}/nothing",
        "-o",
        "APT::Default-Release=",
    ]


def _download(recipe, folder):
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
        *_sources(recipe, folder),
    ]
    # A dead third-party source of the operator's is no reason to stop: the next command decides.
    with contextlib.suppress(RootError):
        _run([*apt, "update"], "apt-get update")
    install = ["--no-install-recommends", "--download-only", "install", *recipe.packages()]
    _run([*apt, *install], "apt-get")
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
    for name, target in LINKS.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if (root / name).is_dir():
            continue
        (root / name).unlink(missing_ok=True)
        (root / name).symlink_to(target)
    for name in SPOOLS:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, group in SETGID.items():
        if (root / name).exists():
            os.chown(root / name, 0, group)
            (root / name).chmod(0o2755)
    # Fills the chroots of Debian 13's Postfix, which the lab does not use, and needs perl for it.
    chroots = root / "usr/lib/postfix/configure-instance.sh"
    if chroots.exists():
        chroots.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    for name in ("usr/share/doc", "usr/share/man", "usr/share/locale"):
        shutil.rmtree(root / name, ignore_errors=True)


def prepare(recipe=PROGRAMS):
    """Returns the folder, building it first when needed (about ten seconds). Raises RootError."""
    root = names.BUILD_DIR / f"root-{_key(recipe)}"
    if root.is_dir():
        return root
    print(
        f"lab: unpacking {recipe.list_file} into {root.relative_to(names.REPOSITORY)} (once)",
        file=sys.stderr,
        flush=True,
    )
    names.BUILD_DIR.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="unpacking-", dir=names.BUILD_DIR))
    try:
        unpacked = work / "root"
        unpacked.mkdir()
        _unpack(_download(recipe, work / "apt"), unpacked)
        _furnish(unpacked)
        try:
            unpacked.rename(root)
        except OSError:
            if not root.is_dir():  # else another run was quicker
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return root
