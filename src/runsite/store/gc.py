"""Removing for good: runs that were deleted, and what nothing needs any more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from runsite.records import LifecycleStage
from runsite.store.compact import write_merged
from runsite.store.doctor import find_leftovers
from runsite.store.layout import Layout
from runsite.store.names import list_parts, parse_name

if TYPE_CHECKING:
    from runsite.store.store import Store

__all__ = ["Removal", "find_removals", "remove"]


@dataclass(frozen=True, slots=True)
class Removal:
    """One file or folder that goes, or a merged part that is written anew without some runs.

    Attributes:
        path: What goes.
        reason: Why.
        size_bytes: What it takes on the disk.
        run_ids: Only of a merged part: the runs that are left out of its successor.
    """

    path: Path
    reason: str
    size_bytes: int
    run_ids: frozenset[str] = frozenset()


def find_removals(store: Store) -> list[Removal]:
    """Plan what `remove` would take away: deleted runs with all their files, and leftovers."""
    layout = store.layout
    runs = store.read_runs()
    gone = frozenset(runs.filter(pl.col("lifecycle_stage") == LifecycleStage.DELETED)["run_id"])
    removals: list[Removal] = []
    for folder in (layout.runs, layout.metrics):
        merged = store.merged_leaves_by_file(folder)
        for part in list_parts(folder):
            path = part.path
            if part.is_merged:
                held = {leaf.split(".")[0] for leaf in merged.get(path, ())} & gone
                if held:
                    reason = f"holds {len(held)} deleted run(s): written anew without them"
                    removals.append(Removal(path, reason, _size(path), frozenset(held)))
            elif part.run_id in gone:
                removals.append(Removal(path, "of a deleted run", _size(path)))
    removals += [
        Removal(folder, "artifacts of a deleted run", _size(folder))
        for run_id in sorted(gone)
        if (folder := layout.artifacts_of(run_id)).is_dir()
    ]
    planned = {removal.path for removal in removals}
    removals += [
        Removal(path, reason, _size(path))
        for path, reason in find_leftovers(store)
        if path not in planned
    ]
    return removals


def remove(layout: Layout, removal: Removal) -> None:
    """Carry out one removal.

    Raises:
        OSError: The file system refuses; nothing half-done is left.
    """
    if removal.run_ids:
        _write_without(layout, removal)
        layout.publish()
    layout.discard(removal.path)


def _write_without(layout: Layout, removal: Removal) -> None:
    table = pq.read_table(removal.path)
    gone = pc.is_in(table["run_id"], value_set=pa.array(sorted(removal.run_ids), pa.string()))
    kept = table.filter(pc.invert(gone))
    if not kept.num_rows:
        return
    part = parse_name(removal.path)
    column = "session" if removal.path.parent == layout.runs else "part"
    pairs = kept.select(["run_id", column]).group_by(["run_id", column]).aggregate([]).to_pylist()
    leaves = sorted(f"{row['run_id']}.{row[column]}" for row in pairs)
    month = part.month if part else ""
    write_merged(removal.path.parent, [kept], month=month, leaves=leaves)


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(item.stat().st_size for item in path.rglob("*") if item.is_file())
    try:
        return path.stat().st_size
    except OSError:
        return 0
