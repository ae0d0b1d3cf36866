"""Stores that older versions wrote stay readable, with the answers that they gave then.

``tests/golden/store_format_<n>/`` holds one for each format: the store, a journal that its process
left behind, and what was read from them by the version that wrote them. They are never written
anew; a new format gets a folder of its own.
"""

from __future__ import annotations

import json
import shutil

import pytest

from runsite.cli.output import format_json
from runsite.records import FORMAT_VERSION
from runsite.store import Store
from support.repository import ROOT

CASES = sorted((ROOT / "tests" / "golden").glob("store_format_*"))


@pytest.fixture(params=CASES, ids=[case.name for case in CASES])
def case(request, tmp_path):
    """Copy a case to where it can be changed; give the store and what is expected."""
    shutil.copytree(request.param / "store", tmp_path / "store")
    shutil.copytree(request.param / "journals", tmp_path / "store" / "live")
    expected = json.loads((request.param / "expected.json").read_text(encoding="utf-8"))
    return tmp_path / "store", expected


def read(folder):
    store = Store.open(folder)
    points = store.scan_metrics().collect().sort("run_id", "key", "step", "timestamp")
    return {
        "runs": json.loads(format_json(list(store.read_runs().iter_rows(named=True)))),
        "points": json.loads(format_json(points.rows())),
        "experiments": [[e.name, dict(e.tags)] for e in store.read_experiments()],
    }


def test_every_format_has_a_store():
    """Format 1 to the present one."""
    assert [case.name for case in CASES] == [
        f"store_format_{number}" for number in range(1, FORMAT_VERSION + 1)
    ]


def test_it_reads_as_it_did(case):
    """Every row and point; columns that were added since aside."""
    folder, expected = case
    found = read(folder)
    assert found["points"] == expected["points"]
    assert found["experiments"] == expected["experiments"]
    assert len(found["runs"]) == len(expected["runs"])
    for run, wanted in zip(found["runs"], expected["runs"], strict=True):
        assert {key: run[key] for key in wanted} == wanted


def test_it_can_be_sealed_compacted_and_written_to(case, cli):
    """The commands of today take it, and nothing of it is lost."""
    folder, expected = case
    for command in ("seal", "compact --all", "doctor"):
        result = cli(*command.split(), "--store", str(folder))
        assert result.exit_code == 0, result.output
    store = Store.open(folder)
    store.update_run(expected["runs"][0]["run_id"], tags={"read_by": "a later version"})
    after = read(folder)
    assert after["points"] == expected["points"]
    assert [run["params"] for run in after["runs"]] == [run["params"] for run in expected["runs"]]
