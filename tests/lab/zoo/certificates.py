"""Keys and certificates of the zoo, good and bad in every way that a check must tell apart."""
import datetime
import hashlib
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

CONFIG = """[ca]
default_ca = zoo
[zoo]
dir = {folder}
database = $dir/index.txt
new_certs_dir = $dir
default_md = sha256
policy = any
rand_serial = yes
unique_subject = no
copy_extensions = none
email_in_dn = no
[any]
commonName = supplied
"""
LEAF = "basicConstraints=critical,CA:FALSE\nextendedKeyUsage={use}\n"
ISSUER = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"


@dataclass(frozen=True)
class Kind:
    names: str = "{host}"  # of the SAN; empty: none. {host}, {domain}, {parent}
    days: tuple = (-20, 70)  # from today
    issuer: str = "middle"  # middle, other, or self
    chain: tuple = ("middle",)  # sent behind the leaf
    key: str = "ec"
    use: str = "serverAuth"


KINDS = {
    "good": Kind(),
    "wrong-name": Kind(names="some-other-host.test"),
    "domain-only": Kind(names="{domain}"),
    "localhost": Kind(names="localhost.localdomain"),
    "provider-name": Kind(names="policies.provider.test"),
    "cn-only": Kind(names=""),
    "wildcard": Kind(names="*.{domain}"),
    "wildcard-deep": Kind(names="*.{domain}"),  # for hosts two labels below
    "expired": Kind(days=(-90, -1)),
    "future": Kind(days=(5, 95)),
    "expiring": Kind(days=(-88, 2)),
    "self-signed": Kind(issuer="self", chain=()),
    "unknown-root": Kind(issuer="other", chain=("other",)),
    "no-intermediate": Kind(chain=()),
    "with-root": Kind(chain=("middle", "root")),
    "disorder": Kind(chain=("root", "middle")),
    "client-only": Kind(use="clientAuth"),
    "rsa": Kind(key="rsa:2048"),
    "rsa1024": Kind(key="rsa:1024"),
}


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def _when(days):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return moment.strftime("%Y%m%d%H%M%SZ")


@dataclass
class Authority:
    """A root that the sending host trusts, an authority below it that issues everything, and
    another root that nobody trusts."""

    folder: Path
    _keys: dict = field(default_factory=dict)

    @property
    def certificate(self):
        """What the sending host trusts."""
        return self.folder / "ca.pem"

    def create(self):
        (self.folder / "index.txt").write_text("", encoding="ascii")
        (self.folder / "ca.cnf").write_text(CONFIG.format(folder=self.folder), encoding="ascii")
        for name, subject in (("root", "Zoo Root"), ("other", "Private Root")):
            self._sign(name, subject, ISSUER, name, (-100, 900), self._key(name, "ec"))
        self._sign("middle", "Zoo Issuer", ISSUER, "root", (-100, 800), self._key("middle", "ec"))
        self.certificate.write_bytes(self._path("root", "crt").read_bytes())

    def issue(self, file, kind_name, host, domain):
        """Writes FILE.pem: key, certificate, chain. Returns its path."""
        kind = KINDS[kind_name]
        key = self._key(file, kind.key)
        extensions = LEAF.format(use=kind.use)
        if kind.names:
            names = kind.names.format(host=host, domain=domain)
            extensions += f"subjectAltName=DNS:{names}\n"
        issuer = file if kind.issuer == "self" else kind.issuer
        self._sign(file, host[:60], extensions, issuer, kind.days, key)
        parts = [key, self._path(file, "crt"), *(self._path(name, "crt") for name in kind.chain)]
        pem = self._path(file, "pem")
        pem.write_bytes(b"".join(part.read_bytes() for part in parts))
        return pem

    def spki_sha256(self, name):
        """What a TLSA record with selector 1 and matching type 1 holds (RFC 6698 §2.1)."""
        key = self._path(name, "key")
        public = _openssl("pkey", "-in", key, "-pubout", "-outform", "DER")
        return hashlib.sha256(public).hexdigest()

    def _path(self, name, end):
        return self.folder / f"{name}.{end}"

    def _key(self, name, kind):
        path = self._path(name, "key")
        if kind == "ec":
            _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-out", path)
        else:
            bits = kind.partition(":")[2]
            _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}",
                     "-out", path)
        return path

    def _sign(self, name, subject, extensions, issuer, days, key):
        request, extra = self._path(name, "csr"), self._path(name, "ext")
        _openssl("req", "-new", "-key", key, "-subj", f"/CN={subject}", "-out", request)
        extra.write_text(extensions, encoding="ascii")
        own = issuer == name
        by = ["-selfsign", "-keyfile", key] if own else [
            "-cert", self._path(issuer, "crt"), "-keyfile", self._path(issuer, "key")]
        _openssl("ca", "-config", self.folder / "ca.cnf", "-batch", "-notext", *by,
                 "-in", request, "-out", self._path(name, "crt"), "-extfile", extra,
                 "-startdate", _when(days[0]), "-enddate", _when(days[1]))
