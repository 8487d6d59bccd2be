"""Writes the seeds of a fuzz target to a folder, one file each.

usage: seeds.py NAME FOLDER [TABLE]

They are the inputs of a table of tests/vectors, those made here (MADE), and the files of
tests/fuzz/seeds/NAME, among which are the inputs that once failed.
"""
import base64
import contextlib
import gzip
import io
import json
import pathlib
import re
import shutil
import sqlite3
import struct
import sys
import tempfile
import zipfile

ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\\": b"\\"}


def unescape(text):
    return re.sub(
        rb"\\(?:x([0-9a-f]{2})|([nrt\\]))",
        lambda m: bytes([int(m[1], 16)]) if m[1] else ESCAPES[m[2]],
        text,
    )


def inputs_of(table):
    for line in pathlib.Path(table).read_bytes().split(b"\n"):
        if not line or line.startswith(b"#"):
            continue
        name, _, _, text = line.split(b"|", 3)
        yield name.strip().decode(), unescape(text.strip(b" "))


def netstring(text):
    return b"%d:%s," % (len(text), text)


def cut_evenly(seeds):
    """For targets whose first octet seeds the cuts: odd is by lines."""
    for name, octets in seeds.items():
        yield name, b"\1" + octets


def socketmap():
    one = netstring(b"postfix mail.example.com")
    return cut_evenly({
        "one": one,
        "sendmail": netstring(b"sts a.example"),
        "several": one + netstring(b"postfix-tlsrpt [a.example]:587") + netstring(b"a "),
        "no-blank": netstring(b"postfix"),
        "long-length": b"0010000:a",
    })


def smtp_client():
    ehlo = b"250-mx.example\r\n250-SIZE 1000\r\n250 STARTTLS\r\n"
    return cut_evenly({
        "whole": b"220 mx.example ESMTP\r\n" + ehlo + b"220 go\r\n\xff\r\n" + ehlo + b"221 bye\r\n",
        "refused": b"220 a\r\n" + ehlo + b"454 4.7.0 no\r\n221 bye\r\n",
        "no-starttls": b"220-a\r\n220 b\r\n250 mx.example\r\n221 bye\r\n",
        "helo": b"220 a\r\n502 what\r\n250 a\r\n221 bye\r\n",
        "busy": b"421 busy\r\n",
    })


def http_response():
    ok = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
    body = b"version: STSv1\nmode: none\nmax_age: 1\n"
    return cut_evenly({
        "length": ok + b"Content-Length: %d\r\n\r\n%s" % (len(body), body),
        "chunks": ok + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
        "until-the-end": ok + b"\r\n" + body,
        "interim": b"HTTP/1.1 103 Early\r\nLink: a\r\n\r\n" + ok + b"Content-Length: 0\r\n\r\n",
        "redirect": b"HTTP/1.1 302 Found\r\nLocation: https://a/\r\n\r\n",
        "empty-codings": ok + b"Content-Encoding: \r\nContent-Encoding: \r\n\r\n" + body,
        "html": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<",
        "http-1.0": b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + body,
    })


def tlsa():
    """Data of one octet stand for what is right, but for one bit unless it is 255."""
    for usage in (2, 3):
        for selector in (0, 1):
            for kind in (0, 1, 2):
                record = bytes([4, usage, selector, kind])
                name = f"{usage}-{selector}-{kind}"
                yield name, record + b"\xff"
                yield f"{name}-other", record + b"\x05" + record + b"\xff"
    yield "unusable", bytes([4, 1, 1, 1, 0, 5, 3, 1, 9, 0, 0, 3, 3, 1, 1])


def dns_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def dns_message():
    def message(counts, *records, flags=0x81A0):
        question = dns_name("a.example") + struct.pack(">HH", 16, 1)
        return struct.pack(">HHHHHH", 0x1234, flags, 1, *counts) + question + b"".join(records)

    def record(kind, data, owner=b"\xc0\x0c", ttl=60):
        return owner + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data

    txt = record(16, b"\x0fv=STSv1; id=1;x")
    cname = record(5, dns_name("b.example"))
    mx = record(15, b"\0\1" + dns_name("mx.example"))
    soa = record(6, b"\1a\0\1b\0" + struct.pack(">IIIII", 1, 2, 3, 4, 5))
    dates = struct.pack(">II", 1800000000, 1790000000)
    signature = record(46, struct.pack(">HBBI", 16, 8, 2, 60) + dates + b"\0\7\0s")
    edns = b"\0" + struct.pack(">HHIHHHH2s", 41, 1232, 0x8000, 8, 15, 4, 6, b"no")
    for kind in range(5):
        yield f"txt-{kind}", bytes([kind]) + message((1, 0, 1), txt, edns)
    yield "alias", b"\0" + message((2, 0, 0), cname, record(16, b"\1a", dns_name("b.example")))
    yield "mx", b"\1" + message((1, 0, 0), mx)
    yield "tlsa", b"\3" + message((1, 0, 0), record(52, b"\3\1\1abc"))
    yield "absent", b"\0" + message((0, 1, 1), soa, edns, flags=0x81A3)
    yield "signed", b"\0" + message((2, 0, 0), txt, signature)


