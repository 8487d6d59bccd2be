"""Reports from a day store to receivers, with the real program: mail, HTTPS, retries, signatures.

Run: STRICTMX=build/strictmx /usr/bin/python3 -B -m unittest discover -s tests/report
Signatures are verified by dkimpy, reports by jsonschema: neither knows strictmx.
"""

import datetime
import email
import email.policy
import gzip
import json
import os
import pathlib
import random
import re
import shlex
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

import dkim
import jsonschema

import daystore
import servers

HERE = pathlib.Path(__file__).resolve().parent
STRICTMX = os.environ.get("STRICTMX", str(HERE.parent.parent / "build" / "strictmx"))
SCHEMA = json.loads((HERE / "schema.json").read_text())
YESTERDAY = (datetime.datetime.now(datetime.timezone.utc).date()
             - datetime.timedelta(days=1)).isoformat()

STS = ("sts", "example.net", ["version: STSv1", "mode: enforce", "mx: mx.example.net"],
       ["mx.example.net"], 5, 2,
       [("certificate-expired", "192.0.2.1", "mx.example.net", "mx", "198.51.100.7", "", "x", 2)])
NONE = ("no-policy-found", "example.net", [], [], 3, 0, [])


class World(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.state = self.folder / "state"
        started = self.servers = []
        self.addCleanup(lambda: [server.close() for server in started])
        self.dns = self.serve(servers.Dns())
        self.settings = {"from": "tlsrpt@sender.example", "organization": "Sender", "spread": "0s"}

    def serve(self, server):
        self.servers.append(server)
        return server

    def configure(self, **more):
        lines = ['http = ""', f'state = "{self.state}"', f'listen = "unix:{self.folder}/policy"',
                 "[dns]", f'forward = ["127.0.0.1@{self.dns.port}"]', 'trust_anchor = "none"',
                 "[https]", "allow_private_addresses = true", "[report]"]
        for name, value in {**self.settings, **more}.items():
            lines.append(f"{name} = {json.dumps(value)}")
        path = self.folder / "strictmx.toml"
        path.write_text("\n".join(lines) + "\n")
        return str(path)

    def run_report(self, *words, config=None):
        command = [STRICTMX, "report", *words, "--config", config or self.configure()]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    def send(self, **settings):
        return self.run_report("send", "--now", "--day", YESTERDAY,
                               config=self.configure(**settings))

    def prepare(self, record, domain="example.net", policies=(STS, NONE)):
        if not (self.state / "tls-results.sqlite").exists():
            self.send()
            os.remove(self.state / "reports.sqlite")
            for end in ("-wal", "-shm"):
                pathlib.Path(f"{self.state}/reports.sqlite{end}").unlink(missing_ok=True)
        daystore.add(self.state, YESTERDAY, domain, record, policies)

    def states(self):
        queue = self.run_report("queue", "--json")
        return [(d["state"], d["attempts"]) for d in json.loads(queue.stdout)["deliveries"]]

    def check_report(self, packed):
        report = json.loads(gzip.decompress(packed))
        jsonschema.validate(report, SCHEMA)
        path = self.folder / "report.json.gz"
        path.write_bytes(packed)
        lint = subprocess.run([STRICTMX, "report", "lint", path, "--json"], capture_output=True,
                              text=True, check=False)
        self.assertEqual(json.loads(lint.stdout),
                         {"valid": True, "error": None, "warnings": []})
        return report

    def wait_until(self, condition, seconds=120):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.005)

    def key(self, selector, *flags):
        path = self.folder / f"{selector}.pem"
        made = subprocess.run([STRICTMX, "report", "dkim-key", *flags, "--selector", selector,
                               "sender.example", path], capture_output=True, text=True, check=True)
        name, record = re.fullmatch(r"(\S+) IN TXT \((.*)\)\n", made.stdout).groups()
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        return f"{selector} {path}", {name.encode(): "".join(shlex.split(record)).encode()}


