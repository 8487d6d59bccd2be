"""What all checks of our own rules share: files, findings, command line and self-test.

A check is a function from the root folder to a list of findings. Its cases are small source trees
with the findings they must give; --self-test runs them, so that a check which can no longer fail
is noticed.
"""
import argparse
import pathlib
import sys
import tempfile
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Finding(NamedTuple):
    path: str
    line: int
    rule: str
    message: str
    soft: bool = False  # shown with -v only and no failure

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


class Case(NamedTuple):
    name: str
    files: dict     # path -> text
    expected: list  # "path:line: rule" in the order found; soft findings are left out


def files_of(root, folders, suffixes):
    """(path relative to root, text) of all files below the folders, sorted."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts:
                yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def self_test(check, cases):
    failures = 0
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in case.files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            found = [f"{f.path}:{f.line}: {f.rule}" for f in check(root) if not f.soft]
        if found != case.expected:
            failures += 1
            print(f"self-test {case.name}: expected {case.expected}, found {found}")
    print(f"{len(cases) - failures} of {len(cases)} self-tests passed")
    return 1 if failures or not cases else 0


def report(findings, verbose):
    hard = [finding for finding in findings if not finding.soft]
    for finding in findings if verbose else hard:
        print(finding)
    return 1 if hard else 0


def main(description, check, cases):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--root", type=pathlib.Path, default=ROOT)
    parser.add_argument("--self-test", action="store_true", help="check the check")
    parser.add_argument("-v", "--verbose", action="store_true", help="soft limits as well")
    arguments = parser.parse_args()
    if arguments.self_test:
        sys.exit(self_test(check, cases))
    sys.exit(report(check(arguments.root.resolve()), arguments.verbose))
