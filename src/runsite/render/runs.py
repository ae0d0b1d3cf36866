"""Run pages as data: the same facts that the template shows, for the page of any run.

A shard holds the contexts of some runs. Their parts are kept once each, for most runs of a search
share their environment, their datasets and their code; ``docs/data.md`` has the shape.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from runsite.pages.run import RunPage
from runsite.render.shards import render_shard

__all__ = ["render_run_shard"]

_LEFT_OUT = frozenset({"site", "meta"})
# One for all: `json.dumps` makes an encoder each time, and a large site writes a million values.
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_FIELDS = tuple(field.name for field in dataclasses.fields(RunPage) if field.name not in _LEFT_OUT)


def render_run_shard(name: str, entries: Iterable[RunPage | tuple[str, str]]) -> str:
    """Write a shard.

    Args:
        name: Path of the shard from the site's root.
        entries: Runs by id: the page of each, or its id and the path of its own page.
    """
    parts: dict[str, int] = {}
    runs = []
    for entry in entries:
        if isinstance(entry, tuple):
            runs.append(_json(entry))
            continue
        places = [
            str(parts.setdefault(_json(_plain(getattr(entry, field))), len(parts)))
            for field in _FIELDS
        ]
        runs.append(f"[{_json(entry.run.run_id)},[{','.join(places)}]]")
    body = f'{{"fields":{_json(_FIELDS)},"parts":[{",".join(parts)}],"runs":[{",".join(runs)}]}}'
    return render_shard(name, body)


def _plain(value: object) -> object:
    """Turn dataclasses into objects, and a list of them into one object of columns."""
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, tuple):
        if value and dataclasses.is_dataclass(value[0]):
            return _columns(value)
        return [_plain(item) for item in value]
    return {name: _plain(getattr(value, name)) for name in _names_of(value)}


def _columns(items: tuple[object, ...]) -> dict[str, object]:
    columns: dict[str, object] = {"": len(items)}
    for name in _names_of(items[0]):
        values = [v if type(v) is str else _plain(v) for v in map(attrgetter(name), items)]
        # A column that says nothing is left out: most facts have no link and no longer form.
        if any(values) or any(value not in ("", None) for value in values):
            columns[name] = values
    return columns


def _names_of(value: Any) -> Iterable[str]:
    names: Iterable[str] = value.__dataclass_fields__  # without the cost of dataclasses.fields
    return names


def _json(value: object) -> str:
    text = _ENCODER.encode(value)
    # A lone surrogate (a badly decoded file name) cannot be written as UTF-8.
    return text.encode("utf-8", "replace").decode()