class Mail(World):
    def test_signed_mail_arrives_and_verifies_elsewhere(self):
        """RPT-T07, RPT-T09, RPT-T12."""
        rsa, rsa_record = self.key("s1")
        edwards, edwards_record = self.key("s2", "--ed25519")
        relay = self.serve(servers.Smtp())
        self.prepare("v=TLSRPTv1; rua=mailto:reports@example.net")
        sent = self.send(relay=f"127.0.0.1:{relay.port}", dkim=[rsa, edwards])
        self.assertEqual(sent.returncode, 0, sent)
        self.assertEqual(len(relay.mails), 1)
        envelope, text = relay.mails[0]
        self.assertTrue(envelope[0].startswith("MAIL FROM:<tlsrpt@sender.example>"), envelope)
        self.assertEqual(envelope[1], "RCPT TO:<reports@example.net>")
        records = {**rsa_record, **edwards_record}
        for index in (0, 1):
            verifier = dkim.DKIM(text)
            self.assertTrue(verifier.verify(idx=index, dnsfunc=lambda name, **_: records.get(name)))
        changed = text.replace(b"TLS-Report-Domain: example.net", b"TLS-Report-Domain: example.org")
        self.assertFalse(dkim.verify(changed, dnsfunc=lambda name, **_: records.get(name)))
        added = b"TLS-Report-Submitter: other.example\r\n" + text
        self.assertFalse(dkim.verify(added, dnsfunc=lambda name, **_: records.get(name)))
        self.check_mail(text)

    def check_mail(self, text):
        mail = email.message_from_bytes(text, policy=email.policy.default)
        self.assertEqual(mail.get_content_type(), "multipart/report")
        self.assertEqual(mail.get_param("report-type"), "tlsrpt")
        self.assertEqual(mail["TLS-Report-Domain"], "example.net")
        self.assertEqual(mail["TLS-Report-Submitter"], "sender.example")
        self.assertEqual(mail["TLS-Required"], "No")
        text_part, attachment = mail.iter_parts()
        self.assertEqual(text_part.get_content_type(), "text/plain")
        self.assertEqual(attachment.get_content_type(), "application/tlsrpt+gzip")
        self.assertRegex(attachment.get_filename(),
                         r"^sender\.example!example\.net!\d+!\d+!1\.json\.gz$")
        report = self.check_report(attachment.get_payload(decode=True))
        self.assertEqual(mail["Subject"], "Report Domain: example.net Submitter: sender.example "
                                          f"Report-ID: <{report['report-id']}>")
        summaries = [p["summary"] for p in report["policies"]]
        self.assertEqual(summaries, [{"total-successful-session-count": 5,
                                      "total-failure-session-count": 2},
                                     {"total-successful-session-count": 3,
                                      "total-failure-session-count": 0}])

    def test_starttls_is_used_when_it_is_offered_and_need_not_work(self):
        """RPT-T13."""
        relay = self.serve(servers.Smtp(tls=servers.context_for(self.folder)))
        broken = self.serve(servers.Smtp(tls=servers.context_for(self.folder)))
        broken.tls = broken.tls.__class__(broken.tls.protocol)  # no certificate: no handshake
        self.prepare("v=TLSRPTv1; rua=mailto:a@example.net")
        self.assertEqual(self.send(relay=f"127.0.0.1:{relay.port}").returncode, 0)
        self.assertEqual((relay.handshakes, len(relay.mails)), (1, 1))
        self.prepare("v=TLSRPTv1; rua=mailto:a@example.net", domain="other.example")
        self.reopen()
        self.assertEqual(self.send(relay=f"127.0.0.1:{broken.port}").returncode, 0)
        self.assertEqual((broken.handshakes, len(broken.mails)), (0, 1))

    def test_lmtp_by_tcp_and_by_a_unix_socket(self):
        path = self.folder / "lmtp"
        tls = servers.context_for(self.folder)
        local = self.serve(servers.Smtp(lmtp=True, path=path, tls=tls))
        remote = self.serve(servers.Smtp(lmtp=True, tls=tls))
        for domain, relay, where, handshakes in (
                ("a.example", local, f"lmtp:unix:{path}", 0),
                ("b.example", remote, f"lmtp:127.0.0.1:{remote.port}", 1),
                ("c.example", remote, f"lmtp:localhost:{remote.port}", 2)):
            self.prepare(f"v=TLSRPTv1; rua=mailto:me@{domain}", domain=domain)
            sent = self.send(relay=where)
            self.reopen()
            self.assertEqual(sent.returncode, 0, sent)
            self.assertIn("delivered, LMTP 250 taken", sent.stdout)
            self.assertEqual(relay.mails[-1][0][1], f"RCPT TO:<me@{domain}>")
            self.check_mail_text(relay.mails[-1][1])
            self.assertEqual(relay.handshakes, handshakes)
        self.assertEqual((len(local.mails), len(remote.mails)), (1, 2))

    def reopen(self):
        """Yesterday may get more domains."""
        connection = sqlite3.connect(self.state / "reports.sqlite")
        connection.execute("DELETE FROM closed_days")
        connection.commit()
        connection.close()

    def test_refusals_of_the_relay(self):
        for lmtp, word, reply, state, code in (
                (False, "RCPT", "550 5.1.1 no such user", "refused", 1),
                (False, "RCPT", "450 4.2.1 later", "waiting", 75),
                (False, "MAIL", "550 5.7.1 not you", "waiting", 75),
                (True, "RCPT", "550 5.1.1 no such user", "refused", 1),
                (True, "TEXT", "550 5.2.2 full", "refused", 1),
                (True, "TEXT", "452 4.2.2 full", "waiting", 75),
                (True, "LHLO", "500 what", "waiting", 75)):
            with self.subTest(lmtp=lmtp, word=word, reply=reply):
                self.setUp()
                relay = self.serve(servers.Smtp({word: reply}, lmtp=lmtp))
                self.prepare("v=TLSRPTv1; rua=mailto:a@example.net")
                sent = self.send(relay=f"{'lmtp:' if lmtp else ''}127.0.0.1:{relay.port}")
                self.assertEqual(sent.returncode, code, sent)
                self.assertEqual(self.states(), [(state, 1)])

    def test_what_the_relay_says_to_the_mail_is_kept_and_decides(self):
        relay = self.serve(servers.Smtp({"QUIT": "421 4.4.2 too late"}))
        self.prepare("v=TLSRPTv1; rua=mailto:a@example.net")
        sent = self.send(relay=f"127.0.0.1:{relay.port}")
        self.assertEqual(sent.returncode, 0, sent)
        self.assertIn("delivered, SMTP 250 taken", sent.stdout)

    def test_no_relay_is_tried_again(self):
        self.prepare("v=TLSRPTv1; rua=mailto:a@example.net")
        self.assertEqual(self.send(relay="127.0.0.1:1").returncode, 75)
        self.assertEqual(self.states(), [("waiting", 1)])

    def test_sendmail_gets_the_mail_without_a_shell(self):
        program = self.folder / "sendmail"
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{self.folder}/args\n'
                           f"cat >{self.folder}/mail\n")
        program.chmod(0o755)
        self.prepare("v=TLSRPTv1; rua=mailto:a%3B$(id)b@example.net,mailto:a$b%60c@example.net")
        sent = self.send(sendmail=[str(program), "-i"])
        self.assertEqual(sent.returncode, 0, sent)
        self.assertEqual((self.folder / "args").read_text().splitlines(),
                         ["-i", "-f", "tlsrpt@sender.example", "--", "a$b`c@example.net"])
        text = (self.folder / "mail").read_bytes()
        self.assertNotIn(b"\r", text)
        self.check_mail_text(text)
        for code, state in ((75, "waiting"), (67, "refused")):
            self.setUp()
            program = self.folder / "sendmail"
            program.write_text(f"#!/bin/sh\necho no >&2\nexit {code}\n")
            program.chmod(0o755)
            self.prepare("v=TLSRPTv1; rua=mailto:a@example.net")
            self.send(sendmail=[str(program)])
            self.assertEqual(self.states(), [(state, 1)])

    def check_mail_text(self, text):
        mail = email.message_from_bytes(text, policy=email.policy.default)
        self.check_report(list(mail.iter_parts())[1].get_payload(decode=True))

    def test_a_test_report(self):
        relay = self.serve(servers.Smtp())
        config = self.configure(relay=f"127.0.0.1:{relay.port}")
        sent = self.run_report("test", "me@example.org", config=config)
        self.assertEqual(sent.returncode, 0, sent)
        self.assertEqual(relay.mails[0][0][1], "RCPT TO:<me@example.org>")
        self.check_mail_text(relay.mails[0][1])


