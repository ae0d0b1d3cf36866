"""Reading what the facts of a version are made from: the store's runs, the registry, the example.

The other modules of this package get values; this one and `files` know where they come from.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from runsite.cards.evaluations import (
    MAX_EVALUATION_BYTES,
    find_evaluations,
    parse_evaluation,
)
from runsite.cards.facts import CardFacts, CardSources, Estimate, StageMove, assemble_facts
from runsite.errors import ModelError, NotFoundError, quote
from runsite.models.mlmodel import read_mlmodel
from runsite.records import RunRecord
from runsite.registry import Model, Registry, resolve_model_uri
from runsite.registry.compare import MoveKind
from runsite.registry.history import History
from runsite.store import Store

__all__ = [
    "Surroundings",
    "choose_version",
    "collect_facts",
    "make_stage_moves",
    "read_estimates",
    "read_example",
]

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
    run = runs.get(found.run)
    sources = CardSources(
        runs=runs,
        estimates=read_estimates(store, run) if run else (),
        history=around.history,
        example=read_example(store, run, artifact=found.artifact) if run else "",
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


def read_estimates(store: Store, run: RunRecord) -> tuple[Estimate, ...]:
    """Read what the evaluations of a run measured; what cannot be read is passed over."""
    found: list[Estimate] = []
    for path in find_evaluations(item.path for item in run.artifacts):
        with contextlib.suppress(OSError, ValueError):
            text = _read_text(store.find_artifact(run.run_id, path), most=MAX_EVALUATION_BYTES)
            found += parse_evaluation(text, path=path)
    return tuple(found)


def read_example(store: Store, run: RunRecord, *, artifact: str) -> str:
    """Return a model's input example as compact JSON text; empty where there is none."""
    folder = store.artifacts_dir(run.run_id) / artifact
    try:
        info = read_mlmodel(folder).saved_input_example_info or {}
        name = str(info.get("artifact_path") or "")
        found = store.find_artifact(run.run_id, f"{artifact}/{name}") if name else None
        text = _read_text(found, most=_MAX_EXAMPLE)
        return json.dumps(json.loads(text)) if text else ""
    except (OSError, ValueError, ModelError, NotFoundError, RecursionError):
        return ""


def _read_text(path: Path | None, *, most: int) -> str:
    """Read a text file; empty where there is none, or it is larger than `most`."""
    if path is None:
        return ""
    with path.open("rb") as file:
        data = file.read(most + 1)
    return data.decode("utf-8") if len(data) <= most else ""
