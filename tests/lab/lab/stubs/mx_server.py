"""MX hosts for the lab: `mx_server.py HOSTS.json LOG.jsonl`.

One listener per host on port 25. Accepts every message and logs how it came: at which host, over
which TLS, with which SNI, the envelope and the body.
"""
import json
import socketserver
import ssl
import sys
import threading

import smtp_text

LINE_LIMIT = 4096
IDLE_SECONDS = 30


class Session(socketserver.StreamRequestHandler):
    timeout = IDLE_SECONDS

    def setup(self):
        super().setup()
        self.sni = None
        self.tls = None
        self.sender, self.recipients = "", []

    def say(self, text):
        self.connection.sendall(text.encode() + b"\r\n")

    def line(self):
        return self.rfile.readline(LINE_LIMIT).decode("utf-8", "replace").rstrip("\r\n")

    def handle(self):
        name = self.server.host["name"]
        if self.server.busy:
            self.server.busy = False
            self.say("421 4.3.2 come back later")
            return
        self.say(f"220 {name} ESMTP")
        while command := self.line():
            verb = command.split(" ")[0].upper()
            if verb == "QUIT":
                self.say("221 2.0.0 bye")
                return
            if verb == "EHLO":
                extra = "250-STARTTLS\r\n" if self.server.context and not self.tls else ""
                self.say(f"250-{name}\r\n{extra}250 8BITMIME")
            elif verb == "STARTTLS" and self.server.context and not self.tls:
                self.say("220 2.0.0 go ahead")
                self.start_tls()
            elif verb == "DATA":
                self.take_message()
            else:
                self.note(verb, command)
                self.say("250 2.0.0 ok")

    def note(self, verb, command):
        if verb == "MAIL":
            self.sender, self.recipients = smtp_text.address_in(command), []
        elif verb == "RCPT":
            self.recipients.append(smtp_text.address_in(command))

    def start_tls(self):
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.tls = self.connection.version()
        self.sni = getattr(self.connection, "requested_name", None)
        self.rfile = self.connection.makefile("rb")

    def take_message(self):
        self.say("354 go on")
        lines = []
        while (line := self.line()) != ".":
            lines.append(line)
        smtp_text.append(
            self.server.log,
            {
                "mx": self.server.host["name"],
                "tls": self.tls,
                "sni": self.sni,
                "sender": self.sender,
                "recipients": self.recipients,
                "body": smtp_text.body_of(lines),
            },
        )
        self.say("250 2.0.0 taken")


class Host(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, host, log):
        self.host, self.log, self.context = host, log, None
        self.busy = host["busy"]
        if host["certificate"]:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(host["certificate"])
            self.context.sni_callback = self.remember_name
        super().__init__((host["address"], 25), Session)

    @staticmethod
    def remember_name(connection, name, _context):
        connection.requested_name = name

    def handle_error(self, request, client_address):
        """A sender that dislikes the certificate hangs up: that is the point of the lab."""
        print(f"{self.host['name']}: {client_address}: {sys.exc_info()[1]!r}", flush=True)


def main(hosts_file, log):
    with open(hosts_file, encoding="utf-8") as file:
        hosts = [Host(host, log) for host in json.load(file)]
    for host in hosts[:-1]:
        threading.Thread(target=host.serve_forever, daemon=True).start()
    hosts[-1].serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
