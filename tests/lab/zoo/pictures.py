"""A picture of the HTML report, taken with headless Chromium (packaging/screenshot.packages)."""
import os
import subprocess
import tempfile
from pathlib import Path

SHOWN = "differs.test"
SIZE = (1000, 1240)
SECONDS = 60


def _chromium(page, picture):
    # Root in a namespace of its own: there is no sandbox to be had, and nothing is loaded.
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         "--force-color-profile=srgb", f"--window-size={SIZE[0]},{SIZE[1]}",
         f"--user-data-dir={page.parent}/profile", f"--screenshot={picture}", page.as_uri()],
        check=True, capture_output=True, text=True, timeout=SECONDS,
        env={**os.environ, "HOME": str(page.parent)})


def take(check, picture):
    """Returns the exit code."""
    done = check.run("--html", SHOWN, timeout=60)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        page.write_text(done.stdout, encoding="utf-8")
        _chromium(page, Path(picture).resolve())
    print(f"{picture}: {Path(picture).stat().st_size} octets")
    return 0
