"""What is known of an experiment beside its runs: one small JSON file per revision.

An experiment needs none: runs carry its name. Tags, renaming, deleting and an experiment without
runs do.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import itertools
import json
import os
from collections.abc import Iterable
from pathlib import Path

from runsite.errors import StoreError
from runsite.records import ExperimentRecord, make_experiment_id
from runsite.store.files import write_whole
from runsite.store.fold import check_record, time_from_us, time_to_us
from runsite.store.layout import Layout

__all__ = ["identify_experiment", "read_experiments", "write_experiment"]

_SUFFIX = ".json"
_KNOWN = frozenset(field.name for field in dataclasses.fields(ExperimentRecord))
_UNREADABLE = (
    OSError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
)


def write_experiment(layout: Layout, record: ExperimentRecord) -> None:
    """Write one revision under a name of its own."""
    values = dataclasses.asdict(record)
    for name in ("created", "updated"):
        time = getattr(record, name)
        values[name] = None if time is None else time_to_us(time)
    text = json.dumps({"format": 1, **values}, indent=1, sort_keys=True) + "\n"
    path = layout.experiments / f"{record.experiment_id}.{record.session}{_SUFFIX}"
    write_whole(path, text.encode())


def read_experiments(layout: Layout) -> list[ExperimentRecord]:
    """Read the newest revision of each experiment, ordered by id; unreadable files count for none.

    Tags of several newest revisions (made on two branches) are united.
    """
    newest: dict[str, ExperimentRecord] = {}
    for record in sorted(_read_all(layout), key=lambda r: (r.revision, r.session)):
        before = newest.get(record.experiment_id)
        if before is not None and before.revision == record.revision:
            tags = {**before.tags, **record.tags}
            newest[record.experiment_id] = dataclasses.replace(record, tags=tags)
        else:
            newest[record.experiment_id] = record
    return [newest[key] for key in sorted(newest)]


def identify_experiment(records: Iterable[ExperimentRecord], name: str) -> str:
    """Return the id of the experiment of a name: its own, else a new one that is not taken.

    Args:
        records: What `read_experiments` gives.
        name: Its name of today. One that another experiment had before is free again.
    """
    names = {record.experiment_id: record.name for record in records}
    found = (key for key, other in names.items() if other == name)
    made = (make_experiment_id(name, attempt) for attempt in itertools.count())
    return next(found, "") or next(key for key in made if key not in names)


def _read_all(layout: Layout) -> list[ExperimentRecord]:
    with contextlib.suppress(StoreError):  # out of reach: what was read before is what is known
        layout.refresh(layout.experiments)
    try:
        names = sorted(os.listdir(layout.experiments))
    except (FileNotFoundError, NotADirectoryError):
        return []
    records = []
    for name in names:
        if name.startswith(".") or not name.endswith(_SUFFIX):
            continue
        path = layout.experiments / name
        # runsite doctor names one that cannot be read; its runs are shown all the same.
        with contextlib.suppress(*_UNREADABLE):
            stat = path.stat()
            records.append(_read_record(path, stat.st_mtime_ns, stat.st_size))
    return records


@functools.lru_cache(maxsize=4096)  # every search asks for every experiment
def _read_record(path: Path, mtime_ns: int, size: int) -> ExperimentRecord:
    values = json.loads(path.read_text(encoding="utf-8"))
    values = {key: value for key, value in values.items() if key in _KNOWN}
    for key in ("created", "updated"):
        time = values.get(key)
        values[key] = None if time is None else time_from_us(int(time))
    record = ExperimentRecord(**values)
    check_record(record)
    return record
