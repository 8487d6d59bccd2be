"""A resolver under attack, on a UDP port of the loopback address. Prints "ready PORT".

    dns_attacker.py strip PORT   passes on to the resolver at PORT, but denies every TXT record
    dns_attacker.py fail         answers SERVFAIL to everything

A question for TXT is asked as one for AAAA, which the benchmark's world never has, so that the
denial is complete with its SOA record.
"""
import socket
import struct
import sys

HEADER_BYTES = 12
TXT, AAAA = 16, 28
RESPONSE, RECURSION_AVAILABLE, SERVFAIL = 0x80, 0x80, 2
UPSTREAM_SECONDS = 5


def type_offset(message):
    """Where the type of the only question is."""
    at = HEADER_BYTES
    while message[at]:
        at += 1 + message[at]
    return at + 1


def with_type(message, offset, kind):
    return message[:offset] + struct.pack("!H", kind) + message[offset + 2:]


def strip(question, port):
    offset = type_offset(question)
    stripped = struct.unpack_from("!H", question, offset)[0] == TXT
    with socket.socket(type=socket.SOCK_DGRAM) as upstream:
        upstream.settimeout(UPSTREAM_SECONDS)
        upstream.connect(("127.0.0.1", port))
        upstream.send(with_type(question, offset, AAAA) if stripped else question)
        reply = upstream.recv(4096)
    return with_type(reply, offset, TXT) if stripped else reply


def fail(question):
    end = type_offset(question) + 4
    flags = bytes([question[2] & 0x01 | RESPONSE, RECURSION_AVAILABLE | SERVFAIL])
    return question[:2] + flags + struct.pack("!4H", 1, 0, 0, 0) + question[HEADER_BYTES:end]


def main(attack, port=0):
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        print("ready", server.getsockname()[1], flush=True)
        while True:
            question, client = server.recvfrom(4096)
            try:
                reply = strip(question, int(port)) if attack == "strip" else fail(question)
                server.sendto(reply, client)
            except (OSError, IndexError, struct.error) as error:
                print(f"dropped a question: {error}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
