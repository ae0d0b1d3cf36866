"""What costs seconds and depends on installed versions only: the chart library and the specs.

Both are made by a process of their own while the store is read, and kept in the user's cache
folder (docs/decisions/0008-cache-of-the-chart-library.md), so only the first build waits for them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Self

from runsite.errors import BuildError

__all__ = ["Preparation", "find_cache_folder", "find_template_cache", "make_library", "make_specs"]

LIBRARY = "library"
SPECS = "specs"
_SOURCES = {LIBRARY: ("vl-convert-python",), SPECS: ("altair",)}


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


def make_specs() -> str:
    """Make every chart's spec, as one JSON object: name → spec."""
    from runsite.charts import make_chart_specs

    members = ",".join(f"{json.dumps(spec.name)}:{spec.json}" for spec in make_chart_specs())
    return f"{{{members}}}"


class Preparation:
    """Starts making what is missing when constructed; one build owns it.

    Use it as a context manager: leaving ends a process that nobody waited for.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._folder = self._choose_folder(folder or find_cache_folder())
        self._running = {
            name: _start(name, path)
            for name in _SOURCES
            if not (path := self._folder / f"{name}-{_find_key(name)}").is_file()
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.kill()
            process.communicate()
        if self._scratch:
            self._scratch.cleanup()

    def read_library(self) -> str:
        """Wait for the chart library and return it."""
        return self._read(LIBRARY)

    def read_specs(self) -> str:
        """Wait for the specs and return them: a JSON object, name → spec."""
        return self._read(SPECS)

    def _read(self, name: str) -> str:
        process = self._running.pop(name, None)
        if process is not None:
            _, complaint = process.communicate()
            if process.returncode:
                last = complaint.decode(errors="replace").strip().splitlines()[-1:]
                raise BuildError(
                    f"the charts' {name} cannot be made: {''.join(last)}",
                    hint="pip install --force-reinstall altair vl-convert-python",
                )
        return (self._folder / f"{name}-{_find_key(name)}").read_text(encoding="utf-8")

    def _choose_folder(self, wanted: Path) -> Path:
        with contextlib.suppress(OSError):
            wanted.mkdir(parents=True, exist_ok=True)
        if os.access(wanted, os.W_OK):
            return wanted
        self._scratch = tempfile.TemporaryDirectory(prefix="runsite-")
        return Path(self._scratch.name)


def _find_key(name: str) -> str:
    digest = hashlib.sha256()
    for library in _SOURCES[name]:
        digest.update(f"{library} {version(library)}\n".encode())
    charts = Path(__file__).resolve().parents[1] / "charts"
    for path in (Path(__file__), *sorted(charts.glob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def _start(name: str, path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - this interpreter and this module, no shell
        [sys.executable, "-P", "-m", "runsite.build.prepare", name, str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _main(name: str, path: str) -> None:
    text = make_library() if name == LIBRARY else make_specs()
    temporary = f"{path}.{os.getpid()}"
    Path(temporary).write_text(text, encoding="utf-8", newline="\n")
    os.replace(temporary, path)


if __name__ == "__main__":
    _main(*sys.argv[1:3])
