"""`strictmx report show` on reports that depart from RFC 8460 in each way that real ones do: what
they say is read all the same, and the way is named.

Run: STRICTMX=build/strictmx /usr/bin/python3 -B -m unittest discover -s tests/report
"""

import base64
import copy
import gzip
import io
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
STRICTMX = os.environ.get("STRICTMX", str(HERE.parent.parent / "build" / "strictmx"))

FAILURE = {
    "result-type": "certificate-expired", "sending-mta-ip": "192.0.2.1",
    "receiving-mx-hostname": "mx1.example.net", "receiving-mx-helo": "mx1.example.net",
    "receiving-ip": "198.51.100.7", "failed-session-count": 2,
    "additional-information": "https://sender.example/help", "failure-reason-code": "X509"}
GOOD = {
    "organization-name": "Sender",
    "date-range": {"start-datetime": "2026-11-24T00:00:00Z",
                   "end-datetime": "2026-11-24T23:59:59Z"},
    "contact-info": "tls@sender.example",
    "report-id": "20261124.1.example.net@sender.example",
    "policies": [{
        "policy": {"policy-type": "sts",
                   "policy-string": ["version: STSv1", "mode: testing", "mx: *.example.net"],
                   "policy-domain": "example.net", "mx-host": ["*.example.net"]},
        "summary": {"total-successful-session-count": 5, "total-failure-session-count": 2},
        "failure-details": [FAILURE]}]}
POLICY, SUMMARY = ("policies", 0, "policy"), ("policies", 0, "summary")
DETAILS = ("policies", 0, "failure-details")
DETAIL = (*DETAILS, 0)
RANGE = ("date-range",)
GONE = object()


def change(*steps):
    """GOOD with each (path, value) set; GONE removes."""
    report = copy.deepcopy(GOOD)
    for path, value in zip(steps[::2], steps[1::2]):
        inner = report
        for step in path[:-1]:
            inner = inner[step]
        if value is GONE:
            del inner[path[-1]]
        else:
            inner[path[-1]] = value
    return report


def text_of(*steps):
    return json.dumps(change(*steps), ensure_ascii=False).encode()


RAW = json.dumps(GOOD).encode()
START, END = (*RANGE, "start-datetime"), (*RANGE, "end-datetime")
NEXT_DAY = "2026-11-25T00:00:00Z"
LINES = "version: STSv1\nmode: testing\nmx: *.example.net"
# What is shown is GOOD, whatever the octets.
SAME = [
    ("as it should be", RAW, set()),
    ("byte order mark", b"\xef\xbb\xbf" + RAW, {"byte_order_mark"}),
    ("octets behind", RAW + b"\n\0x", {"trailing_octets"}),
    ("a name twice", RAW.replace(b'"contact', b'"contact-info":"x@y.example","contact', 1),
     {"repeated_name"}),
    ("unknown members", text_of(("x",), 1, (*POLICY, "y"), [2]), {"unknown_member"}),
    ("count in a string", text_of((*DETAIL, "failed-session-count"), "2"), {"count_form"}),
    ("count as a fraction", text_of((*SUMMARY, "total-successful-session-count"), 5.0),
     {"count_form"}),
    ("policies an object", text_of(("policies",), GOOD["policies"][0]), {"value_type"}),
    ("failure details an object", text_of(DETAILS, FAILURE), {"value_type"}),
    ("no zone", text_of(START, "2026-11-24T00:00:00", END, "2026-11-24T23:59:59"), {"date_form"}),
    ("a fraction of a second", text_of(END, "2026-11-24T23:59:59.000Z"), set()),
    ("an offset", text_of(START, "2026-11-24T00:00:00+00:00"), set()),
    ("a blank for T", text_of(START, "2026-11-24 00:00:00Z"), {"date_form"}),
    ("seconds since 1970", text_of(START, 1795478400), {"value_type", "date_form"}),
    ("ends at 24:00", text_of(END, "2026-11-24T24:00:00Z"), {"date_form", "date_range"}),
    ("ends at the next midnight", text_of(END, NEXT_DAY), {"date_range"}),
    ("type in capitals", text_of((*POLICY, "policy-type"), "STS"), {"text_form"}),
    ("domain with a final dot", text_of((*POLICY, "policy-domain"), "Example.NET."),
     {"text_form"}),
    ("policy as one text", text_of((*POLICY, "policy-string"), LINES),
     {"value_type", "policy_string_form"}),
    ("policy with semicolons", text_of((*POLICY, "policy-string"), LINES.replace("\n", "; ")),
     {"value_type", "policy_string_form"}),
    ("policy as JSON in a text",
     text_of((*POLICY, "policy-string"), [json.dumps(LINES.split("\n"))]),
     {"policy_string_form"}),
    ("mx-host a text", text_of((*POLICY, "mx-host"), "*.example.net"), {"value_type"}),
    ("mx-host with mx:", text_of((*POLICY, "mx-host"), ["mx: *.example.net"]), {"text_form"}),
    ("mx-host-pattern", text_of((*POLICY, "mx-host"), GONE, (*POLICY, "mx-host-pattern"),
                                ["*.example.net"]), {"other_name"}),
    ("result type with underscores", text_of((*DETAIL, "result-type"), "certificate_expired"),
     {"text_form"}),
    ("a failure in two", text_of(DETAILS, [{**FAILURE, "failed-session-count": 1}] * 2),
     {"repeated_failure"}),
    ("address with a port", text_of((*DETAIL, "sending-mta-ip"), "192.0.2.1:25"),
     {"address_form"}),
    ("address in brackets", text_of((*DETAIL, "receiving-ip"), "[198.51.100.7]"),
     {"address_form"}),
    ("additional-info-uri", text_of((*DETAIL, "additional-information"), GONE,
                                    (*DETAIL, "additional-info-uri"),
                                    "https://sender.example/help"), {"other_name"}),
]
# What is shown differs from GOOD as said.
LINES_OF_EHLO = "mx1.example.net\r\n250-PIPELINING\r\n250 STARTTLS"


