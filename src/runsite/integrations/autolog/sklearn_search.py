"""What is recorded of a search: the best candidate, all results, and the top ones as runs."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from numbers import Number
from typing import TYPE_CHECKING, Any

from runsite.integrations.autolog.recording import log_new_params, log_values
from runsite.integrations.autolog.training import Training
from runsite.records import RunStatus
from runsite.tracking import sessions
from runsite.tracking.artifact_files import save_bytes
from runsite.tracking.checks import convert_texts
from runsite.tracking.starting import add_source, make_record

if TYPE_CHECKING:
    from runsite.tracking.sessions import Session

__all__ = ["record_search"]

_SKIPPED = ("param", "split")


def record_search(session: Session, training: Training, search: Any) -> None:
    """Record a fitted search into its run, and its candidates as child runs.

    Args:
        session: The search's run.
        training: Its training.
        search: ``GridSearchCV`` or one of its kin, fitted.
    """
    best = getattr(search, "best_params_", None)
    if best is not None:
        log_new_params(session, {f"best_{key}": value for key, value in best.items()})
    score = getattr(search, "best_score_", None)
    if score is not None:
        log_values(session, {"best_cv_score": score})
    save_bytes(session, "cv_results.csv", _format_csv(search.cv_results_).encode())
    _record_candidates(session, training, search)


def _record_candidates(session: Session, training: Training, search: Any) -> None:
    results = search.cv_results_
    parent = session.writer.record
    inner = search.estimator
    base = inner.get_params(deep=not hasattr(inner, "cv_results_"))
    kind = type(inner)
    tags = {
        **{str(k): str(v) for k, v in training.config.extra_tags.items()},
        "mlflow.autologging": training.flavor,
        "estimator_name": kind.__name__,
        "estimator_class": f"{kind.__module__}.{kind.__name__}",
    }
    for row in _best_rows(results, training.config.max_tuning_runs):
        record = make_record(
            (parent.experiment_id, parent.experiment),
            run_name=None,
            parent_run_id=session.run_id,
            tags=tags,
            start_time=parent.start_time,
        )
        child = sessions.begin(session.store, add_source(record, parent.source))
        params = {**base, **results["params"][row]}
        child.writer.set_params(convert_texts(params, what="param"))
        for item in training.inputs:
            child.writer.add_input(item)
        log_values(child, _row_metrics(results, row))
        sessions.close(child, status=RunStatus.FINISHED.value, end_time=datetime.now(UTC))


def _best_rows(results: dict[str, Any], limit: int | None) -> list[int]:
    count = len(results["params"])
    name = "rank_test_score"
    if name not in results:
        name = next((key for key in results if key.startswith("rank_test_")), "")
    ranks = [int(rank) for rank in results[name]] if name else [0] * count
    order = sorted(range(count), key=lambda row: ranks[row])
    return order if limit is None else order[:limit]


def _row_metrics(results: dict[str, Any], row: int) -> dict[str, float]:
    found = {}
    for key, column in results.items():
        if key.startswith(_SKIPPED):
            continue
        value = column[row]
        if isinstance(value, Number) and not isinstance(value, complex):
            found[key] = float(value)  # type: ignore[arg-type]
    return {key: value for key, value in found.items() if not math.isnan(value)}


def _format_csv(results: dict[str, Any]) -> str:
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(results)
    writer.writerows(zip(*results.values(), strict=True))
    return text.getvalue()
