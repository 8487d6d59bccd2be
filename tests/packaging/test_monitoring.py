"""Dashboard, alerts and documentation name metrics that exist, and all of them."""

import json
import pathlib
import re
import shutil
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "packaging/grafana/strictmx.json"
RULES = ROOT / "packaging/prometheus/strictmx.rules.yml"


def names_in(text):
    return set(re.findall(r"\bstrictmx_[a-z_]+", text))


def defined():
    return names_in((ROOT / "src/service/metrics.cc").read_text(encoding="utf-8"))


class Names(unittest.TestCase):
    def test_of_the_rules(self):
        used = names_in(RULES.read_text(encoding="utf-8"))
        self.assertGreater(len(used), 8)
        self.assertEqual(used - defined(), set())

    def test_of_the_dashboard(self):
        self.assertEqual(names_in(DASHBOARD.read_text(encoding="utf-8")), defined())

    def test_of_the_documentation(self):
        told = names_in((ROOT / "docs/operations.md").read_text(encoding="utf-8"))
        self.assertEqual(defined() - told, set())


class Dashboard(unittest.TestCase):
    def setUp(self):
        self.board = json.loads(DASHBOARD.read_text(encoding="utf-8"))

    def test_panels_have_numbers_of_their_own_and_do_not_overlap(self):
        panels = self.board["panels"]
        numbers = [panel["id"] for panel in panels]
        self.assertEqual(len(numbers), len(set(numbers)))
        taken = set()
        for panel in panels:
            at = panel["gridPos"]
            cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
            self.assertLessEqual(at["x"] + at["w"], 24)
            self.assertFalse(cells & taken, panel["title"])
            taken |= cells

    def test_labels_are_those_of_the_program(self):
        labels = {"instance"}
        metrics = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
        for row in re.findall(r"^\| `strictmx_.*\|$", metrics, re.M):
            labels |= set(re.findall(r"`([a-z]+)`", row.split("|")[2]))
        used = set()
        for panel in self.board["panels"]:
            for target in panel.get("targets", []):
                used |= set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
                for by in re.findall(r"by \((\w+)\)", target["expr"]):
                    used.add(by)
        self.assertEqual(used - labels, set())


class Rules(unittest.TestCase):
    @unittest.skipUnless(shutil.which("promtool"), "there is no promtool")
    def test_promtool_takes_them(self):
        subprocess.run(["promtool", "check", "rules", str(RULES)], check=True, capture_output=True)


if __name__ == "__main__":
    unittest.main()
