"""The terminal report of some domains of the zoo, compared with golden-report.txt.

What differs from run to run, or with the number of domains, is masked.
"""
import difflib
import re
from pathlib import Path

FILE = Path(__file__).resolve().parent / "golden-report.txt"
SHOWN = ("good.test", "cert-expired.test", "uncovered-backup.test")
MASKS = (
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "<time>"),
    (r"\d{4}-\d\d-\d\d", "<day>"),
    (r"\bin \d+\.\d s\b", "in <n> s"),
    (r"\b\d{8}T\d{6}\b", "<id>"),
    (r"\b\d+ days?\b", "<n> days"),
    (r"\b10\.77\.2\.\d+", "<address>"),
    (r"\b[0-9A-Fa-f]{16,}\b", "<hex>"),
)


def mask(text):
    for pattern, word in MASKS:
        text = re.sub(pattern, word, text)
    return text


def faults(check, update):
    text = mask(check.run("--ascii", *SHOWN, timeout=60).stdout)
    if update:
        FILE.write_text(text, encoding="ascii")
    golden = FILE.read_text(encoding="ascii").splitlines()
    yield from difflib.unified_diff(golden, text.splitlines(), "golden", "now", lineterm="", n=1)