def row(name, path, value, remarks, shown=None, at=None):
    """A member with another value, and what it is shown as where that is not the same."""
    shown = value if shown is None else shown
    return name, text_of(path, value), remarks, (at or path, shown)


OTHER = [
    row("contact null", ("contact-info",), None, {"null_value"}, GONE),
    row("no contact", ("contact-info",), GONE, {"member_missing"}),
    row("no organisation", ("organization-name",), GONE, {"member_missing"}),
    row("no report-id", ("report-id",), GONE, {"member_missing"}),
    row("no policies", ("policies",), [], {"no_policies"}),
    row("a policy that is none", ("policies",), [7, *GOOD["policies"]], {"policy_unreadable"},
        GOOD["policies"]),
    row("reversed range", RANGE, {"start-datetime": "2026-11-24T23:59:59Z",
                                  "end-datetime": "2026-11-24T00:00:00Z"}, {"date_form"},
        GOOD["date-range"]),
    row("a week", END, "2026-11-30T23:59:59Z", {"date_range"}),
    row("not from midnight", START, "2026-11-24T07:12:13Z", {"date_range"}),
    row("no date at all", START, "yesterday", {"date_unreadable", "date_range"},
        "1970-01-01T00:00:00Z"),
    row("type dane", (*POLICY, "policy-type"), "dane", {"text_form"}, "tlsa"),
    row("type dane-only", (*POLICY, "policy-type"), "dane-only", {"text_form"}, "tlsa"),
    row("unknown type", (*POLICY, "policy-type"), "quantum", {"unknown_policy_type"}),
    row("no policy domain", (*POLICY, "policy-domain"), GONE, {"member_missing"}),
    row("domain in Unicode", (*POLICY, "policy-domain"), "münchen.example", {"text_form"},
        "xn--mnchen-3ya.example"),
    row("policy-string null", (*POLICY, "policy-string"), None, {"null_value"}, GONE),
    row("policy-string empty", (*POLICY, "policy-string"), [], set(), GONE),
    row("mx-host null", (*POLICY, "mx-host"), None, {"null_value"}, GONE),
    row("no summary", SUMMARY, GONE, {"summary_missing"},
        {"total-successful-session-count": 0, "total-failure-session-count": 2}),
    row("summary too small", (*SUMMARY, "total-failure-session-count"), 0, {"summary_too_small"}),
    row("negative count", (*SUMMARY, "total-successful-session-count"), -3, {"count_form"}, 0),
    row("failure details null", DETAILS, None, {"null_value"}, GONE),
    row("failure details empty", DETAILS, [], set(), GONE),
    row("no failure details", DETAILS, GONE, set()),
    row("unknown result type", (*DETAIL, "result-type"), "moon-phase", {"unknown_result_type"}),
    row("no count", (*DETAIL, "failed-session-count"), GONE, {"count_missing"}, 1),
    row("EHLO reply of lines", (*DETAIL, "receiving-mx-helo"), LINES_OF_EHLO, {"helo_lines"}),
    row("no address", (*DETAIL, "sending-mta-ip"), GONE, set()),
    row("address unknown", (*DETAIL, "sending-mta-ip"), "unknown", {"address_form"}),
    row("address a host", (*DETAIL, "receiving-ip"), "mx1.example.net", {"address_form"}),
]


