"""kill -9 at any instant loses no value whose log call had returned."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from support.repository import ROOT

KILLS = os.environ.get("RUNSITE_KILLS", "25")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
@pytest.mark.parametrize("way", ["map", "write"])
def test_a_kill_at_a_random_instant_loses_nothing(tmp_path, way):
    """All points are there once, in order, before and after sealing; also amid a roll."""
    path = os.pathsep.join([str(ROOT / "tests"), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "support.kills", tmp_path, KILLS, "7"],
        env={**os.environ, "PYTHONPATH": path, "RUNSITE_JOURNAL": way, "RUNSITE_CAPTURE": "off"},
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(outcomes) == int(KILLS)
    assert [outcome for outcome in outcomes if outcome[2]] == []
    assert sum(count for _, count, _ in outcomes) > 1000
