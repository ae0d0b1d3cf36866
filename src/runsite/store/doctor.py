"""Looking over a whole store: every file read, every digest compared, every leftover named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from runsite.errors import RunsiteError
from runsite.store.files import TEMP_PREFIX
from runsite.store.formats import explain_format
from runsite.store.journal_reading import read_journal
from runsite.store.layout import Layout, is_run_id
from runsite.store.names import PartFile, crc_of_file, list_parts
from runsite.store.parts import read_leaves
from runsite.store.seal import find_journals, is_alive

if TYPE_CHECKING:
    from runsite.store.store import Store

__all__ = ["Finding", "Severity", "Sizes", "examine", "find_leftovers", "hash_file", "measure"]

_UPGRADE = "upgrade runsite; all other files are read without it"
_RESTORE = "restore it from Git or a backup; all other files are read without it"


class Severity(StrEnum):
    """How bad a finding is: data lost or wrong, something to do, or just so."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    Attributes:
        severity: See `Severity`.
        path: The file or folder, relative to the store.
        problem: What is wrong.
        hint: What to do.
    """

    severity: Severity
    path: str
    problem: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of what a store holds."""

    folder: str
    files: int
    size_bytes: int


def examine(store: Store, *, deep: bool = True) -> Iterator[Finding]:
    """Look over a store, and yield what is found as it is found.

    Args:
        store: An open store.
        deep: Read every artifact and compare its digest, instead of only its size.
    """
    layout = store.layout
    unreadable: set[str] = set()
    yield from _check_parts(layout, unreadable)
    yield from _check_uploads(layout)
    yield from _check_journals(layout)
    yield from _check_experiments(layout)
    runs = store.read_runs()
    yield from _check_listed_parts(store, runs, unreadable)
    yield from _check_artifacts(store, runs, deep=deep)
    for path, reason in find_leftovers(store):
        yield Finding(Severity.NOTE, _relative(layout, path), reason, "runsite gc removes it")


def find_leftovers(store: Store) -> list[tuple[Path, str]]:
    """List what nothing needs any more, with the reason.

    These are unfinished files, metric parts that no run lists, artifact folders of unknown runs,
    and leaf parts that a merged part holds as well.
    """
    layout = store.layout
    runs = store.read_runs()
    known = set(runs["run_id"])
    live = {path.name.split(".")[0] for path in find_journals(layout)}
    # What a damaged row belongs to is no leftover: the row may come back from Git.
    bad = {path for path, _ in store.problems}
    damaged = [part for part in list_parts(layout.runs) if part.path in bad]
    live |= {part.run_id for part in damaged}
    row_lost = any(part.is_merged for part in damaged)
    found: list[tuple[Path, str]] = []
    for folder in (layout.runs, layout.metrics, layout.live, layout.experiments, layout.root):
        if folder.is_dir():
            temporary = (p for p in folder.iterdir() if p.name.startswith(TEMP_PREFIX))
            found += [(path, "a file that was never finished") for path in temporary]
    listed = _listed_leaves(runs)
    merged = store.merged_leaves()
    for part in list_parts(layout.metrics):
        if part.leaf in merged[layout.metrics]:
            found.append((part.path, "a part that a merged part holds as well"))
        elif part.leaf and part.leaf not in listed and not row_lost and part.run_id not in live:
            found.append((part.path, "a part that no run lists"))
    for part in list_parts(layout.runs):
        if part.leaf in merged[layout.runs]:
            found.append((part.path, "a part that a merged part holds as well"))
    if layout.artifacts.is_dir() and not row_lost:
        # Only what is named like a run's folder: a link in a hostile checkout may lead anywhere.
        runs_there = (p for p in layout.artifacts.iterdir() if is_run_id(p.name))
        strangers = (p for p in runs_there if p.name not in known | live)
        found += [(path, "artifacts of a run that is not in the store") for path in strangers]
    return sorted(found)


def measure(layout: Layout) -> list[Sizes]:
    """Measure each folder of a store: number of files and bytes."""
    sizes = []
    for folder in (layout.runs, layout.metrics, layout.experiments, layout.artifacts, layout.live):
        files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
        sizes.append(Sizes(folder.name, len(files), sum(path.stat().st_size for path in files)))
    return sizes


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hex digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_parts(layout: Layout, unreadable: set[str]) -> Iterator[Finding]:
    """Check the tables' files; the leaves of those that cannot be read go into `unreadable`."""
    for folder in (layout.runs, layout.metrics):
        layout.refresh(folder)
        for part in list_parts(folder):
            problem, hint = _check_part(part)
            if problem:
                unreadable |= _leaves_of(part)
                yield Finding(Severity.ERROR, _relative(layout, part.path), problem, hint)


def _leaves_of(part: PartFile) -> frozenset[str]:
    if not part.is_merged:
        return frozenset({part.leaf})
    try:
        return read_leaves(part.path)
    except (OSError, pa.ArrowException, UnicodeDecodeError):
        return frozenset()


