"""Black-box tests of the reports of `strictmx check`, without a network.

Run: STRICTMX=build/strictmx python3 -B -m unittest discover -s tests/cli
With UPDATE_GOLDEN=1 docs/findings.md is written instead of compared.
"""

import json
import os
import pathlib
import pty
import re
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

try:
    import jsonschema
except ImportError:  # packaging/lab-host.packages
    jsonschema = None

from test_check import NOWHERE, ROOT, STRICTMX, check

SCHEMA = ROOT / "docs" / "formats" / "check-report.schema.json"
CATALOGUE = ROOT / "docs" / "findings.md"

# A policy that enforces, and names no MX host of the domain.
PLAN = """domain = "example.com"
[mta-sts]
txt = ["v=STSv1; id=20261101;"]
policy = "version: STSv1\\nmode: enforce\\nmx: other.example.com\\nmax_age: 1209600\\n"
[tls-rpt]
txt = ["v=TLSRPTv1; rua=mailto:tls@example.com"]
[[mx]]
host = "mx1.example.com"
"""
GOOD_PLAN = PLAN.replace("other.", "mx1.")
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}


def untimed(text):
    return re.sub(r"\d\d:?\d\d:?\d\dZ?\b|\d\.\d s", "", text)


class Balance(HTMLParser):
    """Every element is closed, in order; nothing is loaded."""

    def __init__(self):
        super().__init__()
        self.open, self.faults, self.ids, self.links = [], [], set(), set()

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("script", "link", "img", "iframe", "object"):
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            if name == "id":
                self.ids.add(value)
            if name in ("href", "src"):
                self.links.add(value)
            if name.startswith("on"):
                self.faults.append(name)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")


class Reports(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.plan = pathlib.Path(folder.name) / "plan.toml"

    def planned(self, *words, plan=PLAN, **options):
        self.plan.write_text(plan, encoding="utf-8")
        done = check("--local-config", self.plan, *NOWHERE, *words, **options)
        self.assertEqual(done.stderr, "")
        return done

    def test_a_planned_policy_that_names_no_mx_host(self):
        done = self.planned()
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stdout.splitlines()[0], r"^x BROKEN  example\.com  1 critical")
        self.assertIn("(planned)", done.stdout)
        self.assertIn("NOT IN THE POLICY", done.stdout)
        self.assertIn("mx: mx1.example.com", done.stdout)  # the line to publish

    def test_a_good_plan_offline(self):
        done = self.planned("--json", plan=GOOD_PLAN)
        domain = json.loads(done.stdout)["domains"][0]
        grave = [finding for finding in domain["findings"]
                 if finding["severity"] in ("critical", "error")]
        self.assertEqual(grave, [])
        self.assertIn(done.returncode, (0, 1, 3))

    @unittest.skipIf(jsonschema is None, "no python3-jsonschema")
    def test_json_is_as_its_schema_says(self):
        schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
        jsonschema.Draft7Validator.check_schema(schema)
        for words in (["--json"], ["--json", "--from", "postfix"], ["--json", "example.net"]):
            with self.subTest(words):
                done = self.planned(*words)
                report = json.loads(done.stdout)
                jsonschema.validate(report, schema)
                self.assertEqual(report["exit_code"], done.returncode)
        line = json.loads(self.planned("--jsonl").stdout)
        self.assertEqual(line["version"], 1)
        jsonschema.validate(line, {**schema["definitions"]["domain"],
                                   "definitions": schema["definitions"]})

    def test_jsonl_has_a_line_for_each_domain(self):
        done = check("--jsonl", *NOWHERE, "b.example", "a.example")
        names = [json.loads(line)["domain"] for line in done.stdout.splitlines()]
        self.assertEqual(names, ["b.example", "a.example"])

    def test_junit(self):
        root = ElementTree.fromstring(self.planned("--junit", "example.net").stdout)
        self.assertEqual(root.tag, "testsuites")
        suites = root.findall("testsuite")
        self.assertEqual([suite.get("name") for suite in suites], ["example.com", "example.net"])
        for suite in suites:
            cases = suite.findall("testcase")
            self.assertEqual(int(suite.get("tests")), len(cases))
            self.assertEqual(int(suite.get("failures")), len(suite.findall("testcase/failure")))
            self.assertEqual(int(suite.get("skipped")), len(suite.findall("testcase/skipped")))
        self.assertGreater(int(suites[0].get("failures")), 0)
        for name in ("tests", "failures", "skipped"):
            self.assertEqual(int(root.get(name)), sum(int(suite.get(name)) for suite in suites))

    def test_sarif(self):
        done = self.planned("--sarif")
        log = json.loads(done.stdout)
        self.assertEqual(log["version"], "2.1.0")
        run = log["runs"][0]
        rules = run["tool"]["driver"]["rules"]
        self.assertEqual(len({rule["id"] for rule in rules}), len(rules))
        self.assertGreater(len(run["results"]), 0)
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
            self.assertIn(result["level"], ("none", "note", "warning", "error"))
            self.assertNotEqual(result["message"]["text"], "")
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            self.assertEqual(uri, "dns:example.com")
        self.assertEqual(run["invocations"][0]["exitCode"], done.returncode)

    def test_html_is_whole_and_loads_nothing(self):
        done = self.planned("--html", "example.net")
        reader = Balance()
        reader.feed(done.stdout)
        self.assertEqual(reader.open, [])
        self.assertEqual(reader.faults, [])
        self.assertTrue({f"#{name}" for name in ("example.com", "example.net")} <= reader.links)
        self.assertTrue(all(link[1:] in reader.ids for link in reader.links), reader.links)

    def test_what_could_not_be_told(self):
        done = check(*NOWHERE, "example.com")
        self.assertEqual(done.returncode, 3)
        self.assertTrue(done.stdout.startswith("? COULD NOT TELL  example.com\n"))
        self.assertEqual(check("--facts", *NOWHERE, "example.com").returncode, 0)

    def test_the_worst_counts(self):
        self.assertEqual(self.planned("example.net").returncode, 2)

    def test_what_a_sender_does_differently(self):
        self.assertIn("Gmail", self.planned("--from", "gmail").stdout)
        self.assertIn("first message", self.planned("--from", "gmail").stdout)
        self.assertIn("Exchange Online", self.planned("--from", "exchange").stdout)

    def test_looks(self):
        plain = self.planned(env={"LC_ALL": "C.UTF-8"}).stdout
        self.assertTrue(plain.startswith("✗ BROKEN"))
        self.assertTrue(self.planned("--ascii", env={"LC_ALL": "C.UTF-8"}).stdout.isascii())
        self.assertNotIn("\x1b", plain)
        coloured = self.planned("--color=always", env={"NO_COLOR": "1"}).stdout
        self.assertIn("\x1b[1;31m", coloured)
        self.assertEqual(untimed(re.sub(r"\x1b\[[0-9;]*m", "", coloured)),
                         untimed(self.planned().stdout))

    def test_no_line_but_what_is_to_be_copied_is_too_wide(self):
        for columns in (50, 100):
            with self.subTest(columns):
                text = self.planned("--all", env={"COLUMNS": str(columns)}).stdout
                lines = [line for line in text.splitlines()
                         if "IN TXT" not in line and "mx: " not in line]
                self.assertLessEqual(max(map(len, lines)), columns)

    def test_colour_and_progress_on_a_terminal(self):
        for variables, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
            with self.subTest(variables):
                text = on_terminal(["check", *NOWHERE, "a.example", "b.example"], variables)
                self.assertEqual("\x1b[36m" in text, coloured)
                self.assertIn("2/2 ", text)

    def test_progress_in_a_log(self):
        done = check("--progress", *NOWHERE, "a.example", "b.example")
        self.assertEqual([line.split()[0] for line in done.stderr.splitlines()], ["1/2", "2/2"])


