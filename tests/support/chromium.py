"""Where the browser for the tests is, and how to get one.

``python tests/support/chromium.py`` finds a Chromium or installs one: Debian's package where
this user may install packages, else the build that Playwright brings. It says what it did, and
fails only with ``CI=true``, where a missing browser would leave a gap.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["FLAGS", "find_chromium", "install_chromium"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
INSTALL_TIMEOUT_S = 900

FLAGS = (
    "--no-sandbox",  # containers and CI run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",  # containers give /dev/shm 64 MB
)


def find_chromium() -> str | None:
    """Find a browser: ``RUNSITE_CHROMIUM``, the PATH, then Playwright's own."""
    named = os.environ.get("RUNSITE_CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    if MAC.exists():
        return str(MAC)
    return _find_playwright_chromium()


def _find_playwright_chromium() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install_chromium() -> str | None:
    """Install a browser where there is none; return its path, or None where nothing worked."""
    for command in _install_commands():
        print(f"installing a browser: {' '.join(command)}", flush=True)
        try:
            subprocess.run(command, check=True, timeout=INSTALL_TIMEOUT_S)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"  that did not work: {error}", flush=True)
        path = find_chromium()
        if path:
            return path
    return None


def _install_commands() -> list[list[str]]:
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    if shutil.which("apt-get") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return [playwright]
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y"]
    return [
        [*quiet, "update"],
        [*quiet, "install", "--no-install-recommends", "chromium"],
        playwright,
    ]


def _main() -> int:
    path = find_chromium() or install_chromium()
    if path:
        print(f"browser for the tests: {path}")
        return 0
    print(
        "no browser: the browser tests will be skipped.\n"
        "  hint:  install Chromium, or set RUNSITE_CHROMIUM to a browser's path",
        file=sys.stderr,
    )
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(_main())
