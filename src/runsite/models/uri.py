"""The four ways to name a model: a run's, a registered version, an alias, a path. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from runsite.errors import InvalidValueError, quote

__all__ = ["ModelIdUri", "ModelUri", "PathUri", "RegisteredUri", "RunUri", "parse_model_uri"]

_FORMS = (
    "use runs:/<run_id>/<path>, models:/<name>/<version or stage>, models:/<name>@<alias> or a path"
)
_MODEL_ID = re.compile(r"m-[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class RunUri:
    """A model among a run's artifacts."""

    run_id: str
    path: str


@dataclass(frozen=True, slots=True)
class RegisteredUri:
    """A registered version; the registry knows which one the rest of the URI means."""

    name: str


@dataclass(frozen=True, slots=True)
class ModelIdUri:
    """A logged model by its own id."""

    model_id: str


@dataclass(frozen=True, slots=True)
class PathUri:
    """A folder of this machine."""

    path: str


ModelUri = RunUri | RegisteredUri | ModelIdUri | PathUri


def parse_model_uri(text: str) -> ModelUri:
    """Read a model's URI.

    Raises:
        InvalidValueError: The URI is empty, of a scheme that means nothing here, or incomplete.
    """
    if not text:
        raise InvalidValueError("the model's URI is empty", hint=_FORMS)
    scheme, sep, rest = text.partition(":")
    if sep and scheme == "runs":
        return _parse_run(text, rest=rest.lstrip("/"))
    if sep and scheme == "models":
        return _parse_registered(text, rest=rest.lstrip("/"))
    if sep and scheme == "file":
        return PathUri(unquote(urlsplit(text).path))
    if "://" in text:
        raise InvalidValueError(f"a model cannot be loaded from {quote(text)}", hint=_FORMS)
    return PathUri(text)


def _parse_run(text: str, *, rest: str) -> RunUri:
    run_id, _, path = rest.partition("/")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not run_id or not parts or ".." in parts:
        raise InvalidValueError(
            f"{quote(text)} does not name a run's model", hint="use runs:/<run_id>/<path>"
        )
    return RunUri(run_id, "/".join(parts))


def _parse_registered(text: str, *, rest: str) -> RegisteredUri | ModelIdUri:
    rest = rest.rstrip("/")
    if _MODEL_ID.fullmatch(rest):
        return ModelIdUri(rest)
    for mark in ("@", "/"):
        name, sep, which = rest.rpartition(mark)
        if sep and name and which and "/" not in name:
            return RegisteredUri(name)
    raise InvalidValueError(f"{quote(text)} does not name a registered version", hint=_FORMS)
