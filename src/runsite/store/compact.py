"""Compaction: many small parts of a closed month become few larger ones.

A merged part is named after the leaves that it holds, so two branches that compact the same
leaves write the same file, and branches that compact different ones merge: a reader takes each
leaf from exactly one file. Sources go only after the merged part is on the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from runsite.store.files import install, temporary_in
from runsite.store.layout import Layout
from runsite.store.names import PartFile, crc_of_file, list_parts, merged_name
from runsite.store.parts import open_merged_writer, order_runs
from runsite.store.schema import METRICS, RUNS

__all__ = ["Merge", "find_merges", "write_merge", "write_merged"]

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
        sources: The leaf files, sorted by leaf; each leaf once.
        size_bytes: Of the leaf files together.
        left_out: Leaf files that were found damaged when it was written.
    """

    folder: Path
    month: str
    sources: tuple[PartFile, ...]
    size_bytes: int
    left_out: tuple[PartFile, ...] = ()

    @property
    def leaves(self) -> tuple[str, ...]:
        """Leaf ids, sorted."""
        return tuple(source.leaf for source in self.sources)


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
        layout.refresh(folder)
        months: dict[str, dict[str, PartFile]] = {}
        for part in list_parts(folder):
            if part.is_merged or not part.month:
                continue
            if folder == layout.metrics and part.leaf not in listed:
                continue
            if everything or _is_closed(part.month, now):
                months.setdefault(part.month, {}).setdefault(part.leaf, part)
        for month, parts in sorted(months.items()):
            merges += _by_size(folder, month, [parts[leaf] for leaf in sorted(parts)])
    return merges


def write_merge(layout: Layout, merge: Merge) -> Merge:
    """Write a merged part, then remove its sources. Interrupted anywhere, it can be done again.

    Returns:
        What was merged. A source whose content does not have the checksum in its name, or is no
        such table, is left as it is: in a merged part nobody could tell any more.

    Raises:
        OSError: The part cannot be written; then no source has been removed.
    """
    schema = RUNS if merge.folder.name == "runs" else METRICS
    sound = tuple(source for source in merge.sources if _is_sound(source, schema))
    left_out = tuple(source for source in merge.sources if source not in sound)
    merge = replace(merge, sources=sound, left_out=left_out)
    if len(sound) < MIN_LEAVES:
        return replace(merge, sources=(), size_bytes=0)
    paths = [source.path for source in sound]
    tables = _read_runs(paths) if merge.folder.name == "runs" else _group_rows(paths)
    write_merged(merge.folder, tables, month=merge.month, leaves=merge.leaves)
    layout.publish()
    for source in paths:
        layout.discard(source)
    return merge


def _is_sound(part: PartFile, schema: pa.Schema) -> bool:
    try:
        if part.crc is not None and crc_of_file(part.path) != part.crc:
            return False
        there = pq.read_schema(part.path)
    except (OSError, pa.ArrowException):
        return False
    needed = set(schema.names if schema is METRICS else ("run_id", "session", "sessions"))
    types = {field.name: field.type for field in there}
    if not needed <= types.keys() or any(
        types.get(field.name, field.type) != field.type for field in schema
    ):
        return False
    # A row without an id is no run's, and has no place in an order.
    return schema is METRICS or not any(
        column.null_count for column in pq.read_table(part.path, columns=["run_id", "session"])
    )


def write_merged(
    folder: Path, tables: Iterable[pa.Table], *, month: str, leaves: Sequence[str]
) -> Path:
    """Write a merged part from its rows, table by table; its name comes from its content."""
    with temporary_in(folder) as temporary:
        with open_merged_writer(temporary, kind=folder.name, leaves="\n".join(leaves)) as writer:
            for table in tables:
                writer.write_table(table)
        path = folder / merged_name(month, leaves, crc=crc_of_file(temporary))
        install(temporary, path)
    return path


def _read_runs(paths: Sequence[Path]) -> Iterator[pa.Table]:
    yield order_runs(pa.concat_tables([pq.read_table(path, schema=RUNS) for path in paths]))


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


def _by_size(folder: Path, month: str, parts: Sequence[PartFile]) -> list[Merge]:
    merges: list[Merge] = []
    batch: list[PartFile] = []
    size = 0

    def close() -> None:
        if len(batch) >= MIN_LEAVES:
            merges.append(Merge(folder, month, tuple(batch), size))

    for part in parts:
        try:
            own = part.path.stat().st_size
        except FileNotFoundError:
            continue
        if batch and size + own > MAX_MERGED_BYTES:
            close()
            batch, size = [], 0
        batch.append(part)
        size += own
    close()
    return merges


def _is_closed(month: str, now: datetime) -> bool:
    return month < f"{now - CLOSED_AFTER:%Y-%m}"
