"""The chart library: what costs a second to make, and depends on installed versions only.

It is made by a process of its own while the rest of the site is, and kept in the user's cache
folder (docs/decisions/0008-cache-of-the-chart-library.md), so only the first build waits for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Self

from runsite.errors import BuildError

__all__ = ["Preparation", "find_cache_folder", "find_template_cache", "make_library"]


def find_cache_folder() -> Path:
    """Return the folder for what can be made again: ``RUNSITE_CACHE_DIR``, or the system's."""
    told = os.environ.get("RUNSITE_CACHE_DIR")
    if told:
        return Path(told)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "runsite" / "cache"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "runsite"


def find_template_cache() -> Path | None:
    """Return the folder that keeps compiled templates; None where none can be written.

    Compiling them is a quarter of what a build costs that changes a single run.
    """
    # What a filter makes of a constant is compiled in, so other filters are another folder.
    filters = Path(__file__).resolve().parents[1] / "render" / "environment.py"
    key = hashlib.sha256(filters.read_bytes() + version("jinja2").encode()).hexdigest()[:24]
    folder = find_cache_folder() / f"templates-{key}"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder if os.access(folder, os.W_OK) else None


def make_library() -> str:
    """Bundle Vega, Vega-Lite and vega-embed into one classic script.

    It is wrapped in a function: by itself it would leave thousands of names on the page. Only
    ``window.vegaEmbed`` is handed out.
    """
    import vl_convert

    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return f'(function () {{\n"use strict";\n{bundle}\n}})();\n'


class Preparation:
    """Starts making the library where it is missing, when constructed; one build owns it.

    Use it as a context manager: leaving ends a process that nobody waited for.

    Attributes:
        key: Tells the library apart from those of other versions, before it is there.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.key = _find_key()
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._path = self._choose_folder(folder or find_cache_folder()) / f"library-{self.key}"
        self._process = None if self._path.is_file() else _start(self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            if self._process.poll() is None:
                self._process.kill()
            self._process.communicate()
        if self._scratch:
            self._scratch.cleanup()

    def read_library(self) -> str:
        """Wait for the chart library and return it.

        Raises:
            BuildError: It cannot be made.
        """
        process, self._process = self._process, None
        if process is not None:
            _, complaint = process.communicate()
            if process.returncode:
                last = complaint.decode(errors="replace").strip().splitlines()[-1:]
                raise BuildError(
                    f"the chart library cannot be made: {''.join(last)}",
                    hint="pip install --force-reinstall vl-convert-python",
                )
        return self._path.read_text(encoding="utf-8")

    def _choose_folder(self, wanted: Path) -> Path:
        with contextlib.suppress(OSError):
            wanted.mkdir(parents=True, exist_ok=True)
        if os.access(wanted, os.W_OK):
            return wanted
        self._scratch = tempfile.TemporaryDirectory(prefix="runsite-")
        return Path(self._scratch.name)


def _find_key() -> str:
    digest = hashlib.sha256(f"{version('vl-convert-python')}\n".encode())
    digest.update(Path(__file__).read_bytes())
    return digest.hexdigest()[:24]


def _start(path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - this interpreter and this module, no shell
        [sys.executable, "-P", "-m", "runsite.build.prepare", str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _main(path: str) -> None:
    temporary = f"{path}.{os.getpid()}"
    Path(temporary).write_text(make_library(), encoding="utf-8", newline="\n")
    os.replace(temporary, path)


if __name__ == "__main__":
    _main(sys.argv[1])
