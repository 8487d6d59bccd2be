"""The units of systemd: how much they may do, and that they fit each other and the program."""

import pathlib
import re
import shutil
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNITS = ROOT / "packaging" / "systemd"
MAX_EXPOSURE = 1.5  # systemd's own measure; 10 is a unit without any of it


class Exposure(unittest.TestCase):
    def measure(self, unit):
        result = subprocess.run(
            ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(unit)],
            capture_output=True, text=True, check=False)
        found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", result.stdout)
        self.assertTrue(found, result.stdout + result.stderr)
        return float(found[1])

    @unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd-analyze")
    def test_at_most(self):
        self.assertLessEqual(self.measure(UNITS / "strictmx.service"), MAX_EXPOSURE)


def read(unit):
    """Values by key; a key may come several times."""
    values = {}
    for line in unit.read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            values.setdefault(key, []).append(value)
    return values


class Units(unittest.TestCase):
    def test_each_socket_is_for_the_service_and_has_a_name_of_its_own(self):
        names = []
        for unit in UNITS.glob("*.socket"):
            values = read(unit)
            self.assertEqual(values["Service"], ["strictmx.service"], unit)
            streams = values.get("ListenStream", []) + values.get("ListenDatagram", [])
            self.assertEqual(len(streams), 1, unit)
            names += values["FileDescriptorName"]
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual(set(names), {"policy", "line", "api", "http", "tlsrpt"})

    def test_sockets_of_defaults_are_where_the_program_looks(self):
        keys = (ROOT / "tests/cli/golden/config-defaults.txt").read_text(encoding="utf-8")
        listen = re.search(r'^listen = \["inet:(.*)"\]$', keys, re.M)[1]
        http = re.search(r'^http = "(.*)"$', keys, re.M)[1]
        self.assertEqual(read(UNITS / "strictmx.socket")["ListenStream"], [listen])
        self.assertEqual(read(UNITS / "strictmx-http.socket")["ListenStream"], [http])

    def test_the_package_ships_what_is_there(self):
        install = (ROOT / "debian/strictmx.install").read_text(encoding="utf-8")
        for line in install.splitlines():
            pattern = line.split()[0]
            if not pattern.startswith("debian/made/"):
                self.assertTrue(list(ROOT.glob(pattern)), pattern)


if __name__ == "__main__":
    unittest.main()
