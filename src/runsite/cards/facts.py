"""What data says of one model version: all of the card that nobody has to write.

Pure: the registry's entry, the run and its neighbours go in as values, `CardFacts` comes out. The
page, the exports and the references in a card's words all read the same facts.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from runsite.cards.changes import Change, assemble_changes
from runsite.directions import find_direction
from runsite.errors import ModelError
from runsite.models.schema import ColSpec, ParamSpec, TensorSpec, format_type
from runsite.models.signature import parse_signature
from runsite.records import ArtifactRecord, InputRecord, RunRecord
from runsite.registry.records import Model, ModelVersion

__all__ = [
    "CardFacts",
    "CardSources",
    "Estimate",
    "Field",
    "Identity",
    "MetricFact",
    "SignatureFacts",
    "StageMove",
    "assemble_facts",
    "split_metric_key",
]

_MAX_EXAMPLE_CODE = 600
_PICTURES = (".png", ".svg", ".jpg", ".jpeg", ".webp", ".gif")
_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "eval": "evaluation",
    "evaluation": "evaluation",
    "test": "test",
    "testing": "test",
    "holdout": "test",
}
_SPLIT_PREFIX = re.compile(
    rf"(?P<split>{'|'.join(sorted(_SPLITS, key=len, reverse=True))})(_\d+)?[-_/.:](?P<name>.+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class StageMove:
    """One version's way from a stage to another, as the registry's history tells it.

    Attributes:
        version: Number of the version.
        before: Stage that it had; ``None`` (the word) where it had none.
        after: Stage that it has since.
        at: When, UTC; None for what is not committed yet.
        by: Who made the change.
        commit: Id of the commit; empty for what is not committed yet.
        message: First line of its message.
        pull_request: Number, where the history tells it.
    """

    version: int
    before: str
    after: str
    at: datetime | None = None
    by: str = ""
    commit: str = ""
    message: str = ""
    pull_request: int | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A metric as an evaluation measured it: on which data, for whom, and how surely.

    Attributes:
        key: Name of the metric.
        value: The point estimate.
        split: Data that it was measured on, such as ``test``.
        slice: Part of that data, such as ``borough=Queens``; empty for all of it.
        low: Lower end of the confidence interval.
        high: Upper end of it.
        level: Confidence of the interval, such as 0.95.
        rows: How many rows it was measured on.
    """

    key: str
    value: float
    split: str = ""
    slice: str = ""
    low: float | None = None
    high: float | None = None
    level: float | None = None
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class MetricFact:
    """A metric of the version, from its run or from an evaluation.

    Attributes:
        key: Name as it was logged.
        name: Name without the split in front: ``rmse`` of ``validation_0-rmse``.
        direction: ``min`` or ``max`` where it is known which is better; else empty.
    """

    key: str
    name: str
    value: float
    split: str = ""
    slice: str = ""
    low: float | None = None
    high: float | None = None
    level: float | None = None
    rows: int | None = None
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One input, output or parameter of a signature."""

    name: str
    type: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """What the model takes and gives, ``text`` as it was recorded."""

    inputs: tuple[Field, ...] = ()
    outputs: tuple[Field, ...] = ()
    params: tuple[Field, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which version this is."""

    model: str
    version: int
    stage: str
    aliases: tuple[str, ...]
    digest: str
    registered_at: datetime
    registered_by: str = ""
    description: str = ""
    model_description: str = ""
    artifact: str = ""
    flavors: tuple[str, ...] = ()
    run_id: str = ""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """Everything that data says of one version.

    Attributes:
        run: The run that it came from; None where the store does not have it.
        changes: What is different from the version before and from the one in Production.
        metrics: From the run, then from evaluations, by split, name and slice.
        files: The files of the model, paths inside its folder.
        plots: Pictures among the run's artifacts, by path.
        snippet: Python that loads the version and calls it.
        example: An input example as JSON text; may be empty.
        history: Changes of stages of the model, oldest first.
        repository_url: Web address of the Git repository; may be empty.
    """

    identity: Identity
    run: RunRecord | None = None
    changes: tuple[Change, ...] = ()
    metrics: tuple[MetricFact, ...] = ()
    data: tuple[InputRecord, ...] = ()
    signature: SignatureFacts = field(default_factory=SignatureFacts)
    files: tuple[ArtifactRecord, ...] = ()
    plots: tuple[ArtifactRecord, ...] = ()
    snippet: str = ""
    example: str = ""
    history: tuple[StageMove, ...] = ()
    repository_url: str = ""

    @property
    def size_bytes(self) -> int:
        """Size of the model's files together."""
        return sum(item.size_bytes for item in self.files)


