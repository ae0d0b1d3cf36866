"""``runsite models`` and ``models show``: the registry at a glance, for people and programs."""

from __future__ import annotations

import csv
import io
import json

import pytest

from runsite.registry import set_description, set_tag
from runsite.store import Store
from support.models import log_model_run
from support.registries import REGISTRY

NAME = "nyc-taxi-regressor"
GATES = """\
    gates:
      Production:
        - metric: rmse
          max: 6.5
    versions:"""


@pytest.fixture
def project(tmp_path):
    """A folder with a registry of two versions, and an empty store."""
    (tmp_path / "registry.yaml").write_text(REGISTRY)
    return tmp_path


def lines_of(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_models_stand_in_a_table(project, cli):
    """Who holds which stage is one look; control characters stay out of the terminal."""
    set_description(project / "registry.yaml", name=NAME, description="a \x1b[31mred line\nmore")

    result = cli("models")

    assert result.exit_code == 0
    assert lines_of(result.stdout) == [
        "model versions stages aliases newest description",
        f"{NAME} 2 Production 1, Staging 2 champion 1 2 (2026-11-24) a \\x1b[31mred line\\nmore",
    ]
    assert result.stderr == ""


def test_programs_read_json_and_csv(project, cli):
    """The same facts without a table around them."""
    (found,) = json.loads(cli("models", "--format", "json").stdout)
    assert found == {
        "name": NAME,
        "description": "Trip duration in minutes",
        "tags": {},
        "stages": {"Production": 1, "Staging": 2},
        "aliases": {"champion": 1},
        "versions": [1, 2],
    }
    (row,) = csv.DictReader(io.StringIO(cli("models", "--format", "csv").stdout))
    assert (row["model"], row["stages"]) == (NAME, "Production 1, Staging 2")


def test_an_empty_registry_says_how_to_begin(cli):
    """No file is no failure."""
    result = cli("models")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "no models: runsite register RUN --name NAME makes one\n"
    assert cli("models", "--format", "json").stdout == "[]\n"


def test_a_model_is_shown_with_what_its_runs_measured(tmp_path, cli):
    """Stages, gates, tags, and a row for each version with the metrics that say most."""
    text = REGISTRY.replace("    versions:", GATES, 1)
    store = Store.create(tmp_path / "runs")
    run_id = log_model_run(store, 7, metrics={"rmse": 6.25, "epochs": 3.0})
    registry = tmp_path / "registry.yaml"
    registry.write_text(text.replace("0193a5c0e9b97c5f8d3f6f0c8a7b6e22", run_id))
    set_tag(registry, name=NAME, key="team", value="data")

    result = cli("models", "show", NAME)

    assert result.exit_code == 0
    assert lines_of(result.stdout) == [
        f"model {NAME}",
        "description Trip duration in minutes",
        "stages Production 1, Staging 2",
        "aliases champion 1",
        "tags team=data",
        "",
        "gates of Production",
        "rmse at most 6.5",
        "",
        "version stage aliases run registered by rmse epochs",
        f"2 Staging {run_id[:12]} 2026-11-24 moshifa 6.25 3 Depth 30, no early stopping",
        "1 Production champion 0193a5c0e9b9 (not in the store) 2026-11-23 moshifa",
    ]
    told = json.loads(cli("models", "show", NAME, "--format", "json").stdout)
    assert told["gates"] == {"Production": ["rmse at most 6.5"]}
    assert [v["metrics"] for v in told["versions"]] == [None, {"rmse": 6.25, "epochs": 3.0}]
    assert told["versions"][1]["stage"] == "Staging"


def test_the_registry_can_be_named_before_and_behind_show(project, cli):
    """Both ways of writing the option mean the same."""
    (project / "other.yaml").write_text(REGISTRY.replace(NAME, "other"))
    for args in (
        ["--registry", "other.yaml", "show", "other"],
        ["show", "other", "--registry", "other.yaml"],
    ):
        assert cli("models", *args).exit_code == 0


def test_an_unknown_model_is_answered_by_those_there_are(project, cli):
    """A typo costs one look."""
    result = cli("models", "show", "nyc-taxi")
    assert result.exit_code == 1
    assert result.stderr == (
        f"error: no model 'nyc-taxi' in the registry\n  hint:  the models are '{NAME}'\n"
    )