def _check_part(part: PartFile) -> tuple[str, str]:
    """Tell what is wrong with a part, and what to do about it; two empty texts where nothing is."""
    path = part.path
    try:
        if part.crc is not None and crc_of_file(path) != part.crc:
            return "is damaged: its content does not have the checksum in its name", _RESTORE
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            metadata = file.metadata.metadata or {}
            for group in range(file.num_row_groups):
                file.read_row_group(group)
    except FileNotFoundError:
        return "", ""
    except (OSError, pa.ArrowException) as error:
        return f"cannot be read as Parquet: {str(error).splitlines()[0][:200]}", _RESTORE
    texts = {
        key.decode("utf-8", "replace"): v.decode("utf-8", "replace") for key, v in metadata.items()
    }
    return explain_format(texts), _UPGRADE


def _check_uploads(layout: Layout) -> Iterator[Finding]:
    waiting = [name for name, _ in layout.mirror.find_waiting()] if layout.mirror else []
    if waiting:
        problem = f"and {len(waiting) - 1} more: on this machine only, not uploaded yet"
        problem = problem if len(waiting) > 1 else "on this machine only, not uploaded yet"
        yield Finding(Severity.WARNING, waiting[0], problem, "runsite seal uploads it")


def _check_journals(layout: Layout) -> Iterator[Finding]:
    for path in find_journals(layout):
        name = _relative(layout, path)
        try:
            contents = read_journal(path, salvage=True)
        except FileNotFoundError:
            continue
        except (RunsiteError, OSError) as error:
            problem = error.problem if isinstance(error, RunsiteError) else str(error)
            yield Finding(Severity.ERROR, name, problem, "move it away once nothing needs it")
            continue
        if contents.damage:
            yield Finding(
                Severity.ERROR,
                name,
                f"damaged at offset {contents.damage[0]}, {len(contents.damage)} bad slot(s)",
                "runsite seal --salvage keeps all that is readable",
            )
        elif not is_alive(contents):
            torn = f"; its last {contents.torn_bytes} bytes are no whole record" * bool(
                contents.torn_bytes
            )
            yield Finding(
                Severity.WARNING,
                name,
                f"the process that wrote this run is gone{torn}",
                "runsite seal makes it an interrupted run",
            )


def _check_experiments(layout: Layout) -> Iterator[Finding]:
    if not layout.experiments.is_dir():
        return
    for path in sorted(layout.experiments.glob("*.json")):
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            sound = isinstance(values, dict) and "name" in values
        except (OSError, ValueError, RecursionError):
            sound = False
        if not sound:
            hint = "restore it from Git; the experiment's runs are there all the same"
            yield Finding(Severity.ERROR, _relative(layout, path), "cannot be read", hint)


def _check_listed_parts(
    store: Store, runs: pl.DataFrame, unreadable: set[str]
) -> Iterator[Finding]:
    layout = store.layout
    live = {path.name.removesuffix(".journal") for path in find_journals(layout)}
    there = {part.leaf for part in list_parts(layout.metrics)}
    there |= store.merged_leaves()[layout.metrics] | live | unreadable
    for leaf in sorted(_listed_leaves(runs) - there):
        yield Finding(
            Severity.ERROR,
            f"metrics/{leaf}.*",
            "a run lists this part, and it is not there",
            "restore it from Git or a backup",
        )


def _check_artifacts(store: Store, runs: pl.DataFrame, *, deep: bool) -> Iterator[Finding]:
    layout = store.layout
    rows = runs.select("run_id", pl.col("artifacts")).explode("artifacts").drop_nulls("artifacts")
    fetched = ""
    for run_id, artifact in rows.iter_rows():
        if run_id != fetched:
            layout.fetch_artifacts(run_id)
            fetched = run_id
        path = layout.artifacts_of(run_id) / artifact["path"]
        name = _relative(layout, path)
        hint = "restore it, or delete the run"
        if store.find_artifact(run_id, artifact["path"]) is None:
            yield Finding(
                Severity.WARNING,
                name,
                "a run lists this artifact: it is gone, or no file of the run",
                hint,
            )
        elif path.stat().st_size != artifact["size_bytes"]:
            yield Finding(
                Severity.ERROR,
                name,
                f"has {path.stat().st_size} bytes; {artifact['size_bytes']} were logged",
                hint,
            )
        elif deep and artifact["sha256"] and hash_file(path) != artifact["sha256"]:
            yield Finding(Severity.ERROR, name, "is not what was logged: the digest differs", hint)


def _listed_leaves(runs: pl.DataFrame) -> set[str]:
    rows = runs.select("run_id", "parts").explode("parts").drop_nulls().iter_rows()
    return {f"{run_id}.{part}" for run_id, part in rows}


def _relative(layout: Layout, path: Path) -> str:
    try:
        return path.relative_to(layout.root).as_posix()
    except ValueError:
        return str(path)
