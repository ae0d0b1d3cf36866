"""Which params matter for a metric: a random forest, and what it loses when a param is shuffled.

A program of its own, for scikit-learn needs about a second to load: it loads that at once,
then reads the path of a file of orders from its input and prints what it found. It loads neither
Polars nor pandas.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["Importance", "ParamImportance", "measure_importance", "measure_orders"]

_FOLDS = 3
_REPEATS = 3
_TREES = 16
_DIGITS = 4
_LARGEST = 1e30
"""Trees hold params in 32 bits, and squares of metrics must fit into 64."""


@dataclass(frozen=True, slots=True)
class ParamImportance:
    """How much one param matters.

    Attributes:
        param: Key of the param.
        mean: How much of the metric's variance is no longer explained when it is shuffled.
        deviation: Standard deviation of that over folds and shuffles.
    """

    param: str
    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Importance:
    """What matters for one metric.

    Attributes:
        metric: Key of the metric.
        n_runs: Runs that were used.
        score: R² over runs that the forest had not seen (cross-validated).
        params: The most important first.
    """

    metric: str
    n_runs: int
    score: float
    params: tuple[ParamImportance, ...]


def measure_importance(
    features: Mapping[str, Sequence[float | None]], values: Sequence[float | None], *, metric: str
) -> Importance:
    """Measure permutation importance over held-out runs.

    For each fold a forest is grown on the other folds; each param of the fold is shuffled, and
    its importance is by how much the squared error grows, in units of the metric's variance. That
    is the loss of R². Values far out (beyond three box lengths) count as that far: one run that
    diverged would drown all others.

    Source: Breiman, "Random Forests" (2001), section 10; over held-out data as in scikit-learn's
    `permutation_importance`.

    Args:
        features: Param → values, one a run; None where the run has none.
        values: The metric, one a run; runs without a finite value are left out.
        metric: Name of the metric.
    """
    import numpy as np
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.model_selection import KFold

    target = np.array([np.nan if v is None else v for v in values], dtype=float)
    table = np.array([[np.nan if v is None else v for v in column] for column in features.values()])
    table = np.clip(table, -_LARGEST, _LARGEST)
    kept = np.isfinite(target)
    x, y = table.T[kept], _tame(target[kept])
    variance = float(y.var()) or 1.0
    error = 0.0
    losses: list[list[float]] = [[] for _ in features]
    for fold, (seen, unseen) in enumerate(
        KFold(_FOLDS, shuffle=True, random_state=0).split(x, groups=None)
    ):
        forest = RandomForestRegressor(_TREES, min_samples_leaf=2, random_state=fold, n_jobs=1)
        forest.fit(x[seen], y[seen])
        errors = _shuffled_errors(forest, x[unseen], y[unseen], seed=fold)
        error += float(errors[0]) * len(unseen)
        for place, column in enumerate(losses):
            start = 1 + place * _REPEATS
            column.extend((errors[start : start + _REPEATS] - errors[0]) / variance)
    found = [
        ParamImportance(name, float(np.mean(loss)), float(np.std(loss)))
        for name, loss in zip(features, losses, strict=True)
    ]
    score = 1 - error / len(y) / variance
    found.sort(key=lambda p: (-p.mean, p.param))
    return Importance(metric=metric, n_runs=len(y), score=score, params=tuple(found))


def _tame(values: Any) -> Any:
    """Bring values far out to three box lengths, and enormous ones into a larger unit."""
    import numpy as np

    # In eighths, which are exact: also lengths beyond the box of the largest numbers are numbers.
    q1, q3 = np.quantile(values / 8, [0.25, 0.75]).tolist()
    reach = 3 * (q3 - q1)
    near = np.clip(values, 8 * (q1 - reach), 8 * (q3 + reach)) if reach > 0 else values
    return near / max(1.0, float(np.abs(near).max()) / _LARGEST)


def _shuffled_errors(forest: Any, x: Any, y: Any, *, seed: int) -> Any:
    """Return the mean squared errors as is, and with each param shuffled `_REPEATS` times."""
    import numpy as np

    random = np.random.default_rng(seed)
    copies = [x]
    for place in range(x.shape[1]):
        for _ in range(_REPEATS):
            copy = x.copy()
            copy[:, place] = random.permutation(copy[:, place])
            copies.append(copy)
    # One call for all copies: a call costs more than the predictions of a fold.
    predicted = forest.predict(np.concatenate(copies)).reshape(len(copies), len(y))
    return ((predicted - y) ** 2).mean(axis=1)


def measure_orders(work: Mapping[str, Mapping[str, Any]]) -> dict[str, list[dict[str, object]]]:
    """Measure all metrics of all orders.

    Args:
        work: By any name: ``params`` and ``metrics``, ids of ``columns``, which has their values.
    """
    found: dict[str, list[dict[str, object]]] = {}
    for name, order in work.items():
        columns: Mapping[str, list[float | None]] = order["columns"]
        features = {i.removeprefix("params."): columns[i] for i in order["params"]}
        found[name] = [
            _round(
                asdict(measure_importance(features, columns[i], metric=i.removeprefix("metrics.")))
            )
            for i in order["metrics"]
        ]
    return found


def _round(found: dict[str, object]) -> dict[str, object]:
    """Round what is measured: the last digits differ from machine to machine."""
    return json.loads(json.dumps(found), parse_float=lambda text: round(float(text), _DIGITS))  # type: ignore[no-any-return]


def _main() -> None:
    # scikit-learn would load pandas, only to know it when it sees it: a fifth of the program's time.
    sys.modules["pandas"] = None  # type: ignore[assignment]
    importlib.import_module("sklearn.ensemble")
    del sys.modules["pandas"]
    source = sys.stdin.readline().strip()
    if source:
        work = json.loads(Path(source).read_text(encoding="utf-8"))
        sys.stdout.write(json.dumps(measure_orders(work)))


if __name__ == "__main__":
    _main()
