"""Splits C++ source into code, comments and string literals, line by line.

Good enough for clang-formatted sources; it is no parser. Raw strings, character literals and digit
separators are known.
"""
import re
from typing import NamedTuple

TOKEN = re.compile(
    r"""(?P<line>//[^\n]*)
      | (?P<block>/\*.*?\*/)
      | (?P<raw>R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)")
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<number>\b\d[\w'.]*)
      | (?P<char>'(?:\\.|[^'\\\n])+')""", re.VERBOSE | re.DOTALL)
TYPE = re.compile(r"\b(class|struct|union|enum)\b[^()]*$")
# A parameter list, perhaps followed by specifiers, a return type or constructor initialisers.
FUNCTION = re.compile(r"\)[^;=]*$|\boperator\b.*$", re.DOTALL)


class CppText(NamedTuple):
    code: list      # per line: comments and the insides of literals are blanks
    comments: list  # per line: the text of comments, without the slashes
    strings: list   # per line: the literals


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def split(text):
    kept = {"code": [], "comments": [], "strings": []}
    at = 0

    def put(kind, piece):
        for name, pieces in kept.items():
            pieces.append(piece if name == kind else blank(piece))

    for token in TOKEN.finditer(text):
        put("code", text[at:token.start()])
        at = token.end()
        piece = token.group()
        if token.lastgroup == "number":
            put("code", piece)
        elif token.group("line") or token.group("block"):
            put("comments", re.sub(r"^//|^/\*|\*/$", lambda m: " " * len(m.group()), piece))
        else:
            put("strings", piece)
    put("code", text[at:])
    return CppText(*("".join(pieces).split("\n") for pieces in kept.values()))


class Function(NamedTuple):
    name: str
    first: int
    last: int

    def lines(self):
        return self.last - self.first + 1


def name_of(head):
    found = re.search(r"([~\w:]+|operator\s*\S+?)\s*\(", head)
    return found.group(1) if found else "function"


def kind_of(head):
    if "namespace" in head or re.search(r'extern\s*$', head):
        return "namespace"
    if TYPE.search(head):
        return "type"
    if FUNCTION.search(head) and not re.search(r"[^=!<>]=[^=]", head.split("(")[0]):
        return "function"
    return "other"


def functions_of(code):
    """Functions at namespace or class level; `code` has neither comments nor literals."""
    stack = []       # (kind, name, first line)
    head, head_line = "", 0
    for number, line in enumerate(code, 1):
        if line.lstrip().startswith("#"):
            continue
        for char in line + "\n":
            if char == "{":
                outside = all(kind in ("namespace", "type") for kind, _, _ in stack)
                # clang-format puts a blank before bodies and none before initialisers.
                kind = kind_of(head) if outside and head[-1:].isspace() else "other"
                stack.append((kind, name_of(head), head_line or number))
                if kind != "other" or not outside:
                    head, head_line = "", 0
            elif char == "}":
                if not stack:
                    return
                kind, name, first = stack.pop()
                if kind == "function":
                    yield Function(name, first, number)
                if kind != "other":
                    head, head_line = "", 0
            elif char == ";":
                head, head_line = "", 0
            else:
                if not char.isspace() and not head_line:
                    head_line = number
                head += char
