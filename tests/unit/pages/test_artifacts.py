"""The rows of files and models."""

from __future__ import annotations

import json

import pytest

from runsite.pages.artifacts import (
    ModelColumn,
    RunFiles,
    make_artifact_rows,
    make_model_rows,
    parse_signature,
)
from runsite.records import ArtifactRecord, ModelRecord
from support.sites import make_run

FILES = (
    ArtifactRecord("model/MLmodel", 500, "a" * 64),
    ArtifactRecord("model/model.skops", 1_500_000, "b" * 64),
    ArtifactRecord("plots/roc.png", 20_000, "c" * 64),
)
SIGNATURE = json.dumps(
    {
        "inputs": json.dumps(
            [{"name": "trip", "type": "double"}, {"type": "long", "required": False}]
        ),
        "outputs": json.dumps(
            [{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 3]}}]
        ),
        "params": None,
    }
)


def test_a_file_has_an_address_or_a_reason():
    """What is not on the site says why; what is leads there and keeps its name."""
    files = RunFiles({"plots/roc.png": "files/cc/c.png"}, {"model/model.skops": "larger than 1 MB"})
    rows = make_artifact_rows(FILES, files=files)
    assert [(row.name, row.size, row.address, row.reason) for row in rows] == [
        ("MLmodel", "500 B", "", ""),
        ("model.skops", "1.5 MB", "", "larger than 1 MB"),
        ("roc.png", "20.0 kB", "files/cc/c.png", ""),
    ]


def test_a_model_is_summarised():
    """Its files count together, and its signature is columns."""
    run = make_run(
        1,
        artifacts=FILES,
        models=(ModelRecord("model", ("sklearn", "python_function"), "", SIGNATURE),),
    )
    (row,) = make_model_rows(run)
    assert (row.n_files, row.size, row.flavors) == (2, "1.5 MB", "sklearn, python_function")
    assert row.uri == f"runs:/{run.run_id}/model"
    assert row.columns == (
        ModelColumn("input", "trip", "double"),
        ModelColumn("input", "", "long, optional"),
        ModelColumn("output", "", "float64 (?, 3)"),
    )


@pytest.mark.parametrize("text", ["", "[", "[]", "3", '{"inputs": 3}', '{"inputs": ["a", 3]}'])
def test_a_signature_that_is_none_has_no_columns(text):
    """Whatever stands in an MLmodel file, the page is built."""
    assert parse_signature(text) == ()
