"""From events to a run: what a journal's events make of the run that it began with. Pure.

The same function serves the sealed row and the live view, so a run looks the same before and
after it is sealed.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias, TypeVar

from runsite.records import (
    ArtifactRecord,
    InputRecord,
    MetricSummary,
    ModelRecord,
    RunRecord,
    RunStatus,
    SourceRecord,
)
from runsite.store.slots import Event

__all__ = [
    "check_record",
    "fold_events",
    "format_record",
    "merge_summaries",
    "parse_record",
    "time_from_us",
    "time_to_us",
]

_T = TypeVar("_T")
_Values: TypeAlias = Mapping[str, object]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def time_from_us(time_us: int) -> datetime:
    """Turn microseconds since 1970-01-01 UTC into a time; clamps what a calendar cannot hold."""
    try:
        return _EPOCH + timedelta(microseconds=time_us)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if time_us > 0 else datetime.min.replace(tzinfo=UTC)


def time_to_us(time: datetime) -> int:
    """Turn a time with its zone into microseconds since 1970-01-01 UTC."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def format_record(record: RunRecord) -> dict[str, object]:
    """Turn a run into JSON values, for the journal's first event."""
    values = dataclasses.asdict(record)
    values["start_time"] = time_to_us(record.start_time)
    values["end_time"] = time_to_us(record.end_time) if record.end_time else None
    return values


def parse_record(values: Mapping[str, object]) -> RunRecord:
    """Read back what `format_record` made; fields that a newer minor version added are ignored."""
    known = {f.name for f in dataclasses.fields(RunRecord)}
    v: dict[str, object] = {key: value for key, value in values.items() if key in known}
    v["start_time"] = time_from_us(_int(v["start_time"]))
    end = v.get("end_time")
    v["end_time"] = None if end is None else time_from_us(_int(end))
    v["source"] = _build(SourceRecord, v.get("source"))
    metrics = v.get("metrics")
    v["metrics"] = {
        str(key): _build(MetricSummary, summary)
        for key, summary in (metrics if isinstance(metrics, Mapping) else {}).items()
    }
    v["inputs"] = tuple(_build(InputRecord, item) for item in _list(v.get("inputs")))
    v["artifacts"] = tuple(_build(ArtifactRecord, item) for item in _list(v.get("artifacts")))
    v["models"] = tuple(_build_model(item) for item in _list(v.get("models")))
    v["sessions"] = tuple(_list(v.get("sessions")))
    v["parts"] = tuple(_list(v.get("parts")))
    return RunRecord(**v)  # type: ignore[arg-type]  # values come from format_record


def fold_events(
    base: RunRecord, events: Iterable[Event], *, metrics: Mapping[str, MetricSummary]
) -> RunRecord:
    """Apply a journal's events, and the summaries of its points, to the run it began with."""
    draft = _Draft(base)
    for event in events:
        # `open` and `key` are the reader's, and a kind of a newer version must not stop an older
        # reader: what is not known here is passed over.
        apply = _APPLY.get(event.kind)
        if apply is not None:
            apply(draft, event.values)
    return draft.finish(metrics)


class _Draft:
    """A run while events are applied to it; lives for one call of `fold_events`."""

    def __init__(self, base: RunRecord) -> None:
        self.base = base
        self.params = dict(base.params)
        self.tags = dict(base.tags)
        self.artifacts = {item.path: item for item in base.artifacts}
        self.models = {item.path: item for item in base.models}
        self.inputs = list(base.inputs)
        self.changes: dict[str, object] = {}

    def set_params(self, values: _Values) -> None:
        self.params.update(_texts(values["v"]))

    def set_tags(self, values: _Values) -> None:
        self.tags.update(_texts(values["v"]))

    def delete_tag(self, values: _Values) -> None:
        self.tags.pop(str(values["key"]), None)

    def add_input(self, values: _Values) -> None:
        record = _build(InputRecord, values["v"])
        if record not in self.inputs:
            self.inputs.append(record)

    def add_artifacts(self, values: _Values) -> None:
        for item in _list(values["v"]):
            artifact = _build(ArtifactRecord, item)
            self.artifacts[artifact.path] = artifact

    def add_model(self, values: _Values) -> None:
        model = _build_model(values["v"])
        self.models[model.path] = model

    def set_source(self, values: _Values) -> None:
        self.changes["source"] = _build(SourceRecord, values["v"])

    def set_fields(self, values: _Values) -> None:
        self.changes.update(_settings(values))

    def finish(self, metrics: Mapping[str, MetricSummary]) -> RunRecord:
        return dataclasses.replace(
            self.base,
            params=self.params,
            tags=self.tags,
            artifacts=tuple(self.artifacts[path] for path in sorted(self.artifacts)),
            models=tuple(self.models[path] for path in sorted(self.models)),
            inputs=tuple(self.inputs),
            metrics=merge_summaries(self.base.metrics, metrics),
            **self.changes,  # type: ignore[arg-type]  # _settings gives fields of RunRecord
        )


