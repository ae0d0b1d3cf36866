"""What `runsite import` brings over is what MLflow itself reads from the same data."""

from __future__ import annotations

import json
import math
import textwrap
from pathlib import Path

import pytest

import runsite
from runsite.entities import ViewType
from runsite.registry.files import load_registry
from runsite.store import Store
from runsite.tracking import MlflowClient
from support.mlflow_peer import mlflow_peer

__all__ = ["mlflow_peer"]

REAL = (
    "mlflowdb-3d150n-2025",
    "mlflowdb-Peco602-2022",
    "mlruns-bilevel-rl",
    "mlruns-cpe393-taxi",
    "mlruns-experiments-mlflow",
    "mlruns-missedmatch",
    "mlruns-packt-hyperparam",
    "mlruns-usa-rain",
)


def find_source(shared_data: Path, name: str) -> Path:
    kind, _, rest = name.partition("-")
    return shared_data / kind / (f"{rest}.db" if kind == "mlflowdb" else rest)


def same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


@pytest.mark.parametrize("name", REAL)
def test_runs_are_those_that_mlflow_reads(name, shared_data, cli, tmp_store):
    """Status, stage, times, params, tags and last values of stores that people committed."""
    expected = json.loads((shared_data / "oracle" / f"{name}.json").read_text())
    result = cli("import", str(find_source(shared_data, name)), "--store", str(tmp_store))
    assert result.exit_code == 0, result.stderr
    client = MlflowClient(tmp_store)
    names = {e["id"]: e["name"] for e in expected["experiments"]}
    experiments = client.search_experiments(view_type=ViewType.ALL)
    assert {e.name for e in experiments} >= set(names.values())
    own = {e.experiment_id: e.name for e in experiments}
    found = {run.info.run_id: run for run in client.search_runs(list(own), run_view_type=3)}
    assert set(found) == {run["id"] for run in expected["runs"]}
    for wanted in expected["runs"]:
        run = found[wanted["id"]]
        assert own[run.info.experiment_id] == names[wanted["exp"]]
        assert run.info.status == wanted["status"]
        assert (run.info.start_time, run.info.end_time) == (wanted["start"], wanted["end"])
        assert run.data.params == wanted["params"]
        assert wanted["tags"].items() <= run.data.tags.items()
        assert set(run.data.metrics) == set(wanted["metrics"])
        assert all(same(run.data.metrics[k], float(v)) for k, v in wanted["metrics"].items())
        assert len(run.inputs.dataset_inputs) == wanted["inputs"]
    assert Store.open(tmp_store).problems == ()


@pytest.mark.parametrize("name", REAL)
def test_deleted_runs_stay_deleted(name, shared_data, cli, tmp_store):
    """Runs that say so, and all that lies in the trash."""
    expected = json.loads((shared_data / "oracle" / f"{name}.json").read_text())
    cli("import", str(find_source(shared_data, name)), "--store", str(tmp_store), "--no-artifacts")
    gone = set(Store.open(tmp_store).read_runs().filter(lifecycle_stage="deleted")["run_id"])
    source = find_source(shared_data, name)
    trashed = {path.name for path in source.glob(".trash/*/*")} if source.is_dir() else set()
    runs = {run["id"] for run in expected["runs"]}
    deleted = {e["id"] for e in expected["experiments"] if e["stage"] == "deleted"}
    assert gone == (trashed & runs) | {
        run["id"] for run in expected["runs"] if run["stage"] == "deleted" or run["exp"] in deleted
    }


@pytest.mark.parametrize("name", REAL)
def test_registered_models_keep_their_numbers_and_stages(name, shared_data, cli, tmp_path):
    """`--registry` gives a file that `check` reads, with each version of a run under its number."""
    expected = json.loads((shared_data / "oracle" / f"{name}.json").read_text())
    registry = tmp_path / "registry.yaml"
    source = str(find_source(shared_data, name))
    result = cli("import", source, "--registry", str(registry))
    assert result.exit_code == 0, result.stderr
    if not expected["models"]:
        assert not registry.exists()
        return
    models = load_registry(registry).models
    for wanted in expected["models"]:
        model = models[wanted["name"]]
        assert model.description == (wanted["desc"] or "")
        numbers = {version.version for version in model.versions}
        assert numbers == {int(v["v"]) for v in wanted["versions"]}
        held: set[str] = set()
        for version in sorted(wanted["versions"], key=lambda v: -int(v["v"])):
            stage = version["stage"]
            expected_stage = "None" if stage in held else stage
            held |= {stage} - {"None", "Archived"}
            assert model.stage_of(int(version["v"])) == expected_stage
            assert model.get_version(int(version["v"])).run == version["run_id"]


