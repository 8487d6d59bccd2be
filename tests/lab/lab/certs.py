"""Keys and certificates of the lab, made new for each run by openssl."""
import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

DAYS = "3"
WRONG_NAME = "some-other-host.test"


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.decode(errors='replace')}")
    return done.stdout


@dataclass(frozen=True)
class Authority:
    """The one certification authority that the sending host trusts."""

    folder: Path

    @property
    def certificate(self):
        return self.folder / "ca.pem"

    @property
    def key(self):
        return self.folder / "ca.key"

    def issue(self, name, kind, shown=""):
        """Writes NAME.pem (key and certificate) of one of plan.CERTIFICATES; returns its path.
        `shown` is another name for the certificate than its file has."""
        key, pem, both = (self.folder / f"{name}{end}" for end in (".key", ".crt", ".pem"))
        shown = WRONG_NAME if kind == "wrong-name" else shown or name
        request = [
            "req",
            "-new",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-noenc",
            "-keyout",
            key,
            "-subj",
            f"/CN={shown}",
            "-addext",
            f"subjectAltName=DNS:{shown}",
        ]
        signer = ["-CA", self.certificate, "-CAkey", self.key]
        if kind == "expired":
            _openssl(*request, "-out", f"{key}.csr")
            # Ended yesterday; `req -x509` takes no negative number.
            _openssl(
                "x509",
                "-req",
                "-in",
                f"{key}.csr",
                *signer,
                "-copy_extensions",
                "copy",
                "-days",
                "-1",
                "-out",
                pem,
            )
        else:
            _openssl(
                *request,
                "-x509",
                "-addext",
                "basicConstraints=critical,CA:FALSE",
                "-days",
                DAYS,
                "-out",
                pem,
                *([] if kind == "self-signed" else signer),
            )
        both.write_bytes(key.read_bytes() + pem.read_bytes())
        return both

    def spki_sha256(self, name):
        """What a TLSA record 3 1 1 for this certificate holds (RFC 6698 §2.1)."""
        public = _openssl("pkey", "-in", self.folder / f"{name}.key", "-pubout", "-outform", "DER")
        return hashlib.sha256(public).hexdigest()


def create(folder: Path):
    """Makes the authority's own key and certificate in the folder."""
    authority = Authority(folder)
    _openssl(
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-noenc",
        "-keyout",
        authority.key,
        "-out",
        authority.certificate,
        "-days",
        DAYS,
        "-subj",
        "/CN=lab authority",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
        "-addext",
        "keyUsage=critical,keyCertSign,cRLSign",
    )
