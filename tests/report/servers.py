"""Small servers on the loopback address that reports are sent to: DNS, HTTPS, SMTP.

Each takes a port that the system chooses and keeps what came.
"""

import http.server
import pathlib
import socketserver
import ssl
import struct
import subprocess
import threading
import time


class Quiet:
    """A client that is killed, or that does not like our TLS, is no error here."""

    # With the default of 5 the kernel forgets some of many clients that come at once, and one that
    # waits for a greeting waits for ever.
    request_queue_size = 128

    def handle_error(self, *_):
        pass


class QuietUdp(Quiet, socketserver.ThreadingUDPServer):
    pass


class QuietTcp(Quiet, socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True  # a server before it may have closed its connections first


class QuietUnix(Quiet, socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class QuietHttp(Quiet, http.server.ThreadingHTTPServer):
    pass


class Served:
    """A server in a thread of its own."""

    def __init__(self, server):
        self.server = server
        self.port = server.server_address[1]  # of no meaning where the address is a path
        self.thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Dns(Served):
    """Every name has the address 127.0.0.1; TXT records are those of `txt`."""

    def __init__(self, txt=None):
        self.txt = txt or {}
        self.asked = []
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                data, sock = self.request
                sock.sendto(outer.answer(data), self.client_address)

        super().__init__(QuietUdp(("127.0.0.1", 0), Handler))

    def answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
            at += query[at] + 1
        name, question = ".".join(labels), query[12:at + 5]
        kind = struct.unpack(">H", query[at + 1:at + 3])[0]
        self.asked.append((name, kind))
        datas = []
        if kind == 1:
            datas = [b"\x7f\0\0\1"]
        elif kind == 16:
            datas = [bytes([len(t)]) + t for t in map(str.encode, self.txt.get(name, []))]
        head = query[:2] + struct.pack(">HHHHH", 0x8580, 1, len(datas), 0, 0)
        records = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(d)) + d
                           for d in datas)
        return head + question + records


class Https(Served):
    """Answers POSTs with the given statuses, the last one for ever; keeps (path, head, body).
    Without a `context` its certificate is one that nobody trusts."""

    def __init__(self, folder, statuses, address=("127.0.0.1", 0), context=None):
        self.posts = []
        self.pause = 0  # seconds between taking a report and saying so
        self.held = None  # an event; until it is set nothing is answered
        self.statuses = list(statuses)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if len(body) < int(self.headers["Content-Length"]):
                    return  # the client went away
                outer.posts.append((self.path, self.headers, body))
                time.sleep(outer.pause)
                if outer.held:
                    outer.held.wait(50)
                rest = len(outer.statuses) > 1
                status = outer.statuses.pop(0) if rest else outer.statuses[0]
                self.send_response(status)
                if status in (301, 307):
                    self.send_header("Location", "https://elsewhere.example/")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = QuietHttp(address, Handler)
        context = context or context_for(folder)
        # Handshakes in the threads of their connections: one that lags holds up no other.
        server.socket = context.wrap_socket(server.socket, server_side=True,
                                            do_handshake_on_connect=False)
        super().__init__(server)


def context_for(folder):
    """TLS with a certificate that nobody trusts."""
    key, certificate = pathlib.Path(folder, "tls.key"), pathlib.Path(folder, "tls.pem")
    if not key.exists():
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate,
                        "-subj", "/CN=untrusted.example", "-days", "2"],
                       check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class Smtp(Served):
    """Takes mail by SMTP, or by LMTP; at a port, or at the unix socket `path`. `replies` maps the
    first word of a command, or "TEXT", to what is said instead of 250."""

    def __init__(self, replies=None, tls=None, lmtp=False, path=None, address=("127.0.0.1", 0)):
        self.mails = []
        self.pause = 0  # seconds between taking a mail and saying so
        self.replies = replies or {}
        self.tls = tls
        self.handshakes = 0
        hello = "LHLO" if lmtp else "EHLO"
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def say(self, text):
                self.wfile.write(text.encode() + b"\r\n")
                self.wfile.flush()

            def start_tls(self):
                self.say("220 go ahead")
                self.connection = outer.tls.wrap_socket(self.connection, server_side=True)
                self.rfile = self.connection.makefile("rb")
                self.wfile = self.connection.makefile("wb")
                outer.handshakes += 1

            def handle(self):
                envelope = []
                self.say("220 sink")
                while line := self.rfile.readline():
                    word = line.split(b":")[0].split()[0].decode().upper()
                    if word in outer.replies:
                        self.say(outer.replies[word])
                    elif word == hello:
                        self.say("250-sink\r\n250 STARTTLS" if outer.tls else "250 sink")
                    elif word == "STARTTLS":
                        self.start_tls()
                    elif word == "DATA":
                        self.say("354 go ahead")
                        text = self.read_data()
                        if text is None:
                            return
                        outer.mails.append((envelope, text))
                        time.sleep(outer.pause)
                        self.say(outer.replies.get("TEXT", "250 taken"))
                    elif word == "QUIT":
                        self.say("221 bye")
                        return
                    elif word in ("EHLO", "HELO", "LHLO"):
                        self.say("500 not here")
                    else:
                        envelope.append(line.decode().strip())
                        self.say("250 ok")

            def read_data(self):
                """The mail, or None where the client went away before its end."""
                text = b""
                while (line := self.rfile.readline()) != b".\r\n":
                    if not line:
                        return None
                    text += line[1:] if line.startswith(b".") else line
                return text

        super().__init__(QuietUnix(str(path), Handler) if path else QuietTcp(address, Handler))
