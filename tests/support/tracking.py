"""Tracking holds state for its process: the chosen store, the experiment, the active runs.

A test that sets any of it must not reach the next one, which may be of another file: workers run
many files in one process.
"""

from __future__ import annotations

import os
import sys

import pytest

__all__ = ["forget_tracking", "fresh_tracking"]

VARIABLES = (
    "RUNSITE_TRACKING_URI",
    "_RUNSITE_CHOSEN_URI",
    "RUNSITE_EXPERIMENT_NAME",
    "MLFLOW_EXPERIMENT_NAME",
    "RUNSITE_RUN_ID",
    "RUNSITE_REGISTRY",
    "RUNSITE_STRICT",
    "RUNSITE_CAPTURE",
)


def forget_tracking() -> None:
    """End what runs, and put tracking back to where a new process begins."""
    for name in VARIABLES:
        os.environ.pop(name, None)
    if "runsite.tracking.active" not in sys.modules:
        return
    from runsite.tracking import experiments, sessions, starting, system_metrics, uris
    from runsite.tracking.active import current, end_run

    while current.stack:
        end_run()
    sessions.close_idle()
    current.last = None
    experiments._active = None
    starting._inherited_by = None
    system_metrics._enabled = None
    uris.set_tracking_uri("")


@pytest.fixture(autouse=True)
def fresh_tracking():
    """Forget, after each test, what it chose; made first, so that it is undone last."""
    yield
    forget_tracking()
