"""`strictmx check-local` on the configuration that an MTA of the lab runs with: it sees the
MTA's own folder as the machine, with the MTA's programs running there."""
import json
import os
from dataclasses import dataclass, field

from . import names, strictmx

CONFIG = f"""listen = ["inet:127.0.0.1:{names.SOCKETMAP_PORT}"]
listen_line = ["unix:{names.LINE_SOCKET}"]
"""


@dataclass(frozen=True)
class Local:
    """What is particular to one kind of MTA."""

    kind: str  # its name for check-local
    programs: dict  # name to path in the MTA's folder
    files: dict = field(default_factory=dict)  # name below /tmp, to which a link leads, to content


def look(box, space, name, local):
    """The ids that check-local finds, "good" where it finds nothing."""
    programs = box.folder(f"{name}/bin")
    for program, path in local.programs.items():
        script = programs / program
        command = " ".join(box.chroot(path))
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    for file, text in local.files.items():
        (box.root / "tmp" / file).write_text(text, encoding="utf-8")
    config = box.folder(name) / "strictmx.toml"
    config.write_text(CONFIG, encoding="utf-8")
    done = space.run(
        strictmx.binary(),
        "check-local",
        local.kind,
        "--root",
        box.root,
        "--config",
        config,
        "--json",
        env=dict(os.environ, PATH=f"{programs}:{os.environ['PATH']}"),
        check=False,
    )
    ids = [finding["id"] for finding in json.loads(done.stdout)["findings"]]
    return " ".join(ids) or "good"
