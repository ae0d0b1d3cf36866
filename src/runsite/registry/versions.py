"""Which version a ``models:/…`` URI means. Pure."""

from __future__ import annotations

import re

from runsite.errors import InvalidValueError, NotFoundError, quote
from runsite.registry.names import match_stage
from runsite.registry.records import ARCHIVED, NO_STAGE, Model, ModelVersion, Registry

__all__ = ["find_latest", "resolve_model_uri"]

_URI = re.compile(r"models:/+(?P<name>[^/@]+)(?:/(?P<what>[^/@]+)|@(?P<alias>[^/@]+))")
_SHAPE = "write models:/NAME/VERSION, models:/NAME/STAGE or models:/NAME@ALIAS"


def resolve_model_uri(uri: str, registry: Registry) -> ModelVersion:
    """Return the version that a URI names.

    ``models:/name/3`` is a number, ``models:/name/Production`` a stage, ``models:/name@champion``
    an alias, ``models:/name/latest`` the highest number. ``None`` and ``Archived``, which many
    versions share, mean the highest number among them, as in MLflow.

    Raises:
        InvalidValueError: The URI has another shape, or names a stage that the registry has not.
        NotFoundError: There is no such model, version or alias, or nobody holds the stage.
    """
    match = _URI.fullmatch(uri)
    if match is None:
        raise InvalidValueError(f"{quote(uri)} names no registered model", hint=_SHAPE)
    model = registry.get_model(match["name"])
    if match["alias"] is not None:
        return _by_alias(model, match["alias"])
    what = match["what"]
    if what.isascii() and what.isdigit():
        return model.get_version(int(what))
    if what.lower() == "latest":
        return _latest(model, model.versions, "")
    return _by_stage(model, match_stage(what, registry.stages))


def find_latest(model: Model, stage: str) -> ModelVersion | None:
    """Return the version with the highest number in a stage (its registry spelling), or None."""
    held = [v for v in model.versions if model.stage_of(v.version) == stage]
    return held[-1] if held else None


def _by_alias(model: Model, alias: str) -> ModelVersion:
    number = model.aliases.get(alias)
    if number is None:
        known = ", ".join(sorted(model.aliases))
        hint = f"its aliases are {known}" if known else "it has no aliases"
        raise NotFoundError(f"model {quote(model.name)} has no alias {quote(alias)}", hint=hint)
    return model.get_version(number)


def _by_stage(model: Model, stage: str) -> ModelVersion:
    if stage not in (ARCHIVED, NO_STAGE):
        number = model.stages.get(stage)
        if number is not None:
            return model.get_version(number)
        held = ", ".join(f"{name}: {number}" for name, number in model.stages.items())
        hint = f"its stages are {held}" if held else "none of its versions has a stage"
        message = f"no version of model {quote(model.name)} is in stage {quote(stage)}"
        raise NotFoundError(message, hint=hint)
    return _latest(model, tuple(filter(None, [find_latest(model, stage)])), f" in stage {stage}")


def _latest(model: Model, versions: tuple[ModelVersion, ...], where: str) -> ModelVersion:
    if not versions:
        raise NotFoundError(f"model {quote(model.name)} has no version{where}")
    return versions[-1]
