"""What `run`, `demo` and `shell` share: the way from the command line into a world that is up."""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import isolate, names, plan, rootfs, strictmx, waiting, world


def _run_dir():
    names.BUILD_DIR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=names.BUILD_DIR))
    folder.chmod(0o755)
    return folder


def enter(module, arguments):
    """Outside: prepares the programs, runs `module` as process 1 of a lab, returns the exit code.

    The run's folder with its logs is removed when all went well.
    """
    isolate.require_host()
    if not strictmx.binary().exists():
        sys.exit(f"lab: no {strictmx.binary()}: `make build`, or name another one in STRICTMX")
    try:
        packages = rootfs.prepare()
    except rootfs.RootError as error:
        sys.exit(f"lab: cannot unpack the lab's programs: {error}")
    run_dir = _run_dir()
    code = 1
    try:
        code = isolate.run_inside(module, [str(packages), str(run_dir), *arguments])
    except SystemExit as stopped:
        code = stopped.code
    finally:
        if code == 1:
            print(f"logs: {run_dir.relative_to(names.REPOSITORY)}/logs")
        else:
            shutil.rmtree(run_dir, ignore_errors=True)
    return code


def bring_up(packages, run_dir, postfix310=None, others=None):
    """Inside: the world, or the end of the program with the reason."""
    try:
        return world.bring_up(plan.load(), Path(packages), Path(run_dir), postfix310, others)
    except (waiting.Timeout, RuntimeError, OSError, subprocess.SubprocessError) as error:
        detail = (getattr(error, "stderr", None) or "").strip()
        print(f"lab: the world did not come up: {error} {detail}".rstrip(), file=sys.stderr)
        sys.exit(1)


def leave(function, *arguments):
    """Inside: ends process 1, and so the lab, with the code that `function` returns."""
    try:
        sys.exit(function(*arguments))
    except KeyboardInterrupt:
        print("lab: interrupted", file=sys.stderr)
        sys.exit(130)
