"""TAB offers what there is, and never an error."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from runsite.registry.actions import create_model
from runsite.store import Store
from support.runs import a_run


def complete(words, folder):
    """Ask as bash does."""
    asked = {
        "_RUNSITE_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    environment = {**os.environ, **asked}
    code = "from runsite.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize("compacted", [False, True])
def test_ids_of_runs_are_offered(tmp_path, compacted):
    """From names of parts and journals, and from the footers of merged parts."""
    store = Store.create(tmp_path / "runs")
    for number in (1, 2, 0xABC):
        store.start_run(a_run(number)).close(status="FINISHED")
    if compacted:
        list(store.compact(everything=True))
    assert complete("runsite show ", tmp_path) == [f"{n:032x}" for n in (0xABC, 2, 1)]
    assert complete(f"runsite show {1:032x}"[:-1] + "a", tmp_path) == []


def test_names_of_models_are_offered(tmp_path):
    """Those that begin as what was typed."""
    for name in ("taxi", "tide", "rain"):
        create_model(tmp_path / "registry.yaml", name=name)
    assert complete("runsite promote t", tmp_path) == ["taxi", "tide"]


def test_nothing_is_offered_where_nothing_is(tmp_path):
    """A missing store, or a broken registry, is silence."""
    (tmp_path / "registry.yaml").write_text("models: [")
    assert complete("runsite show ", tmp_path) == []
    assert complete("runsite promote ", tmp_path) == []