@dataclass(frozen=True, slots=True)
class CardSources:
    """What the facts of a version are made from, besides the registry's entry.

    Attributes:
        runs: Run id → run, for as many of the model's versions as the store has.
        estimates: What evaluations of this version measured.
        history: Changes of stages of the model, oldest first.
        example: An input example as JSON text.
        directions: Metric key → ``min`` or ``max``, where the project says so.
        repository_url: Web address of the Git repository.
    """

    runs: Mapping[str, RunRecord] = field(default_factory=dict)
    estimates: tuple[Estimate, ...] = ()
    history: tuple[StageMove, ...] = ()
    example: str = ""
    directions: Mapping[str, str] = field(default_factory=dict)
    repository_url: str = ""


def assemble_facts(model: Model, version: ModelVersion, *, sources: CardSources) -> CardFacts:
    """Assemble the facts of one version of a model."""
    run = sources.runs.get(version.run)
    files = _list_files(run, folder=version.artifact)
    return CardFacts(
        identity=_identify(model, version, run=run),
        run=run,
        changes=assemble_changes(model, version, runs=sources.runs, directions=sources.directions),
        metrics=_list_metrics(run, sources=sources),
        data=run.inputs if run else (),
        signature=_read_signature(run, folder=version.artifact),
        files=files,
        plots=_list_plots(run, inside=version.artifact),
        snippet=_make_snippet(model.name, version.version, example=sources.example),
        example=sources.example,
        history=sources.history,
        repository_url=sources.repository_url,
    )


def split_metric_key(key: str) -> tuple[str, str]:
    """Split a metric's key into the data that it was measured on and its name.

    Examples:
        >>> [split_metric_key(k) for k in ("validation_0-rmse", "training_r2_score", "rmse")]
        [('validation', 'rmse'), ('train', 'r2_score'), ('', 'rmse')]
    """
    match = _SPLIT_PREFIX.fullmatch(key)
    return (_SPLITS[match["split"].lower()], match["name"]) if match else ("", key)


def _identify(model: Model, version: ModelVersion, *, run: RunRecord | None) -> Identity:
    logged = [m for m in run.models if m.path == version.artifact] if run else []
    return Identity(
        model=model.name,
        version=version.version,
        stage=model.stage_of(version.version),
        aliases=model.aliases_of(version.version),
        digest=version.digest,
        registered_at=version.registered_at,
        registered_by=version.registered_by,
        description=version.description,
        model_description=model.description,
        artifact=version.artifact,
        flavors=logged[0].flavors if logged else (),
        run_id=version.run,
    )


def _list_metrics(run: RunRecord | None, *, sources: CardSources) -> tuple[MetricFact, ...]:
    facts = [_fact_of_estimate(estimate, sources=sources) for estimate in sources.estimates]
    measured = {e.key: e.value for e in sources.estimates if not e.slice}
    splits = {(f.split, f.name) for f in facts if not f.slice}
    for key, metric in run.metrics.items() if run else ():
        split, name = split_metric_key(key)
        # An evaluation logs what it measures: the same number is not told twice.
        told = math.isclose(measured.get(key, math.nan), metric.last, rel_tol=1e-9)
        if not told and (split, name) not in splits:
            direction = find_direction(key, directions=sources.directions) or ""
            facts.append(MetricFact(key, name, metric.last, split, direction=direction))
    return tuple(sorted(facts, key=lambda f: (f.split, f.name, f.slice, f.key)))


