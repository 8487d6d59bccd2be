"""Manual pages and completions: every command and option is in them, and shells can use them."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
STRICTMX = os.environ.get("STRICTMX", str(ROOT / "build/strictmx"))


def help_of(path):
    return subprocess.run([STRICTMX, *path, "--help"], check=True, capture_output=True,
                          text=True).stdout


def children_of(text):
    _, _, section = text.partition("\nSubcommands:\n")
    return re.findall(r"^  (\S+)", section, re.M)


def options_of(text):
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z0-9-]*", re.sub(r"^    +.*", "", "\n".join(
        line[:34] for line in text.split("\n") if line.startswith("  -")), flags=re.M)))


class Made(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.out = pathlib.Path(cls.folder.name)
        subprocess.run([ROOT / "tools/manuals", "--strictmx", STRICTMX, "--out", cls.out],
                       check=True)
        cls.commands = {}
        waiting = [()]
        while waiting:
            path = waiting.pop()
            cls.commands[path] = help_of(path)
            waiting += [(*path, child) for child in children_of(cls.commands[path])]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def page(self, name):
        return (self.out / "man" / name).read_text(encoding="utf-8").replace("\\-", "-")

    def test_a_page_for_each_command_with_all_its_options(self):
        self.assertGreater(len(self.commands), 30)
        for path, text in self.commands.items():
            page = self.page("-".join(["strictmx", *path[:1]]) + ".1")
            if not children_of(text):
                for option in options_of(text):
                    self.assertIn(f"\\fB{option}\\fR", page, path)

    def test_each_key_is_in_its_page(self):
        page = self.page("strictmx.toml.5")
        defaults = subprocess.run([STRICTMX, "config", "--defaults"], check=True,
                                  capture_output=True, text=True).stdout
        keys = re.findall(r"^[a-z_]+ = .*", defaults, re.M)
        self.assertGreater(len(keys), 30)
        for key in keys:
            self.assertIn(key.replace("\\", "\\e"), page)

    @unittest.skipUnless(shutil.which("groff"), "there is no groff")
    def test_groff_warns_of_nothing(self):
        for page in sorted((self.out / "man").iterdir()):
            result = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", page],
                                    capture_output=True, text=True, check=True)
            self.assertEqual(result.stderr, "", page)

    def complete(self, *words):
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _strictmx; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        result = subprocess.run(["bash", "-c", script, "bash", self.out / "bash/strictmx", *words],
                                check=True, capture_output=True, text=True)
        self.assertEqual(result.stderr, "")
        return set(result.stdout.split())

    def test_bash_completes_all_of_it(self):
        for path, text in self.commands.items():
            self.assertEqual(self.complete("strictmx", *path, "--") - {""},
                             {name for name in options_of(text) if name.startswith("--")}, path)
            children = set(children_of(text))
            if children:
                self.assertLessEqual(children, self.complete("strictmx", *path, ""), path)

    def test_bash_completes_files_where_files_go(self):
        file = str(self.out / "bash" / "strict")
        for words in (["check-config"], ["query", "--config"], ["policy", "import"]):
            self.assertIn(file + "mx", self.complete("strictmx", *words, file))
        self.assertEqual(self.complete("strictmx", "query", "--dns", file), set())

    def test_zsh_has_all_of_it(self):
        text = (self.out / "zsh/_strictmx").read_text(encoding="utf-8")
        for path, shown in self.commands.items():
            name = "_".join(["_strictmx", *path]).replace("-", "_")
            body = text[text.index(f"\n{name}() {{"):].split("\n}\n")[0]
            for option in options_of(shown):
                self.assertIn(f"'{option}[", body)
            for child in children_of(shown):
                self.assertIn(f"'{child}:", body)

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
    def test_zsh_takes_it(self):
        subprocess.run(["zsh", "-n", self.out / "zsh/_strictmx"], check=True)


if __name__ == "__main__":
    unittest.main()