def test_importing_again_adds_nothing(shared_data, cli, tmp_store):
    """The second time every run is known, and the files are the same."""
    source = str(shared_data / "mlruns" / "experiments-mlflow")
    cli("import", source, "--store", str(tmp_store))
    before = sorted(path.name for path in tmp_store.rglob("*.*"))
    again = cli("import", source, "--store", str(tmp_store))
    assert again.stdout.startswith("imported 0 run(s), 0 point(s), 0 file(s), 0 experiment(s)")
    assert "18 run(s) were there already" in again.stderr
    assert sorted(path.name for path in tmp_store.rglob("*.*")) == before


MAKE = """
    import math
    import mlflow
    from mlflow.tracking import MlflowClient
    mlflow.set_tracking_uri(URI)
    mlflow.set_experiment("häufig / oft")
    with mlflow.start_run(run_name="one", description="words") as run:
        mlflow.log_params({"a/b c": "1", "ü": "x" * 500, "lines": "one\\ntwo"})
        mlflow.set_tag("team", "blau")
        for step, value in enumerate([1.0, math.nan, math.inf, -math.inf, 2.5]):
            mlflow.log_metric("loss/val", value, step=step)
        mlflow.log_metric("back", 1.0, step=5)
        mlflow.log_metric("back", 2.0, step=-3)
        mlflow.log_text("hello", "notes/über.txt")
        with mlflow.start_run(nested=True, run_name="child"):
            mlflow.log_metric("m", math.inf)
    with mlflow.start_run(run_name="gone") as gone:
        pass
    client = MlflowClient()
    client.delete_run(gone.info.run_id)
    client.create_registered_model("regressor", description="about it")
    for stage in ("Production", "Archived"):
        version = client.create_model_version(
            "regressor", f"{run.info.artifact_uri}/model", run.info.run_id)
        client.transition_model_version_stage("regressor", version.version, stage)
    client.set_registered_model_alias("regressor", "champion", "1")
    other = mlflow.create_experiment("away")
    client.delete_experiment(other)
    print(run.info.run_id)
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "file"])
def test_what_mlflow_writes_today_comes_over_whole(kind, mlflow_peer, cli, tmp_path, tmp_store):
    """Odd keys, NaN and infinities, nesting, files, stages, aliases and what was deleted."""
    uri = "sqlite:///mlflow.db" if kind == "sqlite" else (tmp_path / "mlruns").as_uri()
    out = mlflow_peer.run(f"URI = {uri!r}\n" + textwrap.dedent(MAKE), cwd=tmp_path)
    run_id = out.split()[-1]
    source = "sqlite:///mlflow.db" if kind == "sqlite" else "mlruns"
    registry = tmp_path / "registry.yaml"
    result = cli("import", source, "--store", str(tmp_store), "--registry", str(registry))
    assert result.exit_code == 0, result.stderr
    runsite.set_tracking_uri(tmp_store)
    run = runsite.get_run(run_id)
    assert run.data.params == {"a/b c": "1", "ü": "x" * 500, "lines": "one\ntwo"}
    assert run.data.tags["team"] == "blau"
    assert run.data.tags["mlflow.note.content"] == "words"
    assert run.data.metrics == {"loss/val": 2.5, "back": 1.0}
    history = MlflowClient().get_metric_history(run_id, "loss/val")
    assert [str(m.value) for m in history] == ["1.0", "nan", "inf", "-inf", "2.5"]
    assert runsite.artifacts.load_text(f"runs:/{run_id}/notes/über.txt") == "hello"
    children = runsite.search_runs(
        experiment_names=["häufig / oft"],
        filter_string=f"tags.mlflow.parentRunId = '{run_id}'",
        output_format="list",
    )
    assert [(c.info.run_name, c.data.metrics["m"]) for c in children] == [("child", math.inf)]
    gone = runsite.search_runs(
        experiment_names=["häufig / oft"], run_view_type=2, output_format="list"
    )
    assert [r.info.run_name for r in gone] == ["gone"]
    deleted = runsite.search_experiments(view_type=ViewType.DELETED_ONLY)
    assert [e.name for e in deleted] == ["away"]
    model = load_registry(registry).get_model("regressor")
    assert model.description == "about it"
    assert [model.stage_of(v.version) for v in model.versions] == ["Production", "Archived"]
    assert model.aliases == {"champion": 1}
    assert [v.artifact for v in model.versions] == ["model", "model"]