def mail(head, body, multipart=""):
    lines = ["From: tls@sender.example", "To: reports@example.net", *head]
    if not multipart:
        return "\r\n".join([*lines, "", body]).encode()
    lines += [f'Content-Type: {multipart}; boundary="b"', ""]
    return "\r\n".join([*lines, body, "--b--", ""]).encode()


def packed(name="", contents=None):
    if name != "zip":
        return base64.encodebytes(gzip.compress(RAW) if contents is None else contents).decode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("report.json", RAW)
    return base64.encodebytes(file.getvalue()).decode()


def attached(kind, text, first="text/plain", multipart="multipart/report; report-type=tlsrpt",
             head=(), disposition=""):
    part = [f"--b\r\nContent-Type: {first}\r\n\r\nA report.\r\n--b", f"Content-Type: {kind}",
            "Content-Transfer-Encoding: base64"]
    if disposition:
        part.append(f"Content-Disposition: attachment; {disposition}")
    return mail(head, "\r\n".join([*part, "", text]), multipart)


GZIPPED, PLAIN = "application/tlsrpt+gzip", "application/tlsrpt+json"
SPLIT = ('filename*0="sender.example!example.net!1795478400!";'
         ' filename*1="1795564799!1.json.gz"')
MAILS = [
    ("as it should be", attached(GZIPPED, packed())),
    ("JSON called gzip", attached(GZIPPED, packed(contents=RAW))),
    ("gzip called JSON", attached(PLAIN, packed())),
    ("no suffix", attached("application/tlsrpt", packed())),
    ("application/gzip", attached("application/gzip", packed())),
    ("application/x-gzip", attached("application/x-gzip", packed())),
    ("octet-stream", attached("application/octet-stream", packed(),
                              disposition='filename="a!example.net!1!2.json.gz"')),
    ("application/json", attached("application/json", packed(contents=RAW))),
    ("ZIP", attached("application/zip", packed("zip"))),
    ("gzip twice", attached(GZIPPED, packed(contents=gzip.compress(gzip.compress(RAW))))),
    ("file name in pieces", attached(GZIPPED, packed(), disposition=SPLIT)),
    ("multipart/mixed", attached(GZIPPED, packed(), multipart="multipart/mixed")),
    ("HTML first", attached(GZIPPED, packed(), first="text/html")),
    ("nothing but the report", mail([f"Content-Type: {GZIPPED}",
                                     "Content-Transfer-Encoding: base64"], packed())),
    ("a subject with another id", attached(GZIPPED, packed(), head=[
        "Subject: Report Domain: example.net Submitter: sender.example Report-ID: 1342326+"])),
]


class Show(unittest.TestCase):
    def show(self, octets):
        with tempfile.NamedTemporaryFile() as file:
            file.write(octets)
            file.flush()
            done = subprocess.run([STRICTMX, "report", "show", file.name, "--json"],
                                  capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = json.loads(done.stdout)
        # "error: byte_order_mark: ...", and of mails notes without a name
        remarks = {remark.split(": ")[1] for remark in shown.pop("remarks") if ": " in remark}
        return shown, remarks

    def test_what_does_not_hurt(self):
        for name, octets, wanted in SAME:
            with self.subTest(name):
                shown, remarks = self.show(octets)
                self.assertEqual(shown, GOOD)
                self.assertEqual(remarks, wanted)

    def test_what_is_missing_or_strange(self):
        for name, octets, wanted, other in OTHER:
            with self.subTest(name):
                shown, remarks = self.show(octets)
                self.assertEqual(shown, change(*other))
                self.assertEqual(remarks, wanted)

    def test_mails(self):
        for name, octets in MAILS:
            with self.subTest(name):
                self.assertEqual(self.show(octets)[0], GOOD)


if __name__ == "__main__":
    unittest.main()
