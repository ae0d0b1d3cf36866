"""Runs made of thin air, for tests of the store."""

from __future__ import annotations

from datetime import UTC, datetime

from runsite.records import RunRecord

BEGAN = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)


def a_run(number: int = 1, **fields: object) -> RunRecord:
    """Make a run that has just begun; its id is its number."""
    plain: dict[str, object] = {
        "run_id": f"{number:032x}",
        "revision": 0,
        "session": "",
        "experiment_id": "0",
        "experiment": "Default",
        "run_name": f"run-{number}",
        "status": "RUNNING",
        "lifecycle_stage": "active",
        "start_time": BEGAN,
    }
    return RunRecord(**{**plain, **fields})  # type: ignore[arg-type]
