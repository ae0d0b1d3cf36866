"""The rows of a run's files and of the models among them. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runsite.pages.context import told
from runsite.pages.files import ImageSeries, Preview
from runsite.pages.formatting import format_bytes
from runsite.records import ArtifactRecord, ModelRecord, RunRecord

__all__ = [
    "ArtifactRow",
    "ModelColumn",
    "ModelRow",
    "RunFiles",
    "make_artifact_rows",
    "make_model_rows",
    "parse_signature",
]


@dataclass(frozen=True, slots=True)
class RunFiles:
    """What is known of a run's files on the site. Not a context: an input of the assembly.

    Attributes:
        addresses: Path inside the run's artifacts → path from the site's root.
        skipped: Path of a file that is not on the site → why.
        previews: What is shown of the files.
        series: Images that were logged by step.
        shown: Path of a file → how scripts show it: the ending of one that stands on the site, or
            the kind of its excerpt.
    """

    addresses: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    previews: tuple[Preview, ...] = ()
    series: tuple[ImageSeries, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ArtifactRow:
    """A file that the run produced."""

    path: str = told("Path inside the run's artifacts.")
    name: str = told("Last part of the path: what a download is called.")
    size: str = told("Size for people.")
    sha256: str = told("Digest, 64 hex digits.")
    address: str = told("Where it lies on the site, from the root; empty where it does not.")
    reason: str = told("Why it is not on the site; empty where it is.")
    shown: str = told(
        "For the page of any run: the ending of a picture, sound or film, or the kind of an excerpt."
    )


@dataclass(frozen=True, slots=True)
class ModelColumn:
    """One column or tensor of a model's signature."""

    side: str = told("`input`, `output` or `param`.")
    name: str = told("Name; empty for a tensor without one.")
    type: str = told("Type, with the shape of a tensor.")


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model that the run logged."""

    path: str = told("Folder inside the run's artifacts.")
    flavors: str = told("Flavors, joined by commas.")
    digest: str = told("Digest over its files; may be empty.")
    uri: str = told("What `load_model` takes.")
    n_files: int = told("How many files it has.")
    size: str = told("Size of all of them.")
    columns: tuple[ModelColumn, ...] = told("Signature; empty where there is none.")


def make_artifact_rows(
    artifacts: Sequence[ArtifactRecord], *, files: RunFiles
) -> tuple[ArtifactRow, ...]:
    """List a run's files with where each can be had."""
    return tuple(
        ArtifactRow(
            path=a.path,
            name=a.path.rpartition("/")[2],
            size=format_bytes(a.size_bytes),
            sha256=a.sha256,
            address=files.addresses.get(a.path, ""),
            reason=files.skipped.get(a.path, ""),
            shown=files.shown.get(a.path, ""),
        )
        for a in artifacts
    )


def make_model_rows(run: RunRecord) -> tuple[ModelRow, ...]:
    """Summarise the models among a run's files."""
    return tuple(_make_model_row(run, model) for model in run.models)


def _make_model_row(run: RunRecord, model: ModelRecord) -> ModelRow:
    start = f"{model.path}/" if model.path else ""
    sizes = [a.size_bytes for a in run.artifacts if a.path.startswith(start)]
    return ModelRow(
        path=model.path,
        flavors=", ".join(model.flavors),
        digest=model.digest,
        uri=f"runs:/{run.run_id}/{model.path}",
        n_files=len(sizes),
        size=format_bytes(sum(sizes)),
        columns=parse_signature(model.signature),
    )


def parse_signature(text: str) -> tuple[ModelColumn, ...]:
    """Read a signature as MLmodel files hold it; what is not understood is left out.

    Source: https://mlflow.org/docs/latest/ml/model/signatures/
    """
    signature = _read(text)
    if not isinstance(signature, dict):
        return ()
    sides = (("input", "inputs"), ("output", "outputs"), ("param", "params"))
    return tuple(
        ModelColumn(side, str(item.get("name") or ""), _format_type(item))
        for side, key in sides
        for item in _list(signature.get(key))
    )


def _list(value: object) -> list[dict[str, object]]:
    """Read one side: a list, or the JSON text of one."""
    items = _read(value) if isinstance(value, str) else value
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _read(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, str) and text else None
    except (ValueError, RecursionError):
        return None


def _format_type(item: Mapping[str, object]) -> str:
    tensor = item.get("tensor-spec")
    if isinstance(tensor, dict):
        shape = tensor.get("shape")
        sizes = (
            ", ".join("?" if n == -1 else str(n) for n in shape) if isinstance(shape, list) else ""
        )
        return f"{tensor.get('dtype', 'tensor')} ({sizes})"
    kind = str(item.get("type", ""))
    return f"{kind}, optional" if item.get("required") is False else kind
