"""MX hosts of the zoo: `mx_server.py HOSTS.json LOG.jsonl`. One listener per server on port 25,
each with the faults that its table names. Takes every message and logs where it came."""
import json
import socket
import socketserver
import ssl
import sys
import threading
from pathlib import Path

IDLE_SECONDS = 40
VERSIONS = {"": None, "1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
            "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class Gone(Exception):
    """The client has left."""


class Session(socketserver.BaseRequestHandler):
    """Reads by itself: what a server does with octets that came too early is a fault to show."""

    def setup(self):
        self.request.settimeout(IDLE_SECONDS)
        self.ahead, self.inside, self.recipients = b"", False, []

    def say(self, text):
        self.request.sendall(text.encode("utf-8", "surrogateescape") + b"\r\n")

    def line(self):
        while b"\n" not in self.ahead:
            octets = self.request.recv(4096)
            if not octets or len(self.ahead) > 65536:
                raise Gone
            self.ahead += octets
        line, _, self.ahead = self.ahead.partition(b"\n")
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def handle(self):
        host = self.server.host
        if host["silent"]:
            self.request.recv(1)
            return
        self.say(host["greeting"] or f"220 {host['name']} ESMTP")
        while True:
            verb, _, rest = self.line().partition(" ")
            if not self.obey(verb.upper(), rest):
                return

    def obey(self, verb, rest):
        if verb == "QUIT":
            self.say("221 2.0.0 bye")
            return False
        if verb == "EHLO":
            self.greet()
        elif verb == "STARTTLS" and self.server.context and not self.inside:
            return self.start_tls()
        elif verb == "DATA":
            self.take_message()
        elif verb in ("MAIL", "RCPT", "NOOP", "RSET", "HELO"):
            if verb == "RCPT":
                self.recipients.append(rest[rest.find("<") + 1:rest.find(">")])
            self.say("250 2.0.0 ok")
        else:
            self.say("500 5.5.1 no such command")
        return True

    def greet(self):
        host = self.server.host
        lines = host["ehlo"] or ["8BITMIME", *(["STARTTLS"] if self.server.context else [])]
        lines = [line for line in lines if line != "STARTTLS" or not self.inside]
        lines.insert(0, host["name"])
        for line in lines[:-1]:
            self.say(f"250-{line}")
        self.say(f"250 {lines[-1]}")

    def start_tls(self):
        host = self.server.host
        answer = host["starttls"] or "220 2.0.0 go ahead"
        self.request.sendall(answer.encode() + b"\r\n" + host["stray"].encode())
        if not answer.startswith("220"):
            return True
        if not host["injectable"]:
            self.ahead = b""  # what came in clear must not be used (RFC 3207 §4.2)
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.inside = True
        return True

    def take_message(self):
        self.say("354 go on")
        while self.line() != ".":
            pass
        self.server.note({"mx": self.server.host["name"], "tls": self.inside,
                          "recipients": self.recipients})
        self.say("250 2.0.0 taken")

    def finish(self):
        self.request.close()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64
    lock = threading.Lock()

    def __init__(self, host, log):
        self.host, self.log = host, log
        self.context = self.make_context() if host["certificates"] else None
        super().__init__((host["address"], 25), Session)

    def make_context(self):
        host = self.host
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers(host["ciphers"] or "ALL:!aNULL:@SECLEVEL=0")
        # Python's own wish for 1.2 would hide what an old server does.
        context.minimum_version = VERSIONS[host["tls_min"]] or ssl.TLSVersion.TLSv1_2
        if host["tls_max"]:
            context.maximum_version = VERSIONS[host["tls_max"]]
        for certificate in host["certificates"]:
            context.load_cert_chain(certificate)
        if host["client_certificate"]:
            context.verify_mode = ssl.CERT_REQUIRED
        if host["sni"] == "required":
            context.sni_callback = self.judge_name
        return context

    def judge_name(self, _connection, name, _context):
        known = name == self.host["name"]
        return None if known else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    def note(self, event):
        with self.lock, open(self.log, "a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")

    def handle_error(self, request, client_address):
        """A client that dislikes what it sees hangs up: that is the point of the zoo."""
        print(f"{self.host['name']}: {client_address}: {sys.exc_info()[1]!r}", flush=True)


def main(hosts_file, log):
    hosts = json.loads(Path(hosts_file).read_text(encoding="utf-8"))
    for host in hosts:
        threading.Thread(target=Server(host, log).serve_forever, daemon=True).start()
    # The last word: all of them listen.
    with socket.socket() as ready:
        ready.bind(("127.0.0.1", 25))
        ready.listen()
        threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
