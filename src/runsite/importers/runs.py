"""From found runs to the store: rows, points and files, each run whole or not at all.

Importing again adds what is new and leaves the rest: a run keeps its id, and the names of its
files come from it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runsite.errors import InvalidValueError, ModelError, StoreError
from runsite.importers.found import FoundExperiment, FoundInput, FoundRun, Source, clean_name
from runsite.models.digest import digest_folder, hash_file
from runsite.models.mlmodel import MLMODEL_NAME, read_mlmodel
from runsite.models.signature import format_signature
from runsite.queries.syntax import TAG_COLUMNS
from runsite.records import (
    ArtifactRecord,
    ExperimentRecord,
    InputRecord,
    LifecycleStage,
    ModelRecord,
    RunRecord,
    RunStatus,
    SourceRecord,
    make_experiment_id,
)
from runsite.store import Store
from runsite.store.adopting import adopt_run
from runsite.store.experiments import identify_experiment
from runsite.store.files import replacing
from runsite.store.fold import time_from_us
from runsite.tracking.checks import check_artifact_path

__all__ = ["ImportReport", "import_runs"]

_RUN_ID = re.compile(r"[0-9a-f]{32}")
_MAX_MS = 2**48 - 1


@dataclass(slots=True)
class ImportReport:
    """What an import did, counted while it goes on."""

    runs: int = 0
    known: int = 0
    points: int = 0
    files: int = 0
    without_files: int = 0
    experiments: int = 0
    models: int = 0
    versions: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)


def import_runs(
    source: Source,
    *,
    store: Store,
    copy_files: bool = True,
    dry_run: bool = False,
    progress: Callable[[], None] = lambda: None,
) -> ImportReport:
    """Bring experiments and runs into a store.

    Args:
        source: Where they come from.
        store: Where they go to.
        copy_files: Copy the artifacts too.
        dry_run: Count only.
        progress: Called after each run.

    Raises:
        StoreError: The store cannot be written.
    """
    report = ImportReport()
    known = set(store.read_runs()["run_id"]) if store.exists else set()
    report.experiments, ids = _import_experiments(source, store=store, dry_run=dry_run)
    target = _Target(store, ids, copy_files=copy_files, dry_run=dry_run)
    for run in source.read_runs():
        run_id = _make_run_id(run.run_id)
        if run_id in known:
            report.known += 1
        else:
            known.add(run_id)
            try:
                _import_run(run, run_id, target=target, report=report)
            except (ValueError, OverflowError) as error:
                report.problems.append((run.run_id, f"not imported: {error}"))
            except OSError as error:
                if isinstance(error, StoreError):
                    raise
                raise StoreError(
                    f"cannot write to the store: {error.strerror or error}", where=store.location
                ) from error
        progress()
    if not dry_run:
        store.layout.publish()
    report.problems += source.problems
    return report


@dataclass(frozen=True, slots=True)
class _Target:
    """Where runs go to: `experiment_ids` by name."""

    store: Store
    experiment_ids: Mapping[str, str]
    copy_files: bool
    dry_run: bool


def _import_experiments(
    source: Source, *, store: Store, dry_run: bool
) -> tuple[int, dict[str, str]]:
    """Write what is known of experiments; of several with one name the one that is not deleted.

    Returns:
        How many are new, and the id of each by its name.
    """
    wanted: dict[str, FoundExperiment] = {}
    for found in source.list_experiments():
        before = wanted.get(found.name)
        if before is None or before.deleted:
            wanted[found.name] = found
    there = store.read_experiments() if store.exists else []
    names = {record.name for record in there}
    new = [found for found in wanted.values() if found.name not in names]
    ids = {name: identify_experiment(there, name) for name in wanted}
    for found in new if not dry_run else ():
        stage = LifecycleStage.DELETED if found.deleted else LifecycleStage.ACTIVE
        store.write_experiment(
            ExperimentRecord(
                experiment_id=ids[found.name],
                name=found.name,
                lifecycle_stage=stage.value,
                created=None if found.created_ms is None else time_from_us(found.created_ms * 1000),
                tags=dict(found.tags),
            )
        )
    return len(new), ids


def _import_run(run: FoundRun, run_id: str, *, target: _Target, report: ImportReport) -> None:
    has_files = run.artifacts is not None or bool(run.models)
    report.runs += 1
    report.points += sum(map(len, run.metrics.values()))
    report.without_files += not has_files
    if target.dry_run:
        return
    store, name = target.store, run.experiment.name
    experiment_id = target.experiment_ids.get(name) or make_experiment_id(name)
    record = _make_record(run, run_id, experiment_id=experiment_id)
    if target.copy_files and has_files:
        folder = store.layout.artifacts_of(run_id)
        artifacts = tuple(_copy_files(run, folder))
        report.files += len(artifacts)
        models = tuple(_find_models(folder, artifacts, report=report))
        record = dataclasses.replace(record, artifacts=artifacts, models=models)
    points = {
        key: [(time_ms * 1000, step, value) for time_ms, step, value in found]
        for key, found in run.metrics.items()
    }
    adopt_run(store.layout, record, points=points)


def _make_record(run: FoundRun, run_id: str, *, experiment_id: str) -> RunRecord:
    start_ms = min(max(run.start_ms or run.end_ms or 0, 0), _MAX_MS)
    tags = dict(run.tags)
    known = {column: tags.pop(tag) for tag, column in TAG_COLUMNS.items() if tags.get(tag)}
    name, parent = known.pop("run_name", ""), known.pop("parent_run_id", "")
    stage = LifecycleStage.DELETED if run.deleted else LifecycleStage.ACTIVE
    return RunRecord(
        run_id=run_id,
        revision=0,
        session="",
        experiment_id=experiment_id,
        experiment=run.experiment.name,
        run_name=run.name or name,
        status=_make_status(run.status),
        lifecycle_stage=stage.value,
        parent_run_id=_make_run_id(parent) if parent else None,
        start_time=time_from_us(start_ms * 1000),
        end_time=None if run.end_ms is None else time_from_us(run.end_ms * 1000),
        source=SourceRecord(**{"user": run.user, **known}),  # type: ignore[arg-type]  # all text
        params=dict(run.params),
        tags=tags,
        inputs=tuple(dict.fromkeys(map(_make_input, run.inputs))),
    )


def _make_run_id(text: str) -> str:
    """Keep a run's id; one of another form becomes the digest of itself."""
    plain = text.lower().replace("-", "")
    return plain if _RUN_ID.fullmatch(plain) else hashlib.sha256(text.encode()).hexdigest()[:32]


