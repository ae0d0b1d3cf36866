"""Which names a model, a stage and an alias may have. Pure."""

from __future__ import annotations

import re

from runsite.errors import InvalidValueError, quote
from runsite.registry.records import ARCHIVED, NO_STAGE

__all__ = [
    "MAX_NAME",
    "check_alias",
    "check_model_name",
    "explain_alias",
    "explain_model_name",
    "explain_stage_name",
    "match_stage",
]

MAX_NAME = 250
_ALIAS = re.compile(r"[A-Za-z0-9_.\-]+")
_VERSION_LIKE = re.compile(r"[vV]?\d+")


def explain_model_name(name: str) -> str:
    """Say why a model cannot have this name; empty where it can.

    ``/``, ``:`` and ``@`` separate the parts of ``models:/name/Stage`` and ``models:/name@alias``.
    """
    if not name.strip():
        return "a model name may not be empty"
    if name != name.strip():
        return "a model name may not start or end with a space"
    if len(name) > MAX_NAME:
        return f"a model name may have {MAX_NAME} characters; this one has {len(name)}"
    if name in (".", ".."):
        return "a model name may not be a folder reference"
    if not name.isprintable():
        return "a model name may hold printable characters only"
    bad = sorted({char for char in name if char in "/\\:@"})
    return f"a model name may not hold {' '.join(bad)}" if bad else ""


def explain_alias(alias: str) -> str:
    """Say why an alias cannot be called this; empty where it can. The rules are MLflow's."""
    if not _ALIAS.fullmatch(alias) or len(alias) > MAX_NAME:
        return "an alias has letters, digits, '-', '_' and '.' only"
    if alias.lower() == "latest":
        return "'latest' always means the newest version"
    if _VERSION_LIKE.fullmatch(alias):
        return "an alias may not look like a version number"
    return ""


def explain_stage_name(stage: str) -> str:
    """Say why a team's stage cannot be called this; empty where it can."""
    if not stage.strip() or stage != stage.strip() or not stage.isprintable():
        return "a stage needs a printable name without spaces around it"
    if any(char in "/\\:@" for char in stage) or len(stage) > MAX_NAME:
        return "a stage name may not hold / \\ : @ and has at most 250 characters"
    if stage.isdigit():
        return "a stage name may not be a number"
    if stage.lower() in ("none", "latest"):
        return f"{quote(stage)} has a meaning of its own"
    return ""


def check_model_name(name: str) -> None:
    """Accept a model's name.

    Raises:
        InvalidValueError: No model may have it.
    """
    reason = explain_model_name(name)
    if reason:
        raise InvalidValueError(f"no model can be called {quote(name)}", hint=reason)


def check_alias(alias: str) -> None:
    """Accept an alias.

    Raises:
        InvalidValueError: No alias may be called this.
    """
    reason = explain_alias(alias)
    if reason:
        raise InvalidValueError(f"no alias can be called {quote(alias)}", hint=reason)


def match_stage(stage: str, stages: tuple[str, ...]) -> str:
    """Return the registry's spelling of a stage; upper and lower case do not matter.

    ``None`` and ``Archived`` are stages of every registry.

    Raises:
        InvalidValueError: The registry has no such stage.
    """
    known = {name.lower(): name for name in (*stages, ARCHIVED, NO_STAGE)}
    found = known.get(stage.lower())
    if found is None:
        names = ", ".join(known.values())
        raise InvalidValueError(f"unknown stage {quote(stage)}", hint=f"use one of: {names}")
    return found