class Post(World):
    def test_503_then_201_is_delivered_once(self):
        """RPT-T16, RPT-T18, RPT-T19."""
        endpoint = self.serve(servers.Https(self.folder, [503, 201]))
        self.prepare(f"v=TLSRPTv1; rua=https://r.example:{endpoint.port}/v1/tlsrpt?a=b")
        self.assertEqual(self.send().returncode, 75)
        self.assertEqual(self.states(), [("waiting", 1)])
        self.assertEqual(self.send().returncode, 0)
        self.assertEqual(self.states(), [("delivered", 2)])
        self.assertEqual(self.send().stdout, "nothing to send\n")
        self.assertEqual(len(endpoint.posts), 2)
        first, second = endpoint.posts
        self.assertEqual(first[2], second[2])  # frozen octets
        path, head, body = second
        self.assertEqual(path, "/v1/tlsrpt?a=b")
        self.assertEqual(head["Host"], f"r.example:{endpoint.port}")
        self.assertEqual(head["Content-Type"], "application/tlsrpt+gzip")
        self.assertIsNone(head["Content-Encoding"])
        self.assertIsNone(head["Expect"])
        self.check_report(body)

    def test_redirects_and_4xx_are_refused_after_three_attempts(self):
        """RPT-T18, RPT-T20."""
        for status in (301, 307, 404):
            with self.subTest(status):
                self.setUp()
                endpoint = self.serve(servers.Https(self.folder, [status]))
                self.prepare(f"v=TLSRPTv1; rua=https://r.example:{endpoint.port}/")
                codes = [self.send().returncode for _ in range(4)]
                self.assertEqual(codes, [75, 75, 1, 0])
                self.assertEqual(self.states(), [("refused", 3)])
                self.assertEqual(len(endpoint.posts), 3)

    def test_bad_certificates_only_when_allowed(self):
        """RPT-T17."""
        endpoint = self.serve(servers.Https(self.folder, [200]))
        self.prepare(f"v=TLSRPTv1; rua=https://r.example:{endpoint.port}/")
        self.assertEqual(self.send(lax_https=False).returncode, 75)
        self.assertEqual(endpoint.posts, [])
        sent = self.send()
        self.assertEqual(sent.returncode, 0)
        self.assertIn("certificate ignored", sent.stdout)

    def test_private_addresses_are_refused_by_default(self):
        """RPT-T20."""
        endpoint = self.serve(servers.Https(self.folder, [200]))
        self.prepare(f"v=TLSRPTv1; rua=https://r.example:{endpoint.port}/")
        config = pathlib.Path(self.configure())
        config.write_text(config.read_text().replace("allow_private_addresses = true\n", ""))
        sent = self.run_report("send", "--now", "--day", YESTERDAY, config=str(config))
        self.assertEqual(sent.returncode, 75)
        self.assertIn("not a public address", sent.stdout)
        self.assertEqual(endpoint.posts, [])


