"""Registered models: ``registry.yaml`` behind MLflow's calls.

Each call that changes something is one edit of the file, as small as it can be; committing it and
asking for a review is up to people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as url_quote

from runsite.capture.environment import read_user
from runsite.entities import ModelVersion, PagedList, RegisteredModel
from runsite.errors import DigestMismatchError, InvalidValueError, NotFoundError, quote
from runsite.models.digest import digest_folder
from runsite.models.uri import PathUri, RunUri, parse_model_uri
from runsite.records import RunRecord
from runsite.store import Store
from runsite.tracking import uris
from runsite.tracking.checks import check_artifact_path, convert_texts
from runsite.tracking.convert import time_ms

if TYPE_CHECKING:
    from runsite.registry.records import Model, Registry
    from runsite.registry.records import ModelVersion as VersionRecord

__all__ = [
    "FoundModel",
    "find_model",
    "find_registrar",
    "list_models",
    "list_versions",
    "load_models",
    "model_entity",
    "parse_version",
    "register",
    "register_model",
    "search_model_versions",
    "search_registered_models",
    "set_model_version_tag",
    "version_entity",
]


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model's folder of a run, and the digest that pins it."""

    run_id: str
    artifact: str
    digest: str


def register_model(
    model_uri: str,
    name: str,
    await_registration_for: int = 300,
    *,
    tags: dict[str, Any] | None = None,
    env_pack: Any = None,
) -> ModelVersion:
    """Register a run's model as the next version of a registered model.

    Args:
        model_uri: ``runs:/<run_id>/<path>``.
        name: The registered model; made where there is none.
        await_registration_for: Accepted for MLflow's sake: nothing is waited for.
        tags: Tags of the version.
        env_pack: Accepted for MLflow's sake.

    Raises:
        NotFoundError: There is no such run, or no model there.
        DigestMismatchError: The files are not those that the run logged.
    """
    return register(uris.open_store(), uris.find_registry(), name=name, source=model_uri, tags=tags)


def search_registered_models(
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: list[str] | None = None,
) -> list[RegisteredModel]:
    """Search the registered models; by name unless `order_by` says otherwise.

    Raises:
        InvalidValueError: The filter or the order cannot be read.
    """
    return list_models(
        uris.open_store(),
        uris.find_registry(),
        filter_string=filter_string,
        max_results=max_results,
        order_by=order_by,
    )


def search_model_versions(
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: list[str] | None = None,
) -> list[ModelVersion]:
    """Search the versions of all registered models: ``name = 'taxi' and stage = 'Production'``.

    Raises:
        InvalidValueError: The filter or the order cannot be read.
    """
    return list_versions(
        uris.open_store(),
        uris.find_registry(),
        filter_string=filter_string,
        max_results=max_results,
        order_by=order_by,
    )


def set_model_version_tag(
    name: str, version: str | None = None, key: str | None = None, value: Any = None
) -> None:
    """Set a tag of a registered version.

    Raises:
        NotFoundError: There is no such model or version.
        InvalidValueError: Version or key is missing.
    """
    from runsite.registry import set_tag

    if version is None or key is None:
        raise InvalidValueError("a tag of a version needs version= and key=")
    number = parse_version(version)
    set_tag(uris.find_registry(), name=name, key=key, value=str(value), version=number)


def register(
    store: Store,
    path: Path,
    *,
    name: str,
    source: str,
    run_id: str | None = None,
    description: str | None = None,
    tags: Mapping[str, object] | None = None,
) -> ModelVersion:
    """Register a model of a run; `source` is ``runs:/…`` or a path in the run's artifacts.

    Raises:
        NotFoundError: There is no such run, or no model there.
        InvalidValueError: The source lies in no run.
        DigestMismatchError: The files are not those that the run logged.
    """
    from runsite.registry import register_version

    found = _find_source(store, source, run_id=run_id)
    version = register_version(
        path,
        name=name,
        run_id=found.run_id,
        artifact=found.artifact,
        digest=found.digest,
        registered_at=datetime.now(UTC),
        registered_by=find_registrar(path),
        description=description or "",
        tags=convert_texts(tags or {}, what="tag"),
    )
    model = load_models(path).get_model(name)
    return version_entity(store, model, version)


def find_registrar(path: Path) -> str:
    """Return who registers a version: the name that Git knows, as in the commit, or the user's."""
    from runsite.registry.git import find_author

    return find_author(path) or read_user()


def find_model(store: Store, run_id: str, artifact: str | None = None) -> FoundModel:
    """Find a model among a run's artifacts; without a path the run must have exactly one.

    Raises:
        NotFoundError: There is no such run, or no model there.
        InvalidValueError: The run has several models.
        DigestMismatchError: The files are not those that the run logged.
    """
    record = store.read_run(run_id)
    path = check_artifact_path(artifact) if artifact else _only_model(record)
    folder = store.artifacts_dir(record.run_id) / path
    if not folder.is_dir():
        paths = ", ".join(quote(model.path) for model in record.models)
        raise NotFoundError(
            f"run {record.run_id} has no folder {quote(path)} among its artifacts",
            where=str(folder),
            hint=f"the run's models are {paths}" if paths else "the run logged no model",
        )
    digest = digest_folder(folder, through_pointers=True)
    for model in record.models:
        if model.path == path and model.digest and model.digest != digest:
            raise DigestMismatchError(
                f"the files of {quote(path)} are not those that the run logged",
                where=str(folder),
                hint=f"logged: {model.digest}, found: {digest}",
            )
    return FoundModel(record.run_id, path, digest)


