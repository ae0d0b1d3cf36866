"""Reading what the facts of a version are made from: the store's runs, the registry, the example.

The other modules of this package get values; this one and `files` know where they come from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from runsite.cards.facts import CardFacts, CardSources, StageMove, assemble_facts
from runsite.errors import ModelError, NotFoundError, quote
from runsite.models.mlmodel import read_mlmodel
from runsite.records import RunRecord
from runsite.registry import Model, Registry, resolve_model_uri
from runsite.registry.compare import MoveKind
from runsite.registry.history import History
from runsite.store import Store

__all__ = ["Surroundings", "choose_version", "collect_facts", "make_stage_moves"]

_MAX_EXAMPLE = 16 * 1024


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a project knows besides the store and the registry.

    Attributes:
        history: Changes of stages of the model, oldest first.
        directions: Metric key → ``min`` or ``max``.
        repository_url: Web address of the Git repository.
    """

    history: tuple[StageMove, ...] = ()
    directions: Mapping[str, str] | None = None
    repository_url: str = ""


def collect_facts(
    store: Store, model: Model, *, version: int, around: Surroundings | None = None
) -> CardFacts:
    """Collect the facts of one version.

    Raises:
        NotFoundError: The model has no such version.
        StoreError: The store cannot be read.
    """
    around = around or Surroundings()
    found = model.get_version(version)
    runs = _read_runs(store, _find_relevant(model, version=version))
    folder = store.artifacts_dir(found.run) / found.artifact if found.run in runs else None
    sources = CardSources(
        runs=runs,
        history=around.history,
        example=_read_example(folder) if folder else "",
        directions=around.directions or {},
        repository_url=around.repository_url,
    )
    return assemble_facts(model, found, sources=sources)


def make_stage_moves(history: History, *, model: str) -> tuple[StageMove, ...]:
    """Pick the changes of stages of one model from the registry's history, oldest first."""
    return tuple(
        StageMove(
            version=event.move.version or 0,
            before=event.move.before,
            after=event.move.after,
            at=event.commit.time if event.commit else None,
            by=event.commit.author if event.commit else "",
            commit=event.commit.commit if event.commit else "",
            message=event.commit.subject if event.commit else "",
            pull_request=event.commit.pull_request if event.commit else None,
        )
        for event in history.of_model(model)
        if event.move.kind is MoveKind.STAGE
    )


def choose_version(registry: Registry, *, model: str, version: str | None) -> int:
    """Return the number that a person means by a version: a number, a stage, or an ``@alias``.

    Args:
        registry: The registry.
        model: Name of the model.
        version: What was written; None means what is in Production, else the newest version.

    Raises:
        NotFoundError: There is no such model, version or alias, or nobody holds the stage.
        InvalidValueError: The registry has no stage of that name.
    """
    found = registry.get_model(model)
    if version is not None:
        separator = "" if version.startswith("@") else "/"
        return resolve_model_uri(f"models:/{model}{separator}{version}", registry).version
    newest = max((v.version for v in found.versions), default=None)
    number = found.stages.get("Production", newest)
    if number is None:
        raise NotFoundError(
            f"model {quote(model)} has no versions yet", hint="runsite register adds one"
        )
    return number


def _find_relevant(model: Model, *, version: int) -> set[str]:
    """Return the runs of the version, of the one before it and of the one in Production."""
    before = [v.version for v in model.versions if v.version < version]
    numbers = {version, model.stages.get("Production"), max(before, default=None)}
    return {v.run for v in model.versions if v.version in numbers}


def _read_runs(store: Store, run_ids: Iterable[str]) -> dict[str, RunRecord]:
    runs = {}
    for run_id in run_ids:
        try:
            runs[run_id] = store.read_run(run_id)
        except NotFoundError:
            continue  # the card says that the run is not in the store
    return runs


def _read_example(folder: Path) -> str:
    """Return the model's input example as compact JSON text; empty where there is none."""
    try:
        info = read_mlmodel(folder).saved_input_example_info or {}
        name = str(info.get("artifact_path") or "")
        path = folder / name
        if not name or not path.resolve().is_relative_to(folder.resolve()):
            return ""
        with path.open(encoding="utf-8") as file:
            text = file.read(_MAX_EXAMPLE + 1)
        return json.dumps(json.loads(text)) if len(text) <= _MAX_EXAMPLE else ""
    except (OSError, ValueError, ModelError, NotFoundError, RecursionError):
        return ""
