"""Collects what is claimed about the standards: requirements, where code names them, which tests
name them, and the notes on deviations and unclear text.
"""
import re
from typing import NamedTuple

import cpp_text
from house_check import files_of

ID = re.compile(r"\b(?:STS|DANE|RPT|PUB)-[A-Z]?\d+\b")
SECTIONS = re.compile(r"RFC (\d+)((?:,? §[\dA-Z][\dA-Z.]*)+)")
NOTE = re.compile(r"(RFC \d+ (?:§[\w.]*\w|eid\d+)(?:, §[\w.]*\w)*), (deviates|unclear): "
                  r"(.+?)(?:\.(?=\s|$)|$)")
SEEN = re.compile(r"\b(Seen): (.+?)(?:\.(?=\s|$)|$)")
DECLARED = re.compile(r"\b(?:class|struct|enum(?: class)?|using) (\w+)|([~\w]+)\s*\(|\b(k[A-Z]\w*)")

# First words of the expectations in tests/vectors.
ACCEPTED = {"ok", "idna", "match", "mx", "host"}
REJECTED = {"none", "several", "malformed", "error", "differ", "badhost", "parent",
            "address_literal", "single_label"}


class Requirement(NamedTuple):
    id: str
    level: str      # M MN S SN MAY; m: said without keyword; -: the RFC is silent
    reference: str  # "RFC 8461 §3.1, §8.2" or "-"
    rule: str


class Place(NamedTuple):
    path: str
    name: str  # of the function or declaration; empty for the head of a file


class Row(NamedTuple):
    """A line of tests/vectors."""
    path: str
    line: int
    ids: list
    expectation: str


class Note(NamedTuple):
    kind: str  # deviates, unclear, Seen
    reference: str
    text: str
    path: str


def sections_of(text):
    """{"8461 3.1", ...} for all references in the text."""
    return {f"{rfc} {section.rstrip('.')}" for rfc, sections in SECTIONS.findall(text)
            for section in re.findall(r"§([\dA-Z][\dA-Z.]*)", sections)}


def read_requirements(root):
    lines = (root / "docs/requirements.tsv").read_text(encoding="utf-8").splitlines()
    return [Requirement(*line.split("\t")) for line in lines[1:] if line]


def is_test(path):
    name = path.rpartition("/")[2]
    return "_test." in name or name.startswith("test_")


def paragraphs_of(comments, code):
    """(first line, text) of comments, whole-line ones joined while they follow each other."""
    text, first = [], 0
    for number, comment in enumerate([*comments, ""], 1):
        alone = number <= len(code) and not code[number - 1].strip()
        if text and not (alone and comment.strip()):
            yield first, " ".join(text)
            text = []
        if comment.strip() and alone:
            first = first if text else number
            text.append(comment.strip())
        elif comment.strip():
            yield number, comment.strip()


def name_at(number, code, functions):
    """The function around the line, or what is declared next."""
    for function in functions:
        if function.first <= number <= function.last:
            return function.name
    for line in code[number - 1:number + 12]:
        if line.lstrip().startswith(("#", "namespace")):
            return ""
        declared = DECLARED.search(line)
        if declared:
            return next(filter(None, declared.groups()))
    return ""


def read_code(root):
    """{id or section: {Place, ...}} and the notes, from src without its tests."""
    places, notes = {}, []
    for path, text in files_of(root, ["src"], {".h", ".cc"}):
        if is_test(path):
            continue
        split = cpp_text.split(text)
        functions = list(cpp_text.functions_of(split.code))
        claims = list(paragraphs_of(split.comments, split.code))
        claims += [(number, line) for number, line in enumerate(split.strings, 1) if line.strip()]
        for number, claim in claims:
            place = Place(path, name_at(number, split.code, functions))
            for key in {*ID.findall(claim), *sections_of(claim)}:
                places.setdefault(key, set()).add(place)
        for _, paragraph in paragraphs_of(split.comments, split.code):
            notes += notes_of(paragraph, path)
    return places, notes


def notes_of(paragraph, path):
    for reference, kind, text in NOTE.findall(paragraph):
        yield Note(kind, reference, close(text), path)
    for kind, text in SEEN.findall(paragraph):
        yield Note(kind, "", close(text), path)


def close(text):
    """Cuts at a parenthesis that the text does not open."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return text[:at]
    return text


def read_vectors(root):
    rows = []
    for path, text in files_of(root, ["tests/vectors"], {".txt"}):
        for number, line in enumerate(text.splitlines(), 1):
            fields = line.split("|", 3)
            if not line.startswith("#") and len(fields) >= 3:
                rows.append(Row(path, number, ID.findall(fields[1]), fields[2].strip()))
    return rows


def read_tests(root):
    """{id: {path: times named}} of all tests but the vectors."""
    tests = {}
    sources = [(path, text) for path, text in files_of(root, ["src"], {".cc", ".h"})
               if is_test(path)]
    sources += [(path, text) for path, text in
                files_of(root, ["tests"], {".cc", ".h", ".txt", ".sh", ".py", ".toml", ".scn", ""})
                if not path.startswith("tests/vectors/")]
    for path, text in sources:
        for name in ID.findall(text):
            counts = tests.setdefault(name, {})
            counts[path] = counts.get(path, 0) + 1
    return tests
