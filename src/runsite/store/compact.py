"""Compaction: many small parts of a closed month become few larger ones.

A merged part is named after the leaves that it holds, so two branches that compact the same
leaves write the same file, and branches that compact different ones merge: a reader takes each
leaf from exactly one file. Sources go only after the merged part is on the disk.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from runsite.store.files import replacing, write_whole
from runsite.store.layout import Layout
from runsite.store.parts import format_runs, open_metrics_writer, order_runs
from runsite.store.schema import METRICS, RUNS
from runsite.store.tables import MERGED_PREFIX, SUFFIX, list_parts

__all__ = ["Merge", "find_merges", "write_merge"]

CLOSED_AFTER = timedelta(hours=1)
MAX_MERGED_BYTES = 256 * 2**20
ROWS_A_GROUP = 1_000_000
MIN_LEAVES = 2


@dataclass(frozen=True, slots=True)
class Merge:
    """One merged part to be written, and the leaf files that it replaces.

    Attributes:
        folder: The store's ``runs`` or ``metrics`` folder.
        month: ``YYYY-MM`` in which the leaves were logged.
        leaves: Leaf ids, sorted.
        size_bytes: Of the leaf files together.
    """

    folder: Path
    month: str
    leaves: tuple[str, ...]
    size_bytes: int

    @property
    def path(self) -> Path:
        """The merged part's file, named by what it holds."""
        digest = hashlib.sha256("\n".join(self.leaves).encode()).hexdigest()[:16]
        return self.folder / f"{MERGED_PREFIX}{self.month}-{digest}{SUFFIX}"

    @property
    def sources(self) -> tuple[Path, ...]:
        """The leaf files."""
        return tuple(self.folder / f"{leaf}{SUFFIX}" for leaf in self.leaves)


def find_merges(
    layout: Layout, *, listed: frozenset[str], now: datetime, everything: bool = False
) -> list[Merge]:
    """Plan which leaf parts become one.

    Args:
        layout: The store.
        listed: Leaf ids of metric parts that a current row lists; others are left alone.
        now: A month counts as closed an hour after its end.
        everything: Take the month in progress too.
    """
    merges: list[Merge] = []
    for folder in (layout.runs, layout.metrics):
        months: dict[str, list[str]] = {}
        for name in list_parts(folder):
            leaf = name.removesuffix(SUFFIX)
            month = _month_of(leaf)
            if month is None or (folder == layout.metrics and leaf not in listed):
                continue
            if everything or _is_closed(month, now):
                months.setdefault(month, []).append(leaf)
        for month, leaves in sorted(months.items()):
            merges += _by_size(folder, month, sorted(leaves))
    return merges


def write_merge(merge: Merge) -> None:
    """Write a merged part, then remove its sources. Interrupted anywhere, it can be done again.

    Raises:
        OSError, pyarrow.ArrowException: A source cannot be read or the part not be written;
            then no source has been removed.
    """
    leaves = "\n".join(merge.leaves)
    if merge.folder.name == "runs":
        tables = [pq.read_table(path, schema=RUNS) for path in merge.sources]
        write_whole(merge.path, format_runs(order_runs(pa.concat_tables(tables)), leaves=leaves))
    else:
        with (
            replacing(merge.path) as temporary,
            open_metrics_writer(temporary, leaves=leaves) as writer,
        ):
            for table in _group_rows(merge.sources):
                writer.write_table(table)
    for path in merge.sources:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def _group_rows(paths: Sequence[Path]) -> Iterator[pa.Table]:
    """Yield the rows of all files in few large tables: memory does not grow with their number."""
    waiting: list[pa.Table] = []
    rows = 0
    for path in paths:
        table = pq.read_table(path, schema=METRICS)
        waiting.append(table)
        rows += table.num_rows
        if rows >= ROWS_A_GROUP:
            yield pa.concat_tables(waiting)
            waiting, rows = [], 0
    if waiting:
        yield pa.concat_tables(waiting)


def _by_size(folder: Path, month: str, leaves: list[str]) -> list[Merge]:
    merges: list[Merge] = []
    batch: list[str] = []
    size = 0

    def close() -> None:
        if len(batch) >= MIN_LEAVES:
            merges.append(Merge(folder, month, tuple(batch), size))

    for leaf in leaves:
        try:
            own = (folder / f"{leaf}{SUFFIX}").stat().st_size
        except FileNotFoundError:
            continue
        if batch and size + own > MAX_MERGED_BYTES:
            close()
            batch, size = [], 0
        batch.append(leaf)
        size += own
    close()
    return merges


def _month_of(leaf: str) -> str | None:
    """Read the month of a leaf from its session id, which begins with the time in milliseconds."""
    session = leaf.rpartition(".")[2]
    try:
        time = datetime.fromtimestamp(int(session[:12], 16) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return f"{time:%Y-%m}" if not leaf.startswith(MERGED_PREFIX) else None


def _is_closed(month: str, now: datetime) -> bool:
    return month < f"{now - CLOSED_AFTER:%Y-%m}"