class Rules(World):
    def test_every_address_has_a_state_of_its_own(self):
        """RPT-D05."""
        relay = self.serve(servers.Smtp())
        endpoint = self.serve(servers.Https(self.folder, [503]))
        self.prepare("v=TLSRPTv1; rua=mailto:a@example.net,ftp://x/,mailto:b@example.net,"
                     f"https://r.example:{endpoint.port}/")
        self.send(relay=f"127.0.0.1:{relay.port}")
        self.assertEqual(sorted(self.states()),
                         [("delivered", 1), ("delivered", 1), ("waiting", 1)])
        self.send(relay=f"127.0.0.1:{relay.port}")
        self.assertEqual(len(relay.mails), 2)
        self.assertEqual(len(endpoint.posts), 2)

    def test_a_slow_endpoint_does_not_hold_up_the_others(self):
        relay = self.serve(servers.Smtp())
        slow = self.serve(servers.Https(self.folder, [201]))
        quick = self.serve(servers.Https(self.folder, [201]))
        slow.held = threading.Event()
        self.addCleanup(slow.held.set)
        domains = [f"d{i}.example" for i in range(20)]
        for domain in domains:
            self.prepare(f"v=TLSRPTv1; rua=https://slow.example:{slow.port}/,"
                         f"https://quick.example:{quick.port}/,mailto:tls@{domain}",
                         domain=domain)
        command = [STRICTMX, "report", "send", "--now", "--day", YESTERDAY, "--config",
                   self.configure(relay=f"127.0.0.1:{relay.port}")]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as sending:
            self.addCleanup(sending.kill)
            self.wait_until(lambda: len(relay.mails) == 20 and len(quick.posts) == 20, 40)
            self.assertIn(len(slow.posts), range(1, 8))
            slow.held.set()
            sending.communicate(timeout=60)
            self.assertEqual(sending.returncode, 0)
        self.assertEqual(len(slow.posts), 20)

    def test_the_record_of_dns_when_no_mta_told_one(self):
        """RPT-D01, RPT-D08."""
        relay = self.serve(servers.Smtp())
        self.dns.txt["_smtp._tls.example.net"] = ["v=TLSRPTv1; rua=mailto:dns@example.net"]
        self.prepare("")
        self.prepare("", domain="nobody.example")
        sent = self.send(relay=f"127.0.0.1:{relay.port}")
        self.assertEqual(sent.returncode, 0, sent)
        self.assertEqual([m[0][1] for m in relay.mails], ["RCPT TO:<dns@example.net>"])
        self.assertIn(("_smtp._tls.nobody.example", 16), self.dns.asked)

    def test_opt_out_and_rewrite(self):
        """RPT-T21."""
        relay = self.serve(servers.Smtp())
        self.prepare("v=TLSRPTv1; rua=mailto:a@example.net,mailto:b@example.org")
        self.send(relay=f"127.0.0.1:{relay.port}", opt_out=["@example.org"],
                  rewrite=["example.net mailto:c@example.com"])
        self.assertEqual([m[0][1] for m in relay.mails], ["RCPT TO:<c@example.com>"])

    def test_a_report_about_nothing_but_our_reports_is_not_sent(self):
        """RPT-C07."""
        relay = self.serve(servers.Smtp())
        settings = {"relay": f"127.0.0.1:{relay.port}"}
        today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        self.prepare("v=TLSRPTv1; rua=mailto:a@example.net")
        self.send(**settings)  # a mail to example.net, today
        record = "v=TLSRPTv1; rua=mailto:a@example.net"
        one = ("no-policy-found", "example.net", [], [], 1, 0, [])
        daystore.add(self.state, today, "example.net", record, [one])
        config = self.configure(**settings)
        self.run_report("send", "--now", "--day", today, config=config)
        self.assertEqual(len(relay.mails), 1)
        config = self.configure(**settings, loop_guard=False)
        self.run_report("send", "--now", "--day", today, config=config)
        self.assertEqual(len(relay.mails), 2)

    def test_preview_has_no_effect(self):
        self.prepare("v=TLSRPTv1; rua=mailto:a@example.net")
        preview = self.run_report("preview", YESTERDAY, "example.net", "--json")
        self.assertEqual(preview.returncode, 0, preview)
        jsonschema.validate(json.loads(preview.stdout), SCHEMA)
        self.assertEqual(self.states(), [])
        self.assertEqual(self.run_report("preview", "2020-01-01").returncode, 1)

    def test_without_a_sender_nothing_is_sent(self):
        del self.settings["from"]
        self.assertEqual(self.send().returncode, 2)


