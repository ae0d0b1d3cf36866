"""Which params matter, measured by a process of its own while the pages are written.

The data shard is named by what it is made from, not by what is found, so that pages need not wait
for it; the same runs are measured once, for the file of the build before stays.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Self

from runsite.errors import BuildError
from runsite.output.writer import SiteWriter
from runsite.queries.columns import RunsTable
from runsite.queries.forest import measure_importance
from runsite.queries.importance import ImportanceInput, choose_importance_input
from runsite.render.shards import render_shard

__all__ = ["ImportanceShop"]

_MISSING = "Which params matter was not measured: scikit-learn was not installed where this site \
was built (pip install scikit-learn)."


@dataclass(slots=True)
class ImportanceShop:
    """Takes orders for the shards of a build and writes them at its end.

    Use it as a context manager: leaving ends a process that nobody waited for. One thread.

    Attributes:
        expected: Whether there will be orders: scikit-learn is then loaded while the store is read.
    """

    expected: bool = False
    _orders: dict[str, tuple[str, ImportanceInput]] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None
    _scratch: tempfile.TemporaryDirectory[str] | None = None
    _asked: bool = False

    def __enter__(self) -> Self:
        if self.expected and _find_version():
            self._process = _start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
        if self._scratch:
            self._scratch.cleanup()

    def order(self, path: str, table: RunsTable) -> str:
        """Order the shard of one experiment; returns the address it will have."""
        chosen = choose_importance_input(table)
        key = _make_key(chosen)
        self._orders[path] = (key, chosen)
        return f"{path}?v={key[:10]}"

    def start(self, writer: SiteWriter) -> None:
        """Keep the shards that stand, write those that need no forest, start on the others."""
        work: dict[str, dict[str, object]] = {}
        library = _find_version()
        for path, (key, chosen) in list(self._orders.items()):
            if writer.keep(path, key=key):
                del self._orders[path]
            elif chosen.problem or not library:
                problem = chosen.problem or _MISSING
                body = _render(chosen, found=[], problem=problem)
                writer.write(path, render_shard(path, body), key=key)
                del self._orders[path]
            else:
                work[path] = {
                    "params": chosen.params,
                    "metrics": chosen.metrics,
                    "columns": {s.name: s.to_list() for s in chosen.frame.get_columns()},
                }
        if not work:
            return
        self._scratch = tempfile.TemporaryDirectory(prefix="runsite-")
        source = Path(self._scratch.name, "input.json")
        # NaN and infinities are JSON to Python on both sides.
        source.write_text(json.dumps(work), encoding="utf-8")
        self._process = self._process or _start()
        if self._process.stdin:
            with contextlib.suppress(OSError):  # `finish` tells what was wrong
                self._process.stdin.write(f"{source}\n".encode())
                self._process.stdin.flush()
        self._asked = True

    def finish(self, writer: SiteWriter) -> None:
        """Wait for the forests and write what they found.

        Raises:
            BuildError: The process failed.
        """
        if not self._process or not self._asked:
            return
        output, complaint = self._process.communicate()
        if self._process.returncode:
            last = complaint.decode(errors="replace").strip().splitlines()[-1:]
            raise BuildError(
                f"the importance of params cannot be measured: {''.join(last)}",
                hint="pip install --force-reinstall scikit-learn",
            )
        for path, found in json.loads(output).items():
            key, chosen = self._orders[path]
            writer.write(path, render_shard(path, _render(chosen, found=found)), key=key)


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "runsite.queries.forest"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _make_key(chosen: ImportanceInput) -> str:
    digest = hashlib.sha256(
        json.dumps(
            [chosen.params, chosen.metrics, chosen.n_finished, chosen.problem, _find_version()]
        ).encode()
    )
    for source in (Path(__file__), Path(measure_importance.__code__.co_filename)):
        digest.update(source.read_bytes())
    if not chosen.problem:
        digest.update(chosen.frame.write_csv().encode())
    return digest.hexdigest()[:32]


def _find_version() -> str:
    with contextlib.suppress(PackageNotFoundError):
        return version("scikit-learn")
    return ""


def _render(chosen: ImportanceInput, *, found: list[dict[str, object]], problem: str = "") -> str:
    body = {"metrics": found, "n_finished": chosen.n_finished, "problem": problem}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()
