"""What is known of an experiment beside its runs: one small JSON file per revision.

An experiment needs none: runs carry its name. Tags, renaming, deleting and an experiment without
runs do.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os

from runsite.errors import StoreError
from runsite.records import ExperimentRecord
from runsite.store.files import write_whole
from runsite.store.fold import check_record, time_from_us, time_to_us
from runsite.store.layout import Layout

__all__ = ["read_experiments", "write_experiment"]

_SUFFIX = ".json"


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


def _read_all(layout: Layout) -> list[ExperimentRecord]:
    with contextlib.suppress(StoreError):  # out of reach: what was read before is what is known
        layout.refresh(layout.experiments)
    try:
        names = sorted(os.listdir(layout.experiments))
    except (FileNotFoundError, NotADirectoryError):
        return []
    known = {f.name for f in dataclasses.fields(ExperimentRecord)}
    records = []
    for name in names:
        if name.startswith(".") or not name.endswith(_SUFFIX):
            continue
        try:
            values = json.loads((layout.experiments / name).read_text(encoding="utf-8"))
            values = {key: value for key, value in values.items() if key in known}
            for key in ("created", "updated"):
                time = values.get(key)
                values[key] = None if time is None else time_from_us(int(time))
            record = ExperimentRecord(**values)
            check_record(record)
            records.append(record)
        except (OSError, ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            continue  # runsite doctor names it; the experiment's runs are shown all the same
    return records
