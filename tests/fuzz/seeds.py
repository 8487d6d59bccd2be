"""Writes the inputs of a table in tests/vectors to a folder, one file each.

usage: seeds.py TABLE FOLDER
"""
import pathlib
import re
import sys

ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\\": b"\\"}


def unescape(text):
    return re.sub(
        rb"\\(?:x([0-9a-f]{2})|([nrt\\]))",
        lambda m: bytes([int(m[1], 16)]) if m[1] else ESCAPES[m[2]],
        text,
    )


def main(table, folder):
    for line in pathlib.Path(table).read_bytes().split(b"\n"):
        if not line or line.startswith(b"#"):
            continue
        name, _, _, text = line.split(b"|", 3)
        path = pathlib.Path(folder) / name.strip().decode()
        path.write_bytes(unescape(text.strip(b" ")))


if __name__ == "__main__":
    main(*sys.argv[1:])