def _fact_of_estimate(estimate: Estimate, *, sources: CardSources) -> MetricFact:
    split, name = split_metric_key(estimate.key)
    return MetricFact(
        key=estimate.key,
        name=name,
        value=estimate.value,
        split=estimate.split or split,
        slice=estimate.slice,
        low=estimate.low,
        high=estimate.high,
        level=estimate.level,
        rows=estimate.rows,
        direction=find_direction(estimate.key, directions=sources.directions) or "",
    )


def _list_files(run: RunRecord | None, *, folder: str) -> tuple[ArtifactRecord, ...]:
    start = f"{folder}/" if folder else ""
    return tuple(
        ArtifactRecord(item.path[len(start) :], item.size_bytes, item.sha256)
        for item in (run.artifacts if run else ())
        if item.path.startswith(start)
    )


def _list_plots(run: RunRecord | None, *, inside: str) -> tuple[ArtifactRecord, ...]:
    """List the pictures of a run, those inside the model's own folder last."""
    pictures = [a for a in (run.artifacts if run else ()) if a.path.lower().endswith(_PICTURES)]
    return tuple(
        sorted(pictures, key=lambda a: (bool(inside) and a.path.startswith(f"{inside}/"), a.path))
    )


def _read_signature(run: RunRecord | None, *, folder: str) -> SignatureFacts:
    text = next((m.signature for m in (run.models if run else ()) if m.path == folder), "")
    try:
        signature = parse_signature(text)
    except ModelError:
        return SignatureFacts(text=text)  # another tool's; shown as it is
    if signature is None:
        return SignatureFacts()
    return SignatureFacts(
        inputs=_fields(signature.inputs.inputs if signature.inputs else ()),
        outputs=_fields(signature.outputs.inputs if signature.outputs else ()),
        params=_param_fields(signature.params.params if signature.params else ()),
        text=text,
    )


def _fields(specs: tuple[ColSpec | TensorSpec, ...]) -> tuple[Field, ...]:
    fields = []
    for index, spec in enumerate(specs):
        name = str(spec.name) if spec.name is not None else f"#{index}"
        if isinstance(spec, TensorSpec):
            shape = ", ".join("any" if size == -1 else str(size) for size in spec.shape)
            fields.append(Field(name, f"{spec.type} ({shape})"))
        else:
            fields.append(Field(name, format_type(spec.type), spec.required))
    return tuple(fields)


def _param_fields(specs: tuple[ParamSpec, ...]) -> tuple[Field, ...]:
    return tuple(
        Field(s.name, f"{s.dtype.value} (default {s.default!r})", required=False) for s in specs
    )


def _make_snippet(model: str, version: int, *, example: str) -> str:
    """Write the Python that loads a version, and calls it where there is something to call with."""
    uri = f"models:/{model}/{version}"
    head, data = _make_example_code(example)
    lines = [f"{head}import runsite", "", f"model = runsite.pyfunc.load_model({uri!r})"]
    return "\n".join([*lines, *data, "model.predict(data)"]) + "\n"


def _make_example_code(example: str) -> tuple[str, list[str]]:
    """Write an input example as Python: what to import, and the line that makes ``data``."""
    try:
        value = json.loads(example) if example else None
    except (ValueError, RecursionError):
        value = None
    head = ""
    code = "" if value is None else repr(value)
    if isinstance(value, dict) and {"columns", "data"} <= set(value):
        rows = value["data"][:1] if isinstance(value["data"], list) else value["data"]
        head = "import pandas\n"
        code = f"pandas.DataFrame({rows!r}, columns={value['columns']!r})"
    if not code or len(code) > _MAX_EXAMPLE_CODE:
        return "", []
    return head, [f"data = {code}"]
