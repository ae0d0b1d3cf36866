"""A project with two versions of a model and a card, for tests of cards."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runsite.cards import Card, parse_card
from runsite.cards.facts import CardFacts, CardSources, Estimate, StageMove, assemble_facts
from runsite.records import (
    ArtifactRecord,
    InputRecord,
    MetricSummary,
    ModelRecord,
    RunRecord,
    SourceRecord,
)
from runsite.registry import Model, ModelVersion, promote_version, register_version
from runsite.store import Store

__all__ = [
    "CARD_TEXT",
    "PNG",
    "make_card",
    "make_facts",
    "make_model",
    "make_runs",
    "write_project",
]

MODEL = "nyc-taxi-regressor"
BEGAN = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)
RUN_IDS = ("0193a5c0e9b97c5f8d3f6f0c8a7b6e21", "0193a5c0e9b97c5f8d3f6f0c8a7b6e22")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d4944415478da63fcffff3f030005fe02fea72f6b430000000049454e44ae426082"
)
SIGNATURE = {
    "inputs": [
        {"name": "PULocationID_DOLocationID", "type": "string", "required": True},
        {"name": "trip_distance", "type": "double", "required": True},
    ],
    "outputs": [{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}],
    "params": None,
}
EXAMPLE = {"columns": ["PULocationID_DOLocationID", "trip_distance"], "data": [["74_75", 3.2]]}
MLMODEL = """\
flavors:
  python_function: {loader_module: runsite.xgboost}
  xgboost: {xgb_version: 3.2.0}
saved_input_example_info:
  artifact_path: input_example.json
  type: dataframe
"""

CARD_TEXT = """\
---
license: apache-2.0
owner: Fleet team
contact: fleet@example.org
language: en
pipeline_tag: tabular-regression
tags: [taxi]
---

# NYC taxi trip duration

## Intended use

Planning shifts of drivers. The typical error is {{ metrics.rmse:.1f }} minutes, measured on
{{ data.eval.rows }} trips; version {{ previous.version }} had {{ previous.metrics.rmse }}.

![residuals](figures/residuals.png)

## Out-of-scope use

- Pricing of single trips.
- Cities other than New York.

## Training data

Green taxis, January 2021.

## Evaluation data

Green taxis, February 2021.

## Ethical considerations

Pick-up zones stand for neighbourhoods: errors differ between them.

## Limitations

Trips of less than 1 or more than 60 minutes were left out.
"""


def make_runs() -> dict[str, RunRecord]:
    """Make the runs of the two versions: the second is better, with one param changed."""
    return {run_id: _make_run(index, run_id) for index, run_id in enumerate(RUN_IDS)}


def make_model(*, production: int | None = 1) -> Model:
    """Make the registry's entry: version 1 in Production, version 2 in Staging."""
    stages = {"Staging": 2} | ({"Production": production} if production else {})
    return Model(
        name=MODEL,
        description="Trip duration in minutes",
        stages=stages,
        aliases={"champion": 2},
        versions=tuple(
            ModelVersion(
                version=index + 1,
                run=run_id,
                artifact="models",
                digest="sha256:" + f"{index + 1}" * 64,
                registered_at=BEGAN + timedelta(days=index),
                registered_by="moshifa",
                description=f"Depth {30 - index}",
            )
            for index, run_id in enumerate(RUN_IDS)
        ),
    )


def make_facts(*, version: int = 2, **sources: object) -> CardFacts:
    """Make the facts of one version, with an evaluation and a history."""
    model = make_model()
    plain: dict[str, object] = {
        "runs": make_runs(),
        "estimates": (
            Estimate("rmse", 6.61, split="test", low=6.5, high=6.72, level=0.95, rows=61921),
            Estimate("rmse", 7.9, split="test", slice="borough=Queens", low=7.5, high=8.3),
        ),
        "history": (
            StageMove(1, "None", "Production", BEGAN, "Ada", "4f2c9aa0b1", "First model", 7),
            StageMove(2, "None", "Staging"),
        ),
        "example": json.dumps(EXAMPLE),
        "repository_url": "https://git.example.org/taxi",
    }
    return assemble_facts(
        model, model.get_version(version), sources=CardSources(**{**plain, **sources})
    )


