"""From a model's URI to a folder whose files are the ones that they should be."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from runsite.errors import DigestMismatchError, ModelError, NotFoundError, quote
from runsite.models.digest import digest_files, digest_lines, find_pointed_hash
from runsite.models.mlmodel import MLMODEL_NAME
from runsite.models.uri import ModelIdUri, PathUri, RegisteredUri, RunUri, parse_model_uri
from runsite.tracking.uris import find_registry, open_store

if TYPE_CHECKING:
    from runsite.registry.records import ModelVersion
    from runsite.store import Store

__all__ = ["find_model_folder", "verify_digest"]

_RUN_ID = re.compile("[0-9a-f]{32}")


def find_model_folder(uri: str, *, dst_path: str | None = None) -> Path:
    """Find the folder that a model's URI means; a registered version's files are checked first.

    Args:
        uri: ``runs:/…``, ``models:/…`` or a path.
        dst_path: Copy the model there and return that folder.

    Raises:
        InvalidValueError: The URI means nothing here.
        NotFoundError: There is no such run, model, version, stage, alias or folder.
        DigestMismatchError: A registered version's files are not those that were registered.
    """
    folder = _find(uri)
    if dst_path is None:
        return folder
    target = Path(dst_path)
    if target.is_dir() and any(target.iterdir()):
        target = target / folder.name
    shutil.copytree(folder, target, dirs_exist_ok=True)
    return target


def verify_digest(folder: Path, *, expected: str, known: dict[str, str], name: str) -> None:
    """Compare a model's files with the digest that was registered.

    Args:
        folder: The model.
        expected: The registered digest.
        known: Path in the folder → sha256, as the run recorded them; tells which file differs.
        name: The model and version, for the message.

    Raises:
        DigestMismatchError: They differ; the message names the files.
    """
    found = digest_files(folder)
    if digest_lines(found) == expected:
        return
    differences = [
        *(f"{path} is changed" for path in found if path in known and found[path] != known[path]),
        *(f"{path} is missing" for path in known if path not in found),
        *(f"{path} was added" for path in found if known and path not in known),
    ]
    what = ", ".join(quote(line) for line in sorted(differences)[:5]) or "no record tells which"
    if any(find_pointed_hash(folder / path) for path in found):
        raise DigestMismatchError(
            f"the files of {quote(name)} are not here: Git LFS pointers stand in their place",
            where=str(folder),
            hint="fetch what they stand for: git lfs pull",
        )
    raise DigestMismatchError(
        f"the files of {quote(name)} are not those that were registered: {what}",
        where=str(folder),
        hint="restore them, for example from Git, or register the model as a new version",
    )


def _find(uri: str) -> Path:
    match parse_model_uri(str(uri)):
        case RunUri(run_id, path):
            return _find_in_run(run_id, path)
        case RegisteredUri(name):
            return _find_registered(str(uri), model=name)
        case ModelIdUri(model_id):
            return _find_by_id(model_id)
        case PathUri(path):
            if not (Path(path) / MLMODEL_NAME).is_file():
                raise _no_model(path)
            return Path(path)


def _find_in_run(run_id: str, path: str) -> Path:
    store = open_store()
    if _RUN_ID.fullmatch(run_id):
        folder = store.artifacts_dir(run_id) / path
        if (folder / MLMODEL_NAME).is_file():
            return folder
    record = store.read_run(run_id)  # says so where there is no such run
    folder = store.artifacts_dir(record.run_id) / path
    if (folder / MLMODEL_NAME).is_file():
        return folder
    names = ", ".join(quote(model.path) for model in record.models)
    raise NotFoundError(
        f"run {quote(record.run_id)} has no model at {quote(path)}",
        hint=f"its models are {names}" if names else "the run logged no model",
    )


def _find_by_id(model_id: str) -> Path:
    store = open_store()
    for run_id, path in _logged_models(store, model_id):
        return store.artifacts_dir(run_id) / path
    raise NotFoundError(f"no run logged a model of the id {quote(model_id)}")


def _logged_models(store: Store, model_id: str) -> list[tuple[str, str]]:
    import polars as pl

    rows = (
        store.read_runs()
        .select("run_id", "models")
        .explode("models")
        .drop_nulls("models")
        .unnest("models")
        .filter(pl.col("model_id") == model_id)
    )
    return [(str(run_id), str(path)) for run_id, path in rows.select("run_id", "path").iter_rows()]


def _find_registered(uri: str, *, model: str) -> Path:
    from runsite.registry import load_registry, resolve_model_uri

    version = resolve_model_uri(uri, load_registry(find_registry()))
    store = open_store()
    folder = store.artifacts_dir(version.run) / version.artifact
    name = f"{model} version {version.version}"
    if not (folder / MLMODEL_NAME).is_file():
        raise NotFoundError(
            f"the files of {quote(name)} are not in the store",
            where=str(folder),
            hint="fetch the artifacts of its run, or point RUNSITE_TRACKING_URI at their store",
        )
    if not version.digest:
        raise ModelError(
            f"{quote(name)} has no digest, so its files cannot be checked",
            where=str(find_registry()),
            hint=f"load it unchecked by runs:/{version.run}/{version.artifact}",
        )
    verify_digest(folder, expected=version.digest, known=_known_files(store, version), name=name)
    return folder


def _known_files(store: Store, version: ModelVersion) -> dict[str, str]:
    try:
        record = store.read_run(version.run)
    except NotFoundError:
        return {}
    prefix = f"{version.artifact}/"
    return {
        file.path.removeprefix(prefix): file.sha256
        for file in record.artifacts
        if file.path.startswith(prefix)
    }


def _no_model(path: str) -> NotFoundError:
    return NotFoundError(
        f"no model in {quote(path)}", hint=f"a model folder holds a file called {MLMODEL_NAME}"
    )
