"""Each test tracks into a store of its own, from a folder of its own."""

from __future__ import annotations

import os

import pytest

from runsite.tracking import experiments, sessions, starting, system_metrics, uris
from runsite.tracking.active import current, end_run

VARIABLES = (
    "RUNSITE_TRACKING_URI",
    "_RUNSITE_CHOSEN_URI",
    "RUNSITE_EXPERIMENT_NAME",
    "MLFLOW_EXPERIMENT_NAME",
    "RUNSITE_RUN_ID",
    "RUNSITE_STRICT",
    "RUNSITE_CAPTURE",
)


@pytest.fixture(autouse=True)
def tracked(tmp_path, monkeypatch):
    """Point tracking at ``runs`` in a folder of the test's own, and forget it afterwards."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(experiments, "_active", None)
    monkeypatch.setattr(starting, "_inherited_by", None)
    monkeypatch.setattr(system_metrics, "_enabled", None)
    uris.set_tracking_uri("runs")
    yield tmp_path / "work" / "runs"
    while current.stack:
        end_run()
    sessions.close_idle()
    current.last = None
    uris.set_tracking_uri("")
    for name in VARIABLES:
        os.environ.pop(name, None)
