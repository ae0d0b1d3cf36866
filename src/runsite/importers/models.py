"""From registered models to ``registry.yaml``: one edit a version, stage and alias."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from runsite.errors import NotFoundError, RunsiteError, quote
from runsite.importers.found import FoundModel, FoundVersion, Source
from runsite.importers.runs import ImportReport
from runsite.records import RunRecord
from runsite.registry import actions
from runsite.registry.changes import Change
from runsite.registry.files import edit_registry, load_registry
from runsite.registry.plans import Edit
from runsite.registry.records import ARCHIVED, NO_STAGE, Model, ModelVersion
from runsite.store import Store
from runsite.store.fold import time_from_us

__all__ = ["import_models"]

_IN_ARTIFACTS = re.compile(r"(?P<run>[0-9a-f]{32})/artifacts/(?P<path>.+)$")
_RUNS_URI = re.compile(r"runs:/+(?P<run>[0-9a-f]{32})/(?P<path>.+)$")
_MODEL_ID = re.compile(r"(?:^|/)(?P<id>m-[0-9a-f]{32})(?:/|$)")


def import_models(source: Source, *, store: Store, registry: Path, report: ImportReport) -> None:
    """Register what the tracker had registered, under the same names and numbers.

    Versions that the registry has already are left alone. A stage holds one version here: of
    several the newest gets it, and the others are reported.

    Raises:
        RegistryError: The file cannot be read or written.
    """
    for model in source.list_models():
        try:
            _import_model(model, store=store, registry=registry, report=report)
        except RunsiteError as error:
            report.problems.append((model.name, str(error).splitlines()[0]))


def _import_model(model: FoundModel, *, store: Store, registry: Path, report: ImportReport) -> None:
    known = _find_model(registry, model.name)
    if known is None:
        actions.create_model(
            registry, name=model.name, description=model.description, tags=model.tags
        )
        report.models += 1
    new = [v for v in model.versions if known is None or known.find_version(v.version) is None]
    added = []
    for version in new:
        made = _make_version(version, store=store)
        if made is None:
            report.problems.append(
                (f"{model.name} {version.version}", f"its source {quote(version.source)} is no run")
            )
            continue
        edit_registry(registry, _registering(model.name, made))
        added.append(version)
    report.versions += len(added)
    _import_stages(model, added, registry=registry, report=report)
    numbers = {version.version for version in added}
    for alias, number in sorted(model.aliases.items()):
        if number in numbers:
            actions.set_alias(registry, name=model.name, alias=alias, version=number)


def _registering(name: str, version: ModelVersion) -> Callable[[Edit], Sequence[Change]]:
    return lambda edit: edit.register(name, version)


def _find_model(registry: Path, name: str) -> Model | None:
    if not registry.exists():
        return None
    try:
        return load_registry(registry).get_model(name)
    except NotFoundError:
        return None


def _import_stages(
    model: FoundModel, added: Sequence[FoundVersion], *, registry: Path, report: ImportReport
) -> None:
    held: set[str] = set()
    for version in sorted(added, key=lambda version: -version.version):
        stage = version.stage
        if stage == NO_STAGE:
            continue
        if stage == ARCHIVED:
            actions.archive_version(registry, name=model.name, version=version.version)
        elif stage in held:
            reason = f"was in {stage} as well: a stage holds one version, the newest has it now"
            report.problems.append((f"{model.name} {version.version}", reason))
        else:
            held.add(stage)
            actions.promote_version(registry, name=model.name, version=version.version, stage=stage)


def _make_version(version: FoundVersion, *, store: Store) -> ModelVersion | None:
    found = _find_artifact(version, store=store)
    if found is None:
        return None
    run_id, path, record = found
    digest = next((m.digest for m in record.models if m.path == path), "") if record else ""
    moment = time_from_us((version.created_ms or 0) * 1000).replace(microsecond=0)
    return ModelVersion(
        version=version.version,
        run=run_id,
        artifact=path,
        digest=digest,
        registered_at=moment,
        registered_by=version.user,
        description=version.description,
        tags=dict(version.tags),
    )


def _find_artifact(
    version: FoundVersion, *, store: Store
) -> tuple[str, str, RunRecord | None] | None:
    """Find run and path of a version: from its address, or from the id of a logged model."""
    source = version.source.replace("\\", "/").rstrip("/")
    match = _RUNS_URI.search(source) or _IN_ARTIFACTS.search(source)
    run_id = match["run"] if match else version.run_id
    record = _find_record(store, run_id)
    if match:
        return run_id, match["path"], record
    logged = _MODEL_ID.search(source)
    if record is None or logged is None:
        return None
    path = next((m.path for m in record.models if m.model_id == logged["id"]), "")
    if not path and len(record.models) == 1:
        path = record.models[0].path
    return (run_id, path, record) if path else None


def _find_record(store: Store, run_id: str) -> RunRecord | None:
    try:
        return store.read_run(run_id) if run_id else None
    except NotFoundError:
        return None
