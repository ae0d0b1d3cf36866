"""A hyper-parameter search of made runs: a parent, trials of every kind, a known best place."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from runsite.records import RunRecord
from support.sites import History, make_run, make_run_id

__all__ = ["EXPERIMENT", "make_search"]

EXPERIMENT = "depth search"


def make_search(count: int, *, points: int = 60) -> Iterator[tuple[RunRecord, History]]:
    """Make a parent and its trials.

    ``rmse`` depends on the learning rate most (the best is 0.04), then on the booster and the
    depth (9); ``reg_lambda`` and ``min_child_weight`` do nothing. Every 61st trial has failed.
    """
    chance = random.Random(7)
    yield make_run(0, experiment=EXPERIMENT, run_name="search"), {"rmse": [6.2]}
    for number in range(1, count):
        rate = 10 ** chance.uniform(-4, 0)
        depth = chance.randint(2, 16)
        share = chance.uniform(0.4, 1)
        booster = chance.choice(["gbtree", "dart", "gblinear"])
        base = (
            5.5
            + (math.log10(rate) + 1.4) ** 2 * 0.9
            + abs(depth - 9) * 0.12
            + (1 - share) * 0.3
            + {"gbtree": 0, "dart": 0.15, "gblinear": 0.9}[booster]
            + chance.gauss(0, 0.12)
        )
        speed = max(0.02, min(0.4, rate * 1.5))
        rmse = [
            base + 6 * math.exp(-speed * step) + chance.gauss(0, 0.06) for step in range(points)
        ]
        mae = [value * 0.62 + chance.gauss(0, 0.02) for value in rmse]
        params = {
            "learning_rate": f"{rate:.6g}",
            "max_depth": str(depth),
            "subsample": f"{share:.4g}",
            "booster": booster,
            "reg_lambda": f"{10 ** chance.uniform(-3, 2):.5g}",
            "min_child_weight": str(chance.choice([1, 2, 5, 10])),
            "objective": "reg:squarederror",
        }
        run = make_run(
            number,
            experiment=EXPERIMENT,
            run_name=f"trial-{number}",
            parent_run_id=make_run_id(0),
            status="FINISHED" if number % 61 else "FAILED",
            params=params,
            tags={"team": chance.choice(["blue", "green"])},
        )
        yield run, {"rmse": rmse, "mae": mae, "r2": [1 - (rmse[-1] / 9) ** 2]}