def mime():
    def mail(kind, coding, content):
        return (b"From: a <a@b.example>\r\nTLS-Report-Domain: a.example\r\n"
                b"TLS-Report-Submitter: b.example\r\nSubject: Report Domain: a.example\r\n"
                b"Content-Type: multipart/report; report-type=tlsrpt; boundary=\"b\"\r\n\r\n"
                b"--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
                b"--b\r\nContent-Type: application/tlsrpt+" + kind +
                b"; name=\"b.example!a.example!1!2.json\"\r\nContent-Transfer-Encoding: " + coding +
                b"\r\n\r\n" + content + b"\r\n--b--\r\n")
    packed = base64.b64encode(gzip.compress(b'{"policies":[]}', mtime=0))
    yield "packed", mail(b"gzip", b"base64", packed)
    yield "plain", mail(b"json", b"8bit", b'{"policies":[]}')
    yield "quoted", mail(b"json", b"quoted-printable", b"=7B=22a=22:1=\r\n}")
    yield "nested", (b"Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\n" +
                     mail(b"gzip", b"base64", packed))
    yield "mbox", b"From a\n" + mail(b"json", b"7bit", b"{}")
    yield "json", b'{"a":1}'
    yield "twice", gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0)


def gzip_seeds():
    packed = gzip.compress(b"hello " * 50, mtime=0)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr(zipfile.ZipInfo("a.json"), b"{}" * 99)
    yield "gzip", b"\0" + packed
    yield "two-members", b"\0" + packed + packed
    yield "zip", b"\0" + archive.getvalue()
    yield "bomb", b"\0" + gzip.compress(bytes(300000), mtime=0)
    yield "text", b"\1\0\0\0\0" + b"hello " * 20
    yield "damaged", b"\1\x14\1\x15\x80" + b"hello " * 20


def config():
    yield "several", (b'listen = ["unix:/a", "inet:[::1]:0"]\nhttp = ""\n[dns]\nforward = '
                      b'["127.0.0.1@53"]\n[https]\nport = 443\nallow_private_addresses = true\n'
                      b'[policy]\ndeadline = "4s"\ndane = false\noverrides = '
                      b'["a.example dane-only"]\n[report]\nfrom = "a@b.example"\nspread = "4h"\n'
                      b'[limits]\nconnections = 10\n[log]\nlevel = "debug"\n')
    yield "wrong", b'listen = 1\n[x]\na = "b\n'


def fnv1a(*columns):
    value = 0xCBF29CE484222325
    for column in columns:
        octets = column if isinstance(column, bytes) else struct.pack("<Q", column)
        if isinstance(column, bytes):
            octets = struct.pack("<Q", len(column)) + octets
        for octet in octets:
            value = ((value ^ octet) * 0x100000001B3) % 2**64
    return value - 2**64 * (value >> 63)