def make_card(text: str = CARD_TEXT) -> Card:
    """Parse the card's text."""
    return parse_card(text, path=Path("cards") / f"{MODEL}.md")


def write_project(folder: Path, *, card: str | None = CARD_TEXT) -> Path:
    """Write a project into a folder: store, registry, settings, card and its picture."""
    store = Store.create(folder / "runs")
    for index, (run_id, run) in enumerate(make_runs().items()):
        _write_run(store, run)
        register_version(
            folder / "registry.yaml",
            name=MODEL,
            run_id=run_id,
            artifact="models",
            digest="sha256:" + f"{index + 1}" * 64,
            registered_at=BEGAN + timedelta(days=index),
            registered_by="moshifa",
            description=f"Depth {30 - index}",
        )
    promote_version(folder / "registry.yaml", name=MODEL, version=2, stage="Production")
    if card is not None:
        (folder / "cards" / "figures").mkdir(parents=True)
        (folder / "cards" / f"{MODEL}.md").write_text(card, encoding="utf-8")
        (folder / "cards" / "figures" / "residuals.png").write_bytes(PNG)
    return folder


def _make_run(index: int, run_id: str) -> RunRecord:
    rmse = 6.61 - index / 10
    summary = {"last_step": 30, "last_time_us": 0, "min_step": 30, "max_step": 0, "count": 31}
    files = {"MLmodel": MLMODEL.encode(), "model.ubj": b"x" * 1_920}
    files["input_example.json"] = json.dumps(EXAMPLE).encode()
    return RunRecord(
        run_id=run_id,
        revision=1,
        session="s",
        experiment_id="0",
        experiment="nyc-taxi",
        run_name=f"brisk-cab-{index}",
        status="FINISHED",
        lifecycle_stage="active",
        start_time=BEGAN + timedelta(days=index),
        source=SourceRecord(
            user="moshifa",
            host="laptop",
            source_type="LOCAL",
            source_name="train.py",
            command="python train.py --depth 30",
            git_commit=f"{index + 1}" * 40,
            git_branch="main",
            git_dirty=bool(index),
            git_remote="https://git.example.org/taxi.git",
            python="3.12.4",
            platform="Linux",
            packages={"xgboost": "3.2.0", "scikit_learn": f"1.9.{index}"},
        ),
        params={"max_depth": str(30 - index), "booster": "gbtree"},
        tags={"developer": "Nadia"},
        metrics={
            "rmse": MetricSummary(last=rmse, min=rmse, max=12.0, **summary),
            "training-mae": MetricSummary(last=4.2, min=4.2, max=9.0, **summary),
        },
        inputs=(
            InputRecord(
                "green-2021-01", "d1a1", "train", "http", "https://example.org/1", "", 73908
            ),
            InputRecord(
                "green-2021-02", f"d2{index}", "eval", "http", "https://example.org/2", "", 61921
            ),
        ),
        artifacts=(
            *(
                ArtifactRecord(f"models/{name}", len(data), hashlib.sha256(data).hexdigest())
                for name, data in files.items()
            ),
            ArtifactRecord("plots/importance.png", len(PNG), hashlib.sha256(PNG).hexdigest()),
        ),
        models=(ModelRecord("models", ("python_function", "xgboost"), "", json.dumps(SIGNATURE)),),
    )


def _write_run(store: Store, run: RunRecord) -> None:
    writer = store.start_run(run)
    writer.set_source(run.source)
    writer.set_params(run.params)
    writer.set_tags(run.tags)
    writer.log_metrics([(key, m.last, m.last_step, 1) for key, m in run.metrics.items()])
    for item in run.inputs:
        writer.add_input(item)
    folder = writer.artifacts_dir
    contents = {
        "models/MLmodel": MLMODEL.encode(),
        "models/input_example.json": json.dumps(EXAMPLE).encode(),
        "models/model.ubj": b"x" * 1_920,
    }
    for artifact in run.artifacts:
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents.get(artifact.path, PNG))
    writer.add_artifacts(run.artifacts)
    for model in run.models:
        writer.add_model(model)
    writer.close(status="FINISHED", end_time=run.start_time + timedelta(minutes=4))
