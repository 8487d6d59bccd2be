"""A shell on the sending host, with the lab's commands at hand."""
import os
import shlex
import subprocess
import sys

from . import names

WELCOME = """
You are on the sending host. The lab ends when this shell does.
  ask good.test                what strictmx tells Postfix (postmap -q)
  send good.test               a mail, and Postfix's verdict
  send good.test without       the same, strictmx not asked
  attack strip=mx1.good.test   also redirect=MX forge_mx=DOMAIN hide_txt=DOMAIN policy_host=silent
  attack                       ends all attacks
  digs good.test MX            the sender's own resolver; signed: dane.sec, danebad.sec, bogus.sec
  logs                         shows the folder of the logs
  queue                        Postfix's queue
"""


def _commands(run_dir):
    console = shlex.join([sys.executable, "-B", "-m", "lab.console", str(run_dir)])
    chroot = shlex.join(["chroot", str(run_dir / "root")])
    return (
        "\n".join(
            [
                f"export PYTHONPATH={shlex.quote(str(names.LAB_DIR))}",
                "PS1='lab sender \\w # '",
                *(f'{name}() {{ {console} {name} "$@"; }}' for name in ("ask", "send", "attack")),
                f'digs() {{ {chroot} kdig @127.0.0.1 +dnssec "$@"; }}',
                f"queue() {{ {chroot} postqueue -c /lab/postfix -p; }}",
                f"logs() {{ ls -l {shlex.quote(str(run_dir / 'logs'))}/*; }}",
            ]
        )
        + "\n"
    )


def open_in(world):
    """Returns when the shell ends. Without a terminal it reads its commands from standard input."""
    run_dir = world.box.run_dir
    script = run_dir / "shellrc"
    script.write_text(_commands(run_dir), encoding="utf-8")
    interactive = sys.stdin.isatty()
    if interactive:
        print(WELCOME)
    command = [
        "nsenter",
        f"--net=/run/netns/{names.SENDER}",
        "bash",
        *(["--rcfile", str(script), "-i"] if interactive else ["-s"]),
    ]
    subprocess.run(command, check=False, cwd=run_dir, env={**os.environ, "BASH_ENV": str(script)})


def main(packages, run_dir):
    from . import session  # here, because `runner` uses both

    open_in(session.bring_up(packages, run_dir))
    return 0


if __name__ == "__main__":
    from . import session

    session.leave(main, *sys.argv[1:3])