def _make_status(text: str) -> str:
    try:
        return RunStatus(text).value
    except ValueError:
        return RunStatus.RUNNING.value  # SCHEDULED: it never began, and never ended


def _make_input(found: FoundInput) -> InputRecord:
    try:
        profile = json.loads(found.profile or "{}")
    except ValueError:
        profile = {}
    rows = profile.get("num_rows") if isinstance(profile, Mapping) else None
    return InputRecord(
        name=found.name,
        digest=found.digest,
        context=found.context,
        source_type=found.source_type,
        source=found.source,
        schema=found.schema,
        rows=rows if isinstance(rows, int) else None,
    )


def _copy_files(run: FoundRun, target: Path) -> Iterator[ArtifactRecord]:
    places = [("", run.artifacts)] if run.artifacts else []
    places += list(run.models.items())
    seen: set[str] = set()
    for prefix, folder in places:
        for path, source in _walk(folder):
            name = check_artifact_path(f"{prefix}/{path}" if prefix else path)
            if name in seen:
                continue
            seen.add(name)
            with replacing(target / name, durable=False) as temporary:
                shutil.copyfile(source, temporary)
            stored = target / name
            yield ArtifactRecord(name, stored.stat().st_size, hash_file(stored))


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    for base, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            path = Path(base, name)
            if path.is_file() and not path.is_symlink():
                yield clean_name(path.relative_to(folder)), path


def _find_models(
    root: Path, artifacts: Iterable[ArtifactRecord], *, report: ImportReport
) -> Iterator[ModelRecord]:
    for artifact in artifacts:
        path, _, name = artifact.path.rpartition("/")
        if name != MLMODEL_NAME:
            continue
        try:
            model = read_mlmodel(root / path)
            yield ModelRecord(
                path=path,
                flavors=tuple(model.flavors),
                digest=digest_folder(root / path),
                signature=format_signature(model.signature),
                model_id=model.model_id or "",
            )
        except (ModelError, InvalidValueError, OSError) as error:
            report.problems.append((f"{root.name}/{path}", str(error).splitlines()[0]))
