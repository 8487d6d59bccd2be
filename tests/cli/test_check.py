"""Black-box tests of `strictmx check`, without a network: what is planned, and wrong calls.

Run: STRICTMX=build/strictmx python3 -B -m unittest discover -s tests/cli
What is seen of real servers is the business of tests/lab/check_zoo.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
STRICTMX = os.environ.get("STRICTMX", str(ROOT / "build" / "strictmx"))

PLAN = """domain = "Example.com"
[mta-sts]
txt = ["v=STSv1; id=20261101;"]
policy_file = "mta-sts.txt"
[tls-rpt]
txt = ["v=TLSRPTv1; rua=mailto:tls@example.com"]
[[mx]]
host = "mx1.example.com"
"""
POLICY = "version: STSv1\nmode: enforce\nmx: mx1.example.com\nmax_age: 1209600\n"
# Nobody answers there.
NOWHERE = ["--dns", "127.0.0.1@1", "--dns-trust-anchor", "none", "--no-smtp", "--timeout", "1s"]


def check(*arguments, stdin="", env=None):
    return subprocess.run([STRICTMX, "check", *map(str, arguments)], input=stdin,
                          capture_output=True, text=True, timeout=60, check=False,
                          env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **(env or {})})


class Plan(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "plan.toml"
        (self.file.parent / "mta-sts.txt").write_text(POLICY, encoding="ascii")

    def facts(self, plan):
        self.file.write_text(plan, encoding="utf-8")
        done = check("--facts", "--local-config", self.file, *NOWHERE)
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.returncode, 0)
        return json.loads(done.stdout)

    def test_what_is_planned_is_not_looked_up(self):
        facts = self.facts(PLAN)
        self.assertEqual(facts["version"], 1)
        self.assertEqual(facts["domain"], "example.com")
        sts = facts["mta_sts"]
        self.assertEqual(sts["txt"]["records"], [["v=STSv1; id=20261101;"]])
        self.assertEqual(sts["policy_host"]["outcome"]["body"], POLICY)
        self.assertEqual(facts["tls_rpt"]["targets"][0]["host"], "example.com")
        self.assertEqual(facts["mail"]["hosts"][0]["name"], "mx1.example.com")

    def test_what_is_not_planned_could_not_be_looked_up(self):
        facts = self.facts('domain = "example.com"\n')
        self.assertIn(facts["mail"]["mx"]["dns"]["status"], ("timeout", "servfail"))
        self.assertIn(facts["mta_sts"]["txt"]["dns"]["status"], ("timeout", "servfail"))
        self.assertEqual(facts["mta_sts"]["policy_host"]["outcome"]["status"], "dns_failure")

    def test_faults_of_a_plan_are_named(self):
        for plan, words in (("domain = 5", "domain: must be a string"),
                            ("x = [", "plan.toml:1: "),
                            (PLAN + "weight = 1", "mx.weight: is not known")):
            with self.subTest(plan):
                self.file.write_text(plan, encoding="utf-8")
                done = check("--local-config", self.file, *NOWHERE)
                self.assertEqual(done.returncode, 64)
                self.assertEqual(done.stdout, "")
                self.assertIn(words, done.stderr)


class Calls(unittest.TestCase):
    def test_wrong_calls(self):
        for call in ([], ["a b"], ["--helo", "a b", "a.example"], ["--smtp-port", "0", "a.example"],
                     ["-f", ""], ["-f", "/nonexistent"], ["--timeout", "0s", "a.example"],
                     ["--json", "--html", "a.example"], ["--from", "pigeon", "a.example"],
                     ["--color=pink", "a.example"], ["--nonsense"]):
            with self.subTest(call):
                done = check(*call)
                self.assertEqual(done.returncode, 64)
                self.assertEqual(done.stdout, "")
                self.assertNotEqual(done.stderr, "")

    def test_domains_from_a_file_in_its_order(self):
        done = check("--facts", "-f", "-", *NOWHERE,
                     stdin="# two of them\nb.example\n\nA.example # the second\r\n")
        self.assertEqual(done.returncode, 0)
        names = [json.loads(line)["domain"] for line in done.stdout.splitlines()]
        self.assertEqual(names, ["b.example", "a.example"])


if __name__ == "__main__":
    unittest.main()
