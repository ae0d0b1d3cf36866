"""The verbs that record what a run read."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from runsite.data import as_dataset, make_record
from runsite.entities import DatasetInput
from runsite.errors import InvalidValueError, quote
from runsite.records import InputRecord
from runsite.tracking.active import get_session
from runsite.tracking.convert import CONTEXT_TAG

__all__ = ["log_input", "log_inputs", "record_from_input"]

_log = logging.getLogger("runsite")


def log_input(
    dataset: Any = None,
    context: str | None = None,
    tags: dict[str, str] | None = None,
    model: Any = None,
) -> None:
    """Record a dataset that the run used: its name, digest, schema, rows and source.

    Args:
        dataset: From `runsite.data`, or a DataFrame, a table, an array or a path as it is.
        context: What it was used for, such as ``training`` or ``validation``.
        tags: Only ``mlflow.data.context`` is kept; it says the same as `context`. Others are
            named in a warning: `set_tag` keeps them with the run.
        model: Accepted for MLflow's sake, and not kept.

    Raises:
        InvalidValueError: It is nothing that can be described.
    """
    if dataset is None:
        return
    context = context or (tags or {}).get(CONTEXT_TAG)
    record = make_record(as_dataset(dataset), context=context)
    get_session().writer.add_input(record)
    left = sorted(quote(key) for key in tags or () if key != CONTEXT_TAG)
    if left:
        _log.warning(
            "inputs have no tags of their own, not kept: %s (set_tag does)", " ".join(left)
        )


def log_inputs(
    datasets: list[Any] | None = None,
    contexts: list[str | None] | None = None,
    tags_list: list[dict[str, str] | None] | None = None,
    models: list[Any] | None = None,
) -> None:
    """Record several datasets. See `log_input`.

    Raises:
        InvalidValueError: The lists differ in length.
    """
    datasets = datasets or []
    contexts = contexts if contexts is not None else [None] * len(datasets)
    tags_list = tags_list if tags_list is not None else [None] * len(datasets)
    if not len(datasets) == len(contexts) == len(tags_list):
        raise InvalidValueError(
            f"{len(datasets)} datasets, {len(contexts)} contexts and {len(tags_list)} tags "
            "do not belong together"
        )
    for dataset, context, tags in zip(datasets, contexts, tags_list, strict=True):
        log_input(dataset, context=context, tags=tags)


def record_from_input(item: DatasetInput) -> InputRecord:
    """Turn an entity, such as another run's input, into what the store keeps."""
    dataset = item.dataset
    context = next((tag.value for tag in item.tags if tag.key == CONTEXT_TAG), "")
    return InputRecord(
        name=dataset.name,
        digest=dataset.digest,
        context=context,
        source_type=dataset.source_type,
        source=dataset.source,
        schema=dataset.schema or "",
        rows=_read_rows(dataset.profile),
    )


def _read_rows(profile: str | None) -> int | None:
    try:
        values = json.loads(profile or "{}")
    except ValueError:
        return None
    rows = values.get("num_rows") if isinstance(values, Mapping) else None
    return rows if isinstance(rows, int) else None
