"""Black-box tests of `strictmx policy`: the commands, one after the other, on one store."""

import json
import pathlib
import tempfile
import unittest

from test_cli import run


def line(domain, mode="enforce", fetched_at="2026-11-24T06:00:00Z", policy_id="1",
         max_age=31557600):
    body = f"version: STSv1\r\nmode: {mode}\r\nmx: mx.{domain}\r\nmax_age: {max_age}\r\n"
    return json.dumps({"domain": domain, "id": policy_id, "mode": mode, "mx": [f"mx.{domain}"],
                       "max_age": max_age, "fetched_at": fetched_at, "body": body},
                      separators=(",", ":")) + "\n"


LIST = (line("a.example") + line("b.example", "testing")
        + line("c.example", fetched_at="2020-01-01T00:00:00Z"))


class Policy(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.state = self.folder / "state"
        self.assertEqual(self.policy("import", "-", stdin=LIST),
                         (0, "3 imported, 0 not newer than the stored, 0 refused\n", ""))

    def policy(self, action, *words, stdin="", state=None):
        result = run("policy", action, *words, "--state", str(state or self.state),
                     stdin=stdin.encode())
        return result.returncode, result.stdout.decode(), result.stderr.decode()

    def damage(self):
        database = self.state / "policies.sqlite"
        octets = database.read_bytes()
        database.write_bytes(octets.replace(b"mx: mx.b.example", b"mx: mx.x.example"))

    def test_list(self):
        self.assertEqual(self.policy("list"), (0, (
            "a.example enforce until 2027-11-24T12:00:00Z\n"
            "b.example testing until 2027-11-24T12:00:00Z\n"
            "c.example enforce expired 2020-12-31T06:00:00Z\n"), ""))
        self.assertEqual(self.policy("list", "--expired")[1],
                         "c.example enforce expired 2020-12-31T06:00:00Z\n")
        code, text, _ = self.policy("list", "--mode", "testing", "--json")
        self.assertEqual((code, json.loads(text)), (0, {"policies": [{
            "domain": "b.example", "id": "1", "mode": "testing", "max_age": 31557600,
            "mx": ["mx.b.example"], "fetched_at": "2026-11-24T06:00:00Z",
            "expires_at": "2027-11-24T12:00:00Z", "expired": False, "pinned": False}]}))
        self.assertEqual(self.policy("list", "--mode", "none"), (1, "", ""))

    def test_show(self):
        self.assertEqual(self.policy("show", "A.example."), (0, (
            "domain: a.example\nid: 1\nfetched: 2026-11-24T06:00:00Z\n"
            "applies until: 2027-11-24T12:00:00Z\nbody:\n  version: STSv1\n  mode: enforce\n"
            "  mx: mx.a.example\n  max_age: 31557600\n"), ""))
        shown = json.loads(self.policy("show", "c.example", "--json")[1])
        self.assertEqual((shown["domain"], shown["expired"]), ("c.example", True))
        self.assertIn("mx: mx.c.example\r\n", shown["body"])
        code, text, error = self.policy("show", "d.example")
        self.assertEqual((code, text), (1, ""))
        self.assertIn("d.example", error)

    def test_stats(self):
        self.assertEqual(json.loads(self.policy("stats", "--json")[1]), {
            "policies": 3, "enforce": 1, "testing": 1, "none": 0, "expired": 1, "unreadable": 0,
            "oldest_fetch": "2020-01-01T00:00:00Z", "newest_fetch": "2026-11-24T06:00:00Z"})
        self.assertIn("policies: 3\n", self.policy("stats")[1])

    def test_export_is_what_was_imported(self):
        self.assertEqual(self.policy("export"), (0, LIST, ""))
        self.assertEqual(self.policy("export", "-"), (0, LIST, ""))
        file = self.folder / "list"
        self.assertEqual(self.policy("export", str(file)), (0, "", ""))
        self.assertEqual(file.read_text(encoding="utf-8"), LIST)
        self.assertEqual(self.policy("import", str(file), state=self.folder / "other")[0], 0)
        self.assertEqual(self.policy("export", state=self.folder / "other")[1], LIST)
        self.assertEqual(self.policy("export", "/nonexistent/list")[0], 75)

    def test_import_keeps_what_is_newer_and_names_bad_lines(self):
        file = self.folder / "list"
        file.write_text(
            line("a.example", fetched_at="2026-11-23T06:00:00Z", policy_id="older")
            + line("b.example", fetched_at="2026-11-24T06:00:01Z", policy_id="newer")
            + "{}\n" + line("d.example").replace("STSv1", "STSv2") + line("e.example"),
            encoding="utf-8")
        code, text, error = self.policy("import", str(file))
        self.assertEqual((code, text), (1, "2 imported, 1 not newer than the stored, 2 refused\n"))
        self.assertEqual(error.splitlines()[0], f"{file}:3: domain: is missing")
        self.assertTrue(error.splitlines()[1].startswith(f"{file}:4: body: "))
        rows = map(json.loads, self.policy("export")[1].splitlines())
        self.assertEqual([(row["domain"], row["id"]) for row in rows],
                         [("a.example", "1"), ("b.example", "newer"), ("c.example", "1"),
                          ("e.example", "1")])

    def test_verify_and_backup(self):
        self.assertEqual(self.policy("verify"), (0, "3 rows intact, 0 problems\n", ""))
        copy = self.folder / "copy" / "policies.sqlite"
        copy.parent.mkdir()
        self.assertEqual(self.policy("backup", str(copy)), (0, f"{copy}: 3 rows\n", ""))
        self.assertEqual(self.policy("export", state=copy.parent)[1], LIST)
        self.damage()
        self.assertEqual(self.policy("verify"), (1, "2 rows intact, 1 problems\n",
                                                 "row of b.example: the checksum is wrong\n"))
        self.assertEqual(self.policy("backup", str(copy))[0], 1)
        self.assertEqual(self.policy("export", state=copy.parent)[1], LIST)
        self.assertEqual(self.policy("export")[0], 1)

    def test_a_daemon_reads_its_preload_list(self):
        preload = self.folder / "preload"
        preload.write_text(line("p.example") + "{}\n", encoding="utf-8")
        config = self.folder / "c.toml"
        config.write_text(f'policy.preload = "{preload}"\n', encoding="utf-8")
        # The endpoint that cannot be had ends the daemon when it has read all.
        call = ["serve", "--config", str(config), "--state", str(self.state), "--http", "",
                "--listen", "unix:/nonexistent/s", "--dns", "127.0.0.1@9",
                "--dns-trust-anchor", "none"]
        result = run(*call)
        text = result.stderr.decode()
        self.assertEqual(result.returncode, 75)
        self.assertIn("preload_loaded used=1 expired=0 refused=1", text)
        self.assertIn(f'preload_line_refused why="{preload}:2: domain: is missing"', text)
        preload.unlink()
        result = run(*call)
        self.assertEqual(result.returncode, 75)
        self.assertIn(f"policy.preload: {preload}: cannot be read", result.stderr.decode())

    def test_without_a_store_nothing_is_made(self):
        for call in [("list",), ("show", "a.example"), ("stats",), ("export",), ("verify",),
                     ("backup", str(self.folder / "b"))]:
            with self.subTest(call):
                code, text, error = self.policy(*call, state=self.folder / "none")
                self.assertEqual((code, text), (1, ""))
                self.assertIn("there is no such file", error)
        self.assertFalse((self.folder / "none").exists())
        self.assertFalse((self.folder / "b").exists())


if __name__ == "__main__":
    unittest.main()
