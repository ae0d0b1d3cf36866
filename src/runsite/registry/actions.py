"""The registry's verbs as functions on a file: each makes one edit and returns its diff."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from runsite.registry.changes import Change
from runsite.registry.files import edit_registry
from runsite.registry.plans import Edit
from runsite.registry.records import ModelVersion

__all__ = [
    "archive_version",
    "create_model",
    "delete_alias",
    "delete_model",
    "delete_tag",
    "delete_version",
    "promote_version",
    "register_version",
    "rename_model",
    "set_alias",
    "set_description",
    "set_tag",
    "unassign_stage",
]

_Path = str | os.PathLike[str]


def register_version(  # noqa: PLR0913 - the fields of a version, all by keyword
    path: _Path,
    *,
    name: str,
    run_id: str,
    artifact: str,
    digest: str,
    registered_at: datetime,
    registered_by: str,
    description: str = "",
    tags: Mapping[str, str] | None = None,
) -> ModelVersion:
    """Register a folder of a run's artifacts as the model's next version.

    The file and the model are made where there are none. The caller gives the digest of the
    folder (`runsite.models.digest.digest_folder`) and the time.

    Raises:
        InvalidValueError: No model can have that name.
        RegistryError: The file cannot be read or written, or the edit is refused.
    """
    number = 0

    def plan(edit: Edit) -> Sequence[Change]:
        nonlocal number
        number = edit.next_version(name)
        version = ModelVersion(
            version=number,
            run=run_id,
            artifact=artifact,
            digest=digest,
            registered_at=registered_at,
            registered_by=registered_by,
            description=description,
            tags=dict(tags or {}),
        )
        return edit.register(name, version)

    result = edit_registry(path, plan)
    return result.registry.get_model(name).get_version(number)


def promote_version(
    path: _Path, *, name: str, version: int, stage: str, archive_existing: bool = False
) -> str:
    """Give a stage to a version and return the diff, empty where the version has it already.

    Who held the stage has none after; with `archive_existing` it is archived.

    Raises:
        NotFoundError: There is no such model or version.
        InvalidValueError: The registry has no such stage.
        RegistryError: The file cannot be read or written, or the edit is refused.
    """
    return _edit(path, lambda e: e.promote(name, version, stage, archive_existing=archive_existing))


def archive_version(path: _Path, *, name: str, version: int) -> str:
    """Retire a version: it loses its stage and is marked archived. Returns the diff."""
    return _edit(path, lambda e: e.archive(name, version))


def unassign_stage(path: _Path, *, name: str, version: int) -> str:
    """Take the stage from a version, or its mark of being archived. Returns the diff."""
    return _edit(path, lambda e: e.unassign(name, version))


def set_alias(path: _Path, *, name: str, alias: str, version: int) -> str:
    """Point an alias of a model to a version. Returns the diff."""
    return _edit(path, lambda e: e.set_alias(name, alias, version))


def delete_alias(path: _Path, *, name: str, alias: str) -> str:
    """Remove an alias of a model. Returns the diff."""
    return _edit(path, lambda e: e.delete_alias(name, alias))


def set_description(path: _Path, *, name: str, description: str, version: int | None = None) -> str:
    """Describe a model, or one version of it; an empty text removes it. Returns the diff."""
    return _edit(path, lambda e: e.describe(name, description, version=version))


def set_tag(path: _Path, *, name: str, key: str, value: str, version: int | None = None) -> str:
    """Set a tag of a model, or of one version of it. Returns the diff."""
    return _edit(path, lambda e: e.set_tag(name, key, value, version=version))


def delete_tag(path: _Path, *, name: str, key: str, version: int | None = None) -> str:
    """Remove a tag of a model, or of one version of it. Returns the diff."""
    return _edit(path, lambda e: e.delete_tag(name, key, version=version))


def create_model(
    path: _Path, *, name: str, description: str = "", tags: Mapping[str, str] | None = None
) -> str:
    """Add a model without versions. Returns the diff.

    Raises:
        AlreadyExistsError: The name is taken.
    """
    return _edit(
        path, lambda e: e.create_model(name, description=description, tags=dict(tags or {}))
    )


def rename_model(path: _Path, *, name: str, new_name: str) -> str:
    """Give a model another name. Returns the diff.

    Raises:
        AlreadyExistsError: The name is taken.
    """
    return _edit(path, lambda e: e.rename_model(name, new_name))


def delete_model(path: _Path, *, name: str) -> str:
    """Remove a model with all its versions. Returns the diff."""
    return _edit(path, lambda e: e.delete_model(name))


def delete_version(path: _Path, *, name: str, version: int) -> str:
    """Remove a version with its stage and aliases. Returns the diff.

    ``runsite check --base`` reports a removed version: to retire one, archive it.
    """
    return _edit(path, lambda e: e.delete_version(name, version))


def _edit(path: _Path, plan: Callable[[Edit], Sequence[Change]]) -> str:
    return edit_registry(path, plan).diff