def policy_pages(*bodies):
    """The pages of a policy file with these bodies."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "file"
        with contextlib.closing(sqlite3.connect(path)) as file:
            file.execute("CREATE TABLE policies (domain TEXT PRIMARY KEY, id TEXT, body BLOB,"
                         " fetched_at INTEGER, checksum INTEGER) WITHOUT ROWID")
            for i, body in enumerate(bodies):
                domain = f"d{i}.example"
                file.execute("INSERT INTO policies VALUES (?, 'x', ?, 1795500000, ?)",
                             (domain, body, fnv1a(domain.encode(), b"x", body, 1795500000)))
            file.commit()
        octets = path.read_bytes()
    return [octets[i:i + 4096] for i in range(0, len(octets), 4096)]


def page_rows():
    """Page, place, number of octets, octets: see page_rows_fuzz.cc. Runs of zeros are left out."""
    body = b"version: STSv1\nmode: none\nmax_age: 9\n"
    for name, bodies in {"rows": [body] * 3, "long-row": [body + b"x: " + b"n" * 5000]}.items():
        pages = policy_pages(*bodies)[1:4]
        seed = b""
        for number, page in enumerate(pages):
            for run in re.finditer(rb"[^\0](?:\0{0,8}[^\0]){0,24}", page):
                seed += struct.pack(">BHB", number, run.start(), len(run[0])) + run[0]
        yield name, seed


def store_file():
    """Injuries of five octets: see store_file_fuzz.cc."""
    yield "none", b""
    for what in range(14):
        for place in (0, 40, 1365, 2100, 4500):
            yield f"{what}-{place}", struct.pack(">BHBB", what, place, 1, 3)
    # Failed once: a file cut below one page, with a log; a key that is out of order.
    yield "cut", bytes.fromhex(
        "2a0000507000b8b8b8b8b8b8b8b8b8b8b8b8b8b8b8b8b8b80100507000021b67b8b8b8b8b8b8b8b8"
        "b8b82b2b3d64372e6578616d706c6504010050700000")
    yield "key", bytes.fromhex(
        "ee092bebbf7f9f3d0fbd282e6578616d706c6500ff0a00ff2e94510103870000ffffff")


def preload():
    policy = {"domain": "a.example", "id": "1", "fetched_at": "2026-11-24T00:00:00Z",
              "body": "version: STSv1\r\nmode: enforce\r\nmx: *.a.example\r\nmax_age: 604800\r\n"}
    yield "short", json.dumps(policy).encode() + b"\n"
    full = dict(policy, mode="enforce", mx=["*.a.example"], max_age=604800)
    yield "full", json.dumps(full).encode() + b"\r\n" + json.dumps(policy).encode()
    yield "bad", json.dumps(dict(policy, mode="none")).encode() + b"\n\n[]\n"


def line_query():
    yield "exim", b"exim a.example"
    yield "check", b"check a.example"
    yield "relayhost", b"relayhost [a.example]:25"
    yield "mxok", b"mxok a.example mx.a.example"
    yield "event", (b'event domain=a.example result=certificate-expired host=mx.a.example '
                    b'address=192.0.2.1 helo="mx a" reason="ended \\"yesterday\\"" dane=yes')
    yield "exim-close", b"event mta=exim what=tcp:close domain=a.example cipher=X verified=1"
    yield "exim-defer", b'event mta=exim what=msg:host:defer domain=a.example errno=-37 data="no"'
    yield "exim-dane", b"event mta=exim what=dane:fail domain=a.example data=tlsa-invalid"


def opensmtpd():
    session = "freport|0.7|1576146008.006099|smtp-out|{}|7641df9771b4ed00|{}\n"
    yield "table", b"tconfig|ready\nttable|0.1|1|t|check|domain|1|a.example\n" \
                   b"ttable|0.1|1|t|lookup|relayhost|2|a.example\nttable|0.1|1|t|update|3\n"
    yield "filter", "".join(session.format(*each) for each in (
        ("link-connect", "mx.example|pass|127.0.0.1:1|192.0.2.1:25"),
        ("protocol-client", "EHLO a"), ("protocol-server", "250 STARTTLS"),
        ("protocol-client", "STARTTLS"), ("protocol-server", "220 go"),
        ("link-tls", "version=TLSv1.3"), ("tx-rcpt", "1|ok|u@a.example"),
        ("link-disconnect", ""))).encode()


# Functions that yield (file name, octets), by target.
MADE = {
    "config": config,
    "dns_message": dns_message,
    "gzip": gzip_seeds,
    "http_response": http_response,
    "line_query": line_query,
    "mime": mime,
    "opensmtpd": opensmtpd,
    "page_rows": page_rows,
    "preload": preload,
    "smtp_client": smtp_client,
    "smtp_reply": smtp_client,
    "socketmap": socketmap,
    "store_file": store_file,
    "tlsa": tlsa,
}


def main(name, folder, *tables):
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    seeds = dict(MADE[name]()) if name in MADE else {}
    for table in tables:
        seeds.update(inputs_of(table))
    for path in (pathlib.Path(__file__).parent / "seeds" / name).glob("*"):
        seeds[path.name] = path.read_bytes()
    for seed, octets in seeds.items():
        (folder / seed).write_bytes(octets)


if __name__ == "__main__":
    main(*sys.argv[1:])
