"""How long the cards of many model versions take: facts, check, words and HTML.

    python benchmarks/cards.py [--versions 500]

Prints a table. The floor beside it is what markdown-it alone needs to parse the same texts once
each: no card can be rendered in less.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runsite.cards.check import CardRules, check_card
from runsite.cards.facts import CardSources, assemble_facts
from runsite.cards.files import find_figures, load_card
from runsite.cards.markdown import render_filled
from runsite.cards.parser import get_parser
from runsite.cards.values import make_values
from runsite.config import CardConfig
from runsite.records import InputRecord, MetricSummary, RunRecord, SourceRecord
from runsite.registry import Model, ModelVersion

BEGAN = datetime(2026, 11, 23, tzinfo=UTC)
WORDS = """\
---
license: apache-2.0
owner: Fleet team
contact: fleet@example.org
---

# Trip duration

## Intended use

Planning shifts of drivers in New York. The typical error is {{ metrics.rmse:.1f }} minutes,
version {{ previous.version }} had {{ previous.metrics.rmse }}. See [the report](https://example.org).

## Out-of-scope use

- Pricing of single trips.
- Cities other than **New York**.

## Training data

| data set | rows | from |
|---|---:|---|
| green, January 2021 | {{ data.train.rows }} | TLC |

## Evaluation data

Green taxis, February 2021, {{ data.eval.rows }} trips[^1].

[^1]: Between one and sixty minutes.

## Limitations

> [!WARNING]
> Trips of more than an hour were left out.

Errors are largest in `Staten Island`, where few trips were made.
"""


def make_model(count: int) -> tuple[Model, dict[str, RunRecord]]:
    """Make a model of many versions, and their runs with ten params and five metrics."""
    versions = tuple(
        ModelVersion(
            version=number,
            run=f"{number:032x}",
            artifact="model",
            digest="sha256:" + "0" * 64,
            registered_at=BEGAN + timedelta(hours=number),
        )
        for number in range(1, count + 1)
    )
    runs = {version.run: make_run(version) for version in versions}
    return Model("trips", stages={"Production": count // 2}, versions=versions), runs


def make_run(version: ModelVersion) -> RunRecord:
    """Make the run of a version."""
    value = 7 + version.version / 1000
    metric = MetricSummary(value, 9, 0, value, 9, 12.0, 0, 10)
    return RunRecord(
        run_id=version.run,
        revision=1,
        session="",
        experiment_id="0",
        experiment="trips",
        run_name=f"run-{version.version}",
        status="FINISHED",
        lifecycle_stage="active",
        start_time=BEGAN,
        source=SourceRecord(git_commit="0" * 40, python="3.12", packages={"xgboost": "3.2.0"}),
        params={f"param_{i}": str(i) for i in range(10)},
        metrics=dict.fromkeys(("rmse", "mae", "r2", "loss", "val-rmse"), metric),
        inputs=(
            InputRecord("green-1", "a", "train", rows=73908),
            InputRecord("green-2", "b", "eval", rows=61921),
        ),
    )


def write_words(folder: Path, *, count: int, own: bool) -> list[str]:
    """Write one card for all versions, or one for each; return the texts."""
    folder.mkdir()
    (folder / "trips.md").write_text(WORDS, encoding="utf-8")
    if not own:
        return [WORDS]
    (folder / "trips").mkdir()
    texts = [f"{WORDS}\n## Notes\n\nOf version {number}.\n" for number in range(1, count + 1)]
    for number, text in enumerate(texts, 1):
        (folder / "trips" / f"{number}.md").write_text(text, encoding="utf-8")
    return texts


def make_cards(folder: Path, model: Model, runs: dict[str, RunRecord]) -> int:
    """Do for each version what a build does for its card; return the size of the HTML."""
    sources = CardSources(runs=runs)
    rules = CardRules(CardConfig().required, CardConfig().fields)
    size = 0
    for version in model.versions:
        card = load_card(folder, model=model.name, version=version.version)
        if card is None:
            raise SystemExit("the card is gone")
        values = make_values(assemble_facts(model, version, sources=sources))
        _, missing = find_figures(card, folder=folder)
        if check_card(card, rules=rules, values=values, figure_problems=missing):
            raise SystemExit("the card is not complete")
        size += len(render_filled(card, values=values, figures={})[0])
    return size


def measure(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall time and processor time in seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--versions", type=int, default=500)
    count = options.parse_args().versions
    model, runs = make_model(count)
    print(f"{count} versions, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'':34}{'wall s':>8}{'cpu s':>8}{'ms each':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for own, title in ((False, "one card for all"), (True, "a card for each")):
            cards = Path(folder) / title.replace(" ", "-")
            texts = write_words(cards, count=count, own=own)
            floor = measure(lambda texts=texts: [get_parser().parse(text) for text in texts])
            done = measure(lambda cards=cards: make_cards(cards, model, runs))
            for name, (wall, processor) in ((title, done), ("  floor: parsing alone", floor)):
                each = processor * 1000 / count
                print(f"{name:34}{wall:8.2f}{processor:8.2f}{each:9.2f}")


if __name__ == "__main__":
    main()
