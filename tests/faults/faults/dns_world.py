"""The resolver that strictmx asks, on UDP and TCP port 53 of 127.0.0.1, and its faults.

`Names` says what there is; `Resolver.mode` how it behaves:

    good            silent          servfail        bogus (SERVFAIL with the extended error 6)
    nxdomain        no_txt (TXT records are denied)  truncated (no answer but over TCP)
    slow SECONDS    recursing SECONDS (slow for the first question about a name)
    forged WORD...  (forgeries of these kinds, then the truth: id, question, none)
"""
import collections
import socket
import struct
import threading
import time

A, MX, TXT, AAAA, SOA, OPT = 1, 15, 16, 28, 6, 41
NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3
NEGATIVE_TTL = 300
POLICY_HOST = "25.0.0.80"
MX_HOST = "25.0.0.25"

Question = collections.namedtuple("Question", "name kind end edns")


def read_question(message):
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode("ascii", "replace").lower())
        at += message[at] + 1
    kind = struct.unpack_from(">H", message, at + 1)[0]
    return Question(".".join(labels), kind, at + 5, message[11] != 0)


def encode_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def txt(text):
    return b"".join(bytes([len(part)]) + part for part in
                    (text[at:at + 255].encode() for at in range(0, len(text), 255)))


class Names:
    """Every domain NAME.example has MTA-STS, but for none* and what `domains` says of it: a
    dictionary with id, addresses (of its policy host; a list, or a function that returns one)."""

    def __init__(self):
        self.domains = collections.defaultdict(dict)
        self.identity = "1"
        self.ttl = 300

    def find(self, name, kind):
        """The record data of a question; None where the name does not exist."""
        node, _, domain = name.partition(".") if name.count(".") > 1 else ("", "", name)
        if not domain.endswith(".example"):
            return None
        said = self.domains.get(domain, {})
        if node in ("_mta-sts", "mta-sts") and domain.startswith("none"):
            return None
        if node == "" and kind == MX:
            return [struct.pack(">H", 10) + encode_name(f"mx.{domain}")]
        if node == "_mta-sts" and kind == TXT:
            identity = said.get("id", self.identity)
            identity = identity() if callable(identity) else identity
            return [txt(f"v=STSv1; id={identity};")]
        if node in ("mta-sts", "mx") and kind in (A, AAAA):
            default = [POLICY_HOST if node == "mta-sts" else MX_HOST]
            found = said.get("addresses", default) if node == "mta-sts" else default
            found = found() if callable(found) else found
            family = socket.AF_INET if kind == A else socket.AF_INET6
            return [socket.inet_pton(family, each) for each in found
                    if (":" in each) == (kind == AAAA)]
        return [] if node in ("", "_mta-sts", "mta-sts", "mx") else None


# Each makes a forgery of a true denial: under another id, about another name, not a response.
FORGERIES = {
    "id": lambda denial, _: bytes([denial[0] ^ 1]) + denial[1:],
    "question": lambda denial, end: denial[:12] + encode_name("x.example") + denial[end - 4:],
    "none": lambda denial, _: denial[:2] + b"\x01\x00" + denial[4:],
}


class Resolver:
    """Answers from `names`; `seen` counts questions by (name, type), `origins` has the ports and
    ids they came with."""

    def __init__(self, names, address=("127.0.0.1", 53)):
        self.names, self.mode = names, ["good"]
        self.seen, self.origins = collections.Counter(), []
        self._known_at = {}
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._udp.bind(address)
        self._tcp = socket.create_server(address, backlog=128)
        for work in (self._datagrams, self._streams):
            threading.Thread(target=work, daemon=True).start()

    def _datagrams(self):
        while True:
            message, client = self._udp.recvfrom(4096)
            self.origins.append((client[1], message[:2]))
            self._treat(message, lambda reply, to=client: self._udp.sendto(reply, to), "udp")

    def _streams(self):
        while True:
            stream, _ = self._tcp.accept()
            threading.Thread(target=self._stream, args=(stream,), daemon=True).start()

    def _stream(self, stream):
        with stream, stream.makefile("rb") as octets:
            while len(head := octets.read(2)) == 2:
                message = octets.read(struct.unpack(">H", head)[0])
                self._treat(message, lambda reply: stream.sendall(
                    struct.pack(">H", len(reply)) + reply), "tcp")

    def _treat(self, message, send, way):
        question = read_question(message)
        self.seen[question.name, question.kind] += 1
        word, *rest = self.mode
        if word == "silent":
            return
        if word in ("slow", "recursing"):
            now, key = time.monotonic(), question[:2]
            known_at = now + float(rest[0])
            if word == "recursing":
                known_at = self._known_at.setdefault(key, known_at)
            timer = threading.Timer(max(known_at - now, 0), send,
                                    [self.answer(message, question, "good")])
            timer.daemon = True
            timer.start()
            return
        if word == "forged" and way == "udp":
            denial = self.answer(message, question, "nxdomain")
            for kind in rest:
                send(FORGERIES[kind](denial, question.end))
        send(self.answer(message, question, "cut" if (word, way) == ("truncated", "udp") else word))

    def answer(self, message, question, mode):
        found = self.names.find(question.name, question.kind)
        if mode == "nxdomain" or (mode == "no_txt" and question.kind == TXT):
            found = None
        code = NXDOMAIN if found is None else NOERROR
        flags, records = 0x8180, found or []
        if mode in ("servfail", "bogus"):
            code, records = SERVFAIL, []
        if mode == "cut":
            flags, code, records = 0x8380, NOERROR, []
        body = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", question.kind, 1, self.names.ttl, len(
            data)) + data for data in records)
        authority = b""
        if not records and mode not in ("servfail", "bogus", "cut"):
            soa = encode_name("ns.example") * 2 + struct.pack(">5I", 1, 3600, 600, 86400,
                                                              NEGATIVE_TTL)
            authority = encode_name("example") + struct.pack(
                ">HHIH", SOA, 1, NEGATIVE_TTL, len(soa)) + soa
        extra = b""
        if question.edns:
            option = struct.pack(">HHH", 15, 2, 6) if mode == "bogus" else b""
            extra = b"\0" + struct.pack(">HHIH", OPT, 1232, 0, len(option)) + option
        head = message[:2] + struct.pack(">HHHHH", flags | code, 1, len(records),
                                         bool(authority), bool(extra))
        return head + message[12:question.end] + body + authority + extra