_APPLY: Mapping[str, Callable[[_Draft, _Values], None]] = {
    "params": _Draft.set_params,
    "tags": _Draft.set_tags,
    "untag": _Draft.delete_tag,
    "input": _Draft.add_input,
    "artifacts": _Draft.add_artifacts,
    "model": _Draft.add_model,
    "source": _Draft.set_source,
    "set": _Draft.set_fields,
}


def merge_summaries(
    older: Mapping[str, MetricSummary], newer: Mapping[str, MetricSummary]
) -> dict[str, MetricSummary]:
    """Combine the summaries of two sets of points, the first logged before the second."""
    merged = dict(older)
    for key, summary in newer.items():
        before = merged.get(key)
        merged[key] = summary if before is None else _merge(before, summary)
    return merged


def _merge(a: MetricSummary, b: MetricSummary) -> MetricSummary:
    last = b if (b.last_step, b.last_time_us) >= (a.last_step, a.last_time_us) else a
    low = b if a.min is None or (b.min is not None and b.min < a.min) else a
    high = b if a.max is None or (b.max is not None and b.max > a.max) else a
    return MetricSummary(
        last=last.last,
        last_step=last.last_step,
        last_time_us=last.last_time_us,
        min=low.min,
        min_step=low.min_step,
        max=high.max,
        max_step=high.max_step,
        count=a.count + b.count,
    )


def _settings(values: Mapping[str, object]) -> dict[str, object]:
    """Read a ``set`` event, which may hold any of the run's own fields."""
    changes: dict[str, object] = {}
    for name in ("run_name", "lifecycle_stage", "experiment", "experiment_id", "parent_run_id"):
        if name in values:
            changes[name] = values[name]
    if "status" in values:
        changes["status"] = RunStatus(str(values["status"])).value
    if "end_time" in values:
        end = values["end_time"]
        changes["end_time"] = None if end is None else time_from_us(_int(end))
    for name in ("interrupted", "incomplete"):
        if name in values:
            changes[name] = bool(values[name])
    return changes


def _build(kind: type[_T], values: object) -> _T:
    known = {f.name for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    items = values if isinstance(values, Mapping) else {}
    return kind(**{str(key): value for key, value in items.items() if key in known})


def _build_model(values: object) -> ModelRecord:
    model = _build(ModelRecord, values)
    return dataclasses.replace(model, flavors=tuple(model.flavors))


_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "datetime": (datetime,),
    "None": (type(None),),
}


def check_record(record: object) -> None:
    """Check that the plain fields of a record, and of those in it, hold what they are made for.

    Raises:
        TypeError: One does not; an event that no writer of ours made can hold anything.
    """
    for name, kinds in _list_fields(type(record)):  # type: ignore[arg-type]  # classes can be hashed
        value = getattr(record, name)
        if kinds:
            if not isinstance(value, kinds):
                raise TypeError(f"{name} is {value!r}")
            continue
        items = value.values() if isinstance(value, Mapping) else value
        for item in items if isinstance(value, Mapping | tuple) else (value,):
            if dataclasses.is_dataclass(item):
                check_record(item)
            elif isinstance(value, Mapping | tuple) and not isinstance(item, str):
                raise TypeError(f"{name} holds {item!r}")


@functools.cache
def _list_fields(record: type) -> tuple[tuple[str, tuple[type, ...]], ...]:
    """List a record's fields with the plain types that each may hold; none where others may."""
    found = []
    for field in dataclasses.fields(record):
        kinds = [_KINDS.get(name, ()) for name in str(field.type).split(" | ")]
        found.append((field.name, tuple(k for each in kinds for k in each) if all(kinds) else ()))
    return tuple(found)


def _texts(values: object) -> dict[str, str]:
    return {str(k): str(v) for k, v in values.items()} if isinstance(values, Mapping) else {}


def _list(values: object) -> Sequence[object]:
    return values if isinstance(values, list | tuple) else ()


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"expected a whole number, not {value!r}")
    return value
