"""The same script sees with runsite what it sees with MLflow.

``tests/golden/mlflow_script/expected.json`` is what MLflow 3.17.2 answered over SQLite; it was
written by running the script with ``mlflow sqlite:///m.db``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from support.repository import ROOT

CASE = ROOT / "tests" / "golden" / "mlflow_script"
EXPECTED = json.loads((CASE / "expected.json").read_text(encoding="utf-8"))

# What is another answer on purpose: MLflow's, ours, and why.
DIFFERENCES = {
    "metrics": (
        {**EXPECTED["metrics"], "inf": 1.7976931348623157e308},
        {**EXPECTED["metrics"], "inf": "inf"},
        "SQL has no infinity; here it is kept",
    ),
    "second run without nested": (
        "error Exception",
        "refused",
        "MLflow raises a bare Exception; here every error is of one tree",
    ),
}


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work")
    done = subprocess.run(
        [sys.executable, CASE / "script.py", "runsite", "runs"],
        cwd=folder,
        env={**os.environ, "RUNSITE_CAPTURE": "facts"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_script_sees_what_it_saw_with_mlflow(seen, name):
    """Values, orders, views, refusals: as there, but for the differences that are listed."""
    theirs, ours, _ = DIFFERENCES.get(name, (EXPECTED[name], EXPECTED[name], ""))
    assert EXPECTED[name] == theirs
    assert seen[name] == ours


def test_nothing_is_seen_that_mlflow_was_not_asked():
    """The expectation is complete: it was written by this script, not by an older one."""
    assert len(EXPECTED) > 90


def test_both_saw_the_same_questions(seen):
    """No answer is missing on either side."""
    assert set(seen) == set(EXPECTED)
