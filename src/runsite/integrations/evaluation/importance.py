"""Permutation importance: how much worse a model gets when one column is shuffled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["permutation_importance", "sample_rows"]

_ROWS = 2_000
_COLUMNS = 200


def permutation_importance(
    predict: Callable[[Any], Any],
    features: Any,
    *,
    loss: Callable[[Any], float],
    repeats: int,
    seed: int,
) -> list[dict[str, Any]]:
    """Measure each column's importance.

    Source: L. Breiman, "Random Forests" (2001), section 10, here for any model and loss.

    Args:
        predict: Features → predictions.
        features: A pandas frame or a NumPy array of two dimensions.
        loss: Predictions for all the rows → a number, the smaller the better.
        repeats: Shuffles of each column.
        seed: Of the shuffles.

    Returns:
        For each column ``feature``, ``mean`` and ``std`` of the loss's rise, the greatest first.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    base = loss(predict(features))
    is_frame = hasattr(features, "columns")
    names = list(features.columns) if is_frame else list(range(features.shape[1]))
    found = []
    for place, name in enumerate(names[:_COLUMNS]):
        rises = []
        for _ in range(repeats):
            shuffled = features.copy()
            order = rng.permutation(len(features))
            if is_frame:
                shuffled[name] = features[name].to_numpy()[order]
            else:
                shuffled[:, place] = features[order, place]
            rises.append(loss(predict(shuffled)) - base)
        found.append(
            {"feature": str(name), "mean": float(np.mean(rises)), "std": float(np.std(rises))}
        )
    return sorted(found, key=lambda entry: -entry["mean"])


def sample_rows(count: int, *, seed: int) -> Any:
    """Choose the rows on which importance is measured: all, or a sample of 2,000."""
    import numpy as np

    if count <= _ROWS:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, _ROWS, replace=False))