def list_models(
    store: Store,
    path: Path,
    *,
    filter_string: str | None = None,
    max_results: int | None = None,
    order_by: Iterable[str] | None = None,
    page_token: str | None = None,
) -> PagedList[RegisteredModel]:
    """Search the models of a registry file."""
    from runsite.queries.listing import ListQuery, ModelRow, search_models

    models = list(load_models(path).models.values())
    rows = [ModelRow(model.name, dict(model.tags)) for model in models]
    query = ListQuery(filter_string or "", tuple(order_by or ()), max_results, page_token)
    found, token = search_models(rows, query=query)
    return PagedList((model_entity(store, models[i]) for i in found), token)


def list_versions(
    store: Store,
    path: Path,
    *,
    filter_string: str | None = None,
    max_results: int | None = None,
    order_by: Iterable[str] | None = None,
    page_token: str | None = None,
) -> PagedList[ModelVersion]:
    """Search the versions of a registry file."""
    from runsite.queries.listing import ListQuery, VersionRow, search_versions

    models = load_models(path).models.values()
    versions = [(model, version) for model in models for version in model.versions]
    rows = [
        VersionRow(m.name, v.version, v.run, m.stage_of(v.version), dict(v.tags))
        for m, v in versions
    ]
    query = ListQuery(filter_string or "", tuple(order_by or ()), max_results, page_token)
    found, token = search_versions(rows, query=query)
    return PagedList((version_entity(store, *versions[i]) for i in found), token)


def load_models(path: Path) -> Registry:
    """Read a registry file; one that is not there is empty.

    Raises:
        RegistryError: It cannot be read.
    """
    from runsite.registry import Registry, load_registry

    return load_registry(path) if path.exists() else Registry()


def model_entity(store: Store, model: Model) -> RegisteredModel:
    """Make the entity of a registered model, with the newest version of each stage."""
    newest: dict[str, VersionRecord] = {}
    for version in model.versions:
        newest[model.stage_of(version.version)] = version
    times = [version.registered_at for version in model.versions]
    return RegisteredModel(
        name=model.name,
        creation_timestamp=time_ms(min(times, default=None)),
        last_updated_timestamp=time_ms(max(times, default=None)),
        description=model.description,
        latest_versions=[version_entity(store, model, v) for v in newest.values()],
        tags=dict(model.tags),
        aliases={alias: str(number) for alias, number in model.aliases.items()},
    )


def version_entity(store: Store, model: Model, version: VersionRecord) -> ModelVersion:
    """Make the entity of a registered version."""
    artifact = url_quote(f"{version.run}/{version.artifact}".rstrip("/"))
    registered = time_ms(version.registered_at)
    return ModelVersion(
        name=model.name,
        version=str(version.version),
        creation_timestamp=registered,
        last_updated_timestamp=registered,
        description=version.description,
        user_id=version.registered_by,
        current_stage=model.stage_of(version.version),
        source=f"{store.layout.artifact_root}/{artifact}",
        run_id=version.run,
        tags=dict(version.tags),
        aliases=list(model.aliases_of(version.version)),
    )


def parse_version(version: object) -> int:
    """Read a version's number, which MLflow's users write as text.

    Raises:
        InvalidValueError: It is no number.
    """
    text = str(version)
    if not (text.isascii() and text.isdigit()):
        raise InvalidValueError(f"a version is a number, not {quote(version)}")
    return int(text)


def _find_source(store: Store, source: str, *, run_id: str | None) -> FoundModel:
    match parse_model_uri(source):
        case RunUri(run, path):
            return find_model(store, run, path)
        case PathUri(path):
            return _find_folder(store, path, run_id=run_id)
        case _:
            raise InvalidValueError(
                f"a version is registered from a run, not from {quote(source)}",
                hint="use runs:/<run_id>/<path>",
            )


def _find_folder(store: Store, source: str, *, run_id: str | None) -> FoundModel:
    """Find the run that a folder of the store belongs to."""
    root = store.layout.artifacts.resolve()
    folder = Path(source).resolve()
    if folder.is_relative_to(root) and folder != root:
        run, *rest = folder.relative_to(root).parts
        return find_model(store, run, "/".join(rest) or None)
    if run_id is not None and not Path(source).is_absolute():
        return find_model(store, run_id, source)
    raise InvalidValueError(
        f"{quote(source)} lies in no run of the store {quote(str(store.root))}",
        hint="log the model in a run, then register runs:/<run_id>/<path>",
    )


def _only_model(record: RunRecord) -> str:
    paths = [model.path for model in record.models]
    if len(paths) == 1:
        return paths[0]
    if not paths:
        raise NotFoundError(
            f"run {record.run_id} logged no model",
            hint="log one with runsite.sklearn.log_model(...), or name its folder (--artifact)",
        )
    raise InvalidValueError(
        f"run {record.run_id} logged {len(paths)} models",
        hint=f"choose one by its path (--artifact): {', '.join(quote(path) for path in paths)}",
    )
