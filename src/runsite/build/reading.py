"""Reading all that a site is made of, once: runs, experiments, registry, cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from runsite.build.options import BuildOptions
from runsite.errors import RegistryError
from runsite.pages.context import RunRef
from runsite.pages.paths import make_run_path
from runsite.records import ExperimentRecord, LifecycleStage, RunRecord
from runsite.registry import Registry, load_registry
from runsite.registry.history import History, load_history
from runsite.store import Store
from runsite.store.rows import record_from_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["RunIndex", "SiteData", "read_site_data"]


class RunIndex:
    """All runs of the site: light mentions of each, and the whole record where it is asked for.

    Never changes once made; threads may share it.
    """

    def __init__(
        self, runs: pl.DataFrame, *, find_path: Callable[[str], str] = make_run_path
    ) -> None:
        self.frame = runs
        self._rows = {run_id: row for row, run_id in enumerate(runs["run_id"])}
        self._find_path = find_path

    @cached_property
    def _refs(self) -> dict[str, RunRef]:
        return {ref.run_id: ref for ref in _make_refs(self.frame, self._find_path)}

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._rows

    def __len__(self) -> int:
        return self.frame.height

    def find_ref(self, run_id: str | None) -> RunRef | None:
        """Mention a run; None where the site does not have it."""
        return None if run_id is None else self._refs.get(run_id)

    def get_ref(self, run_id: str) -> RunRef:
        """Mention a run of the site."""
        return self._refs[run_id]

    def get_record(self, run_id: str) -> RunRecord:
        """Return everything that is known of a run of the site."""
        return record_from_row(self.frame.row(self._rows[run_id], named=True))

    def find_records(self, run_ids: Iterable[str]) -> dict[str, RunRecord]:
        """Return the records of those runs that the site has."""
        rows = [self._rows[run_id] for run_id in dict.fromkeys(run_ids) if run_id in self._rows]
        if not rows:
            return {}  # taking none costs as much as taking some
        records = map(record_from_row, self.frame[rows].iter_rows(named=True))
        return {record.run_id: record for record in records}


@dataclass(frozen=True, slots=True)
class SiteData:
    """What was read.

    Attributes:
        store: Where histories are asked for.
        runs: Runs that are not deleted, of experiments that are not.
        experiments: By name; those without a run too.
        registry: An empty one where there is no file.
        history: What Git knows of the registry; empty where it knows nothing.
        problems: What could not be read, one line each.
    """

    store: Store
    runs: RunIndex
    experiments: Mapping[str, ExperimentRecord]
    registry: Registry
    history: History
    problems: tuple[str, ...]

    def find_late_problems(self) -> tuple[str, ...]:
        """Look at the files of histories, and list those that cannot be read."""
        self.store.scan_metrics(())
        return tuple(p for p in _list_unreadable(self.store) if p not in self.problems)

    def with_paths(self, find_path: Callable[[str], str]) -> SiteData:
        """Return the same data, whose runs have their pages where `find_path` says."""
        return replace(self, runs=RunIndex(self.runs.frame, find_path=find_path))


def read_site_data(options: BuildOptions) -> SiteData:
    """Read everything that the site is made of.

    Raises:
        StoreError: There is something else than a store.
        RegistryError: The registry cannot be read.
    """
    store = Store.open(options.store, missing_ok=True)
    active = LifecycleStage.ACTIVE.value
    runs = store.read_runs().filter(pl.col("lifecycle_stage") == active)
    experiments = store.read_experiments()
    deleted = [e.experiment_id for e in experiments if e.lifecycle_stage != active]
    if deleted:
        runs = runs.filter(~pl.col("experiment_id").is_in(deleted))
    has_registry = options.registry.exists()
    registry = load_registry(options.registry) if has_registry else Registry()
    history, complaints = _read_history(options.registry) if has_registry else (History(), ())
    index = RunIndex(runs.sort("start_time", "run_id"))
    return SiteData(
        store=store,
        runs=index,
        experiments={e.name: e for e in experiments if e.lifecycle_stage == active},
        registry=registry,
        history=history,
        problems=(*_list_unreadable(store), *complaints, *_find_missing_runs(registry, index)),
    )


def _list_unreadable(store: Store) -> list[str]:
    return [f"{path.name}: {reason}" for path, reason in store.problems]


def _read_history(path: Path) -> tuple[History, tuple[str, ...]]:
    """Read the registry's timeline; a Git that fails costs the timeline, not the site."""
    try:
        return load_history(path), ()
    except RegistryError as error:
        return History(), (f"the timeline of {path.name} cannot be read: {error.problem}",)


def _find_missing_runs(registry: Registry, runs: RunIndex) -> list[str]:
    return [
        f"{model.name} version {version.version}: its run {version.run} is not in the store"
        for model in registry.models.values()
        for version in model.versions
        if version.run not in runs
    ]


def _make_refs(runs: pl.DataFrame, find_path: Callable[[str], str]) -> Iterable[RunRef]:
    columns = runs.select("run_id", "run_name", "status", "interrupted")
    for run_id, name, status, interrupted in columns.iter_rows():
        yield RunRef(
            run_id=run_id,
            name=(name or "").strip() or run_id[:8],
            status="INTERRUPTED" if interrupted else status,
            path=find_path(run_id),
        )