def on_terminal(words, variables):
    """All that the command writes to a terminal that is 80 columns wide."""
    process, terminal = pty.fork()
    if process == 0:
        os.execve(STRICTMX, [STRICTMX, *words], {"TERM": "xterm", **variables})
    text = b""
    try:
        while piece := os.read(terminal, 65536):
            text += piece
    except OSError:  # the other end is closed
        pass
    os.close(terminal)
    os.waitpid(process, 0)
    return text.decode("utf-8", "replace")


class Catalogue(unittest.TestCase):
    def test_the_page_is_what_the_program_says(self):
        page = check("--catalogue")
        self.assertEqual((page.returncode, page.stderr), (0, ""))
        if os.environ.get("UPDATE_GOLDEN"):
            CATALOGUE.write_text(page.stdout, encoding="utf-8")
        self.assertEqual(CATALOGUE.read_text(encoding="utf-8"), page.stdout)

    def test_every_finding_can_be_explained(self):
        ids = re.findall(r"^### (\S+)$", check("--catalogue").stdout, re.MULTILINE)
        self.assertEqual(len(set(ids)), len(ids))
        for name in ids[::20]:
            with self.subTest(name):
                done = check("--explain", name)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertTrue(done.stdout.startswith(name + "\n"))
                self.assertIn("\nfix ", done.stdout)

    def test_an_unknown_id_has_neighbours(self):
        done = check("--explain", "mx-cert-expird")
        self.assertEqual((done.returncode, done.stdout), (64, ""))
        self.assertIn("mx-cert-expired", done.stderr)
        self.assertTrue(check("--explain", "\x1b[31m").stderr.isprintable
                        and "\x1b" not in check("--explain", "\x1b[31m").stderr)


if __name__ == "__main__":
    unittest.main()