class Service(World):
    def start(self, config):
        process = subprocess.Popen([STRICTMX, "serve", "--config", config],
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        for line in process.stderr:
            if line.split(" ", 3)[-1].startswith("ready") or " ready " in line:
                return process
        self.fail("the daemon did not start")

    def test_the_daemon_closes_yesterday_and_survives_sigkill(self):
        """Killed again and again at random instants: each report arrives, none is lost."""
        relay = self.serve(servers.Smtp())
        domains = [f"d{i}.example" for i in range(40)]
        for domain in domains:
            self.prepare(f"v=TLSRPTv1; rua=mailto:tls@{domain}", domain=domain)
        config = self.configure(relay=f"127.0.0.1:{relay.port}")
        deadline = time.monotonic() + 90
        kills = 0
        while time.monotonic() < deadline:
            process = self.start(config)
            time.sleep(0.05 + 0.13 * kills)
            process.send_signal(signal.SIGKILL if kills < 8 else signal.SIGTERM)
            process.wait(20)
            kills += 1
            self.release_claims()
            if kills > 8 and {m[0][1] for m in relay.mails} >= {
                    f"RCPT TO:<tls@{domain}>" for domain in domains}:
                break
        arrived = {}
        for envelope, text in relay.mails:
            arrived.setdefault(envelope[1], set()).add(text)
        self.assertEqual(sorted(arrived), sorted(f"RCPT TO:<tls@{d}>" for d in domains))
        for texts in arrived.values():
            self.assertEqual(len(texts), 1)  # sent twice at most, and then the same octets
        connection = sqlite3.connect(self.state / "reports.sqlite")
        self.assertEqual(connection.execute("SELECT count(*) FROM reports").fetchone(), (40,))
        self.assertEqual(connection.execute("SELECT count(*) FROM closed_days").fetchone(), (1,))

    def release_claims(self):
        """What a killed process had claimed would come again in ten minutes: do not wait. Returns
        how many it had."""
        connection = sqlite3.connect(self.state / "reports.sqlite", timeout=20)
        changed = connection.execute("UPDATE deliveries SET next_at = 0 WHERE state = 'waiting'"
                                     " AND next_at > ?", (time.time() + 60,)).rowcount
        connection.commit()
        connection.close()
        return changed

    def test_killed_while_it_delivers_each_report_arrives_as_it_was(self):
        """SIGKILL at random instants between a receiver's taking a report and its saying so."""
        seed = int.from_bytes(os.urandom(4))
        with self.subTest(seed=seed):
            relay = self.serve(servers.Smtp())
            endpoint = self.serve(servers.Https(self.folder, [201]))
            relay.pause = endpoint.pause = 0.03
            self.kill_while_it_delivers(random.Random(seed), relay, endpoint)

    def kill_while_it_delivers(self, chance, relay, endpoint):
        domains = [f"d{i}.example" for i in range(24)]
        for domain in domains:
            self.prepare(f"v=TLSRPTv1; rua=mailto:tls@{domain},"
                         f"https://r.example:{endpoint.port}/{domain}", domain=domain)
        config = self.configure(relay=f"127.0.0.1:{relay.port}", dkim=[self.key("s1")[0]])
        in_flight = 0
        for _ in range(8):
            before = len(relay.mails) + len(endpoint.posts)
            process = self.start(config)
            self.wait_until(lambda: len(relay.mails) + len(endpoint.posts) > before)
            time.sleep(chance.uniform(0, 0.04))
            process.kill()
            process.wait(20)
            in_flight += self.release_claims()
            if not self.waiting():
                break
        self.assertGreater(in_flight, 0)  # else nothing was put to the test
        process = self.start(config)
        self.wait_until(lambda: not self.waiting())
        process.terminate()
        self.assertEqual(process.wait(20), 0)
        mails, posts = {}, {}
        for envelope, text in relay.mails:
            mails.setdefault(envelope[1], set()).add(text)
        for path, _, body in endpoint.posts:
            posts.setdefault(path, set()).add(body)
        self.assertEqual(sorted(mails), sorted(f"RCPT TO:<tls@{domain}>" for domain in domains))
        self.assertEqual(sorted(posts), sorted(f"/{domain}" for domain in domains))
        for octets in [*mails.values(), *posts.values()]:
            self.assertEqual(len(octets), 1)  # also of what came twice
        again = len(relay.mails) + len(endpoint.posts) - 2 * len(domains)
        self.assertLessEqual(again, in_flight)

    def test_the_end_waits_for_no_relay_and_the_attempt_does_not_count(self):
        relay = self.serve(servers.Smtp())
        relay.pause = 30
        self.prepare("v=TLSRPTv1; rua=mailto:tls@example.net")
        process = self.start(self.configure(relay=f"127.0.0.1:{relay.port}"))
        self.wait_until(lambda: relay.mails)
        process.terminate()
        self.assertEqual(process.wait(20), 0)
        self.assertEqual(self.states(), [("waiting", 0)])

    def waiting(self):
        connection = sqlite3.connect(self.state / "reports.sqlite", timeout=20)
        try:
            query = "SELECT count(*) FROM deliveries WHERE state != 'delivered'"
            return connection.execute(query).fetchone()[0]
        finally:
            connection.close()


if __name__ == "__main__":
    unittest.main()
