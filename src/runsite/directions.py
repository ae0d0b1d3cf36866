"""Which way a metric is better, and which say most: told by the project, else by their names.

Pure. The site's best runs, the marks in its tables and the better / worse of a review all ask here,
so that they never disagree.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Collection, Mapping

__all__ = ["find_direction", "is_better", "order_metrics", "rank_metric", "sort_naturally"]

_LOWER = re.compile(
    r"(^|[^a-z])(loss|losses|error|err|errors|rmse|rmsle|mse|msle|mae|mape|smape|medae|wmape|mad|"
    r"logloss|mlogloss|cross_?entropy|entropy|perplexity|ppl|nll|deviance|brier|ece|fpr|fnr|wer|"
    r"cer|fid|hinge|regret|latency|duration|seconds|runtime|elapsed|time|rank|bic|aic|cost|energy|"
    r"divergence|kl|distance|mean_squared_error|mean_absolute_error|max_error)($|[^a-z])"
)
_HIGHER = re.compile(
    r"(^|[^a-z])(acc|accuracy|auc|auroc|aucpr|auprc|roc|ap|map|f1|f2|fbeta|fscore|r2|r_squared|"
    r"precision|recall|sensitivity|specificity|tpr|tnr|score|ndcg|mrr|hit_rate|hits|iou|dice|bleu|"
    r"rouge|meteor|psnr|ssim|kappa|mcc|reward|return|returns|likelihood|log_?likelihood|throughput|"
    r"gain|explained_variance|correlation|spearman|pearson|win_rate|success_rate|coverage)"
    r"($|[^a-z])"
)
_SPREAD = re.compile(r"(^|[^a-z])(std|stdev|stddev|stderr|(?<!explained_)variance)($|[^a-z])")


def find_direction(key: str, *, directions: Mapping[str, str] | None = None) -> str | None:
    """Return ``min`` or ``max`` for a metric, or None where neither settings nor name tell.

    Args:
        key: The metric's key, such as ``validation_0-rmse``.
        directions: Key → ``min`` or ``max``, as in ``runsite.yaml`` (``site.directions``).
    """
    told = (directions or {}).get(key)
    return told if told in ("min", "max") else _find_by_name(key)


@functools.lru_cache(maxsize=4096)
def _find_by_name(key: str) -> str | None:
    """Find by the words of the name; thousands of runs ask for the same few."""
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", key).lower()
    # A score that is named after an error (neg_mean_squared_error) is higher when it is better.
    if re.search(r"(^|[^a-z])neg(ative)?_", words):
        return "max"
    if _SPREAD.search(words):
        return None  # of scores as of errors: a model that is always wrong has none
    if _LOWER.search(words):
        return "min"
    if _HIGHER.search(words):
        return "max"
    return None


_HELD_OUT = re.compile(r"(^|[^a-z])(val|valid|validation|test|eval|holdout|cv|oof)($|[^a-z])")


# What a run took, and where it stands among others: a way to be better, and no model's worth.
_BESIDE = re.compile(r"(^|_)(latency|duration|seconds|runtime|elapsed|time|energy)($|_)|^rank_")

# Which of several is the headline where neither project nor gates tell: the error in the unit of
# the question that punishes large misses, the score that no threshold moves.
_HEADLINES = ("rmse", "root_mean_squared_error", "auc", "roc_auc", "f1", "accuracy", "mae", "r2")


def rank_metric(
    key: str,
    *,
    directions: Mapping[str, str] | None = None,
    gated: Collection[str] = (),
) -> tuple[int, int]:
    """Tell how much a metric says about a model; what is lower says more.

    What a gate of the registry demands comes first, then what the project gave a direction, then
    what was measured on held-out data, then scores and errors, then losses, then what was
    measured on the training data, and last what nobody knows to be better when it is higher or
    lower, what a run took, and the rank of a candidate in its search. Of equals, the usual headlines (rmse before mae, auc before accuracy) come first.

    Args:
        key: The metric's key.
        directions: Key → ``min`` or ``max``, as in ``runsite.yaml``.
        gated: Keys that gates name.
    """
    name = re.sub(r"([a-z])([A-Z])", r"\1_\2", key).lower()
    words = re.split(r"[^a-z0-9_]+", name)
    found = [i for i, word in enumerate(_HEADLINES) if word in words or name.endswith(f"_{word}")]
    headline = min(found, default=len(_HEADLINES))
    if key in gated:
        return 0, headline
    if key in (directions or {}):
        return 1, headline
    if find_direction(key) is None or _BESIDE.search("_".join(words)):
        return 6, headline
    if _HELD_OUT.search(name):
        return 2, headline
    if "train" in name:
        return 5, headline
    return (4 if "loss" in name else 3), headline


_FAMILY = 4
"""So many names that differ in a number only are the parts of one thing, such as classes."""


def order_metrics(
    counts: Mapping[str, int],
    *,
    directions: Mapping[str, str] | None = None,
    gated: Collection[str] = (),
) -> list[str]:
    """Order metrics: what says most of an experiment first.

    A metric of few runs says little, whatever it is called; and of a score per class, the score
    over all of them says more than any one.

    Args:
        counts: Metric key → runs that have it.
        directions: Key → ``min`` or ``max``, as in ``runsite.yaml``.
        gated: Keys that gates name.
    """
    most = max(counts.values(), default=0)
    families = Counter(map(_find_family, counts))
    told = {*(directions or {}), *gated}
    return sorted(
        counts,
        key=lambda key: (
            counts[key] * 2 < most,
            key not in told and families[_find_family(key)] >= _FAMILY,
            rank_metric(key, directions=directions, gated=gated),
            sort_naturally(key),
        ),
    )


def _find_family(key: str) -> str:
    return re.sub(r"\d+", "#", key)


def sort_naturally(text: str) -> tuple[tuple[str, int, str], ...]:
    """Return the key that sorts ``class_2`` before ``class_10``."""
    parts = re.findall(r"([^0-9]*)([0-9]*)", text)
    return tuple((word, int(digits[:300] or 0), digits) for word, digits in parts)


def is_better(value: float, other: float, *, direction: str) -> bool:
    """Tell whether `value` beats `other`; NaN beats nothing and is beaten by every number."""
    if value != value:
        return False
    if other != other:
        return True
    return value < other if direction == "min" else value > other
