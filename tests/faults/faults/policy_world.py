"""The policy hosts of all domains, on port 443 of every address, and their faults.

`PolicyHost.mode` is one of `good`, what `CERTIFICATES` has, and what `FAULTS` says. Before TLS: the
connection is taken and nothing is said (`tls_silent`), or the handshake stops after the server's
first octets (`tls_stall`).
"""
import collections
import pathlib
import socket
import ssl
import subprocess
import threading
import time

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"
MEBIBYTE = 1 << 20
PATIENCE_SECONDS = 60
CERTIFICATES = ("expired", "wrong_name", "self_signed")


def policy_text(domain, mode="enforce", max_age=604800, hosts=None):
    lines = ["version: STSv1", f"mode: {mode}"]
    lines += [f"mx: {host}" for host in hosts or [f"mx.{domain}"]]
    return "\r\n".join([*lines, f"max_age: {max_age}", ""]).encode()


def trickle(stream, body):
    head = HEAD + b"Content-Length: %d\r\n\r\n" % len(body)
    for at in range(len(head + body)):
        stream.sendall((head + body)[at:at + 1])
        time.sleep(0.5)


def endless(stream, _):
    stream.sendall(HEAD + b"\r\n")
    while True:
        stream.sendall(b"mx: mx.endless.example\r\n" * 1000)


def big_header(stream, body):
    line = b"X-Filler: " + b"x" * 1000 + b"\r\n"
    stream.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(10 * MEBIBYTE // len(line)):
        stream.sendall(line)
    stream.sendall(HEAD.partition(b"\r\n")[2] + b"\r\n" + body)


def interim_flood(stream, _):
    while True:
        stream.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100)


def silent(*_):
    time.sleep(PATIENCE_SECONDS)


def status_500(stream, _):
    stream.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


FAULTS = {"trickle": trickle, "endless": endless, "big_header": big_header,
          "interim_flood": interim_flood, "http_silent": silent, "status_500": status_500}


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


class Certificates:
    """One authority and, for each kind, one certificate for the policy hosts of all `domains`."""

    def __init__(self, folder, domains):
        self._folder = pathlib.Path(folder)
        self.ca_file = self._folder / "ca.pem"
        key = self._folder / "key.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", key, "-out", self.ca_file, "-subj", "/CN=faults", "-days", "36500")
        names = ",".join(f"DNS:mta-sts.{domain}" for domain in domains)
        self.contexts = {
            "good": self._make("good", names, "-days", "3650"),
            "expired": self._make("expired", names, "-days", "-1"),
            "wrong_name": self._make("wrong_name", "DNS:mta-sts.other.example", "-days", "30"),
            "self_signed": self._make("self_signed", names, "-days", "30", signed=False)}

    def _make(self, kind, names, *validity, signed=True):
        key, request, certificate, extensions = (
            self._folder / f"{kind}.{end}" for end in ("key", "csr", "pem", "ext"))
        extensions.write_text(f"subjectAltName={names}\n")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", key, "-out", request, "-subj", f"/CN={kind}")
        by = ["-CA", self.ca_file, "-CAkey", self._folder / "key.pem", "-CAcreateserial"]
        openssl("x509", "-req", "-in", request, "-out", certificate, "-extfile", extensions,
                *validity, *(by if signed else ["-signkey", key]))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context


class PolicyHost:
    """`bodies` has the policies of domains that are not like the others; `connects` counts
    connections by the address that was connected to, `fetches` finished requests by domain."""

    def __init__(self, certificates):
        self.mode, self.bodies = "good", {}
        self.connects, self.fetches = collections.Counter(), collections.Counter()
        self.open = 0
        self._contexts = certificates.contexts
        for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            try:
                server = socket.create_server((address, 443), family=family, backlog=512)
            except OSError:
                continue  # no IPv6 here
            threading.Thread(target=self._accept, args=(server,), daemon=True).start()

    def _accept(self, server):
        while True:
            stream, _ = server.accept()
            self.connects[stream.getsockname()[0]] += 1
            threading.Thread(target=self._serve, args=(stream,), daemon=True).start()

    def _serve(self, stream):
        self.open += 1
        try:
            with stream:
                stream.settimeout(PATIENCE_SECONDS)
                self._talk(stream, self.mode)
        except (OSError, ssl.SSLError, ValueError):
            pass  # the client did not like it and went
        finally:
            self.open -= 1

    def _talk(self, stream, mode):
        if mode == "tls_silent":
            return silent()
        if mode == "tls_stall":
            return self._stall(stream)
        context = self._contexts.get(mode, self._contexts["good"])
        with context.wrap_socket(stream, server_side=True) as secured:
            request = b""
            while b"\r\n\r\n" not in request:
                more = secured.recv(4096)
                if not more:
                    return None
                request += more
            host = request.lower().partition(b"host: mta-sts.")[2].split(b"\r\n")[0].decode()
            domain = host.partition(":")[0]
            body = self.bodies.get(domain) or policy_text(domain)
            if mode in FAULTS:
                return FAULTS[mode](secured, body)
            secured.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self.fetches[domain] += 1
        return None

    def _stall(self, stream):
        """The first half of what a server would say, and then nothing."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = self._contexts["good"].wrap_bio(incoming, outgoing, server_side=True)
        incoming.write(stream.recv(4096))
        try:
            server.do_handshake()
        except ssl.SSLWantReadError:
            pass
        flight = outgoing.read()
        stream.sendall(flight[:len(flight) // 2])
        while stream.recv(4096):  # until the client goes
            pass
