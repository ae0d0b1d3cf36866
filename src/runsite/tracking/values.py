"""The verbs that log values: metrics, params, tags.

`log_metric` is called once per training step. Its body is short on purpose: one look-up of the
thread's writer and one call, which is one write to the journal. Whatever is unusual (an active run
that is missing, a new key, a value that is no float, a time) goes the slow way.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any

from runsite.errors import NotFoundError, quote
from runsite.tracking import sessions
from runsite.tracking.active import current, get_session
from runsite.tracking.checks import (
    check_key,
    check_mapping,
    check_params,
    convert_step,
    convert_text,
    convert_texts,
    convert_time_us,
    convert_value,
)
from runsite.tracking.sessions import Session
from runsite.tracking.starting import set_tags as set_session_tags

__all__ = [
    "add_params",
    "delete_tag",
    "flush_async_logging",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "make_point",
    "remove_tag",
    "set_tag",
    "set_tags",
]

# Two threads that log the same param must not both find it missing.
_params_lock = threading.Lock()


def log_metric(
    key: str,
    value: float,
    step: int | None = None,
    synchronous: bool | None = None,
    timestamp: int | None = None,
    run_id: str | None = None,
    model_id: str | None = None,
    dataset: Any = None,
) -> None:
    """Log one value of a metric; it is in the journal when this returns.

    Args:
        key: The metric's name: any text.
        value: A number; NaN and the infinities are kept.
        step: Any whole number of 64 bits; 0 where none is given.
        synchronous: Accepted for MLflow's sake: every call is synchronous.
        timestamp: Milliseconds since 1970-01-01 UTC; now where none is given.
        run_id: Log to this run instead of the active one.
        model_id: Accepted for MLflow's sake, and not kept.
        dataset: Accepted for MLflow's sake; `log_input` records a dataset.

    Raises:
        InvalidValueError: The key is no text, the value no number, or step or time out of range.
    """
    if timestamp is None and run_id is None:
        try:
            current.writer.log_point(key, value, 0 if step is None else step)  # type: ignore[union-attr]
        except Exception:  # noqa: BLE001, S110 - the slow way tells what it was, if anything
            pass
        else:
            return
    session = get_session(run_id)
    session.writer.log_metrics([make_point(key, value, step=step, timestamp=timestamp)])


def log_metrics(
    metrics: dict[str, float],
    step: int | None = None,
    synchronous: bool | None = None,
    run_id: str | None = None,
    timestamp: int | None = None,
    model_id: str | None = None,
    dataset: Any = None,
) -> None:
    """Log several metrics at one step, all by one write. The arguments are `log_metric`'s.

    Raises:
        InvalidValueError: As in `log_metric`; then none of them is logged.
    """
    items = check_mapping(metrics, what="metric").items()
    points = [make_point(key, value, step=step, timestamp=timestamp) for key, value in items]
    get_session(run_id).writer.log_metrics(points)


def log_param(key: str, value: Any, synchronous: bool | None = None) -> Any:
    """Log a param, as text, once; returns the value.

    Raises:
        InvalidValueError: The key is no text.
        AlreadyExistsError: The param has another value already.
    """
    add_params(get_session(), {convert_text(check_key(key, what="param")): convert_text(value)})
    return value


def log_params(
    params: dict[str, Any], synchronous: bool | None = None, run_id: str | None = None
) -> None:
    """Log several params, or none of them where one is refused. See `log_param`."""
    texts = convert_texts(params, what="param")
    add_params(get_session(run_id), texts)


def set_tag(key: str, value: Any, synchronous: bool | None = None) -> None:
    """Set a tag, as text; a later value replaces an earlier one.

    ``mlflow.runName`` renames the run, ``mlflow.note.content`` is its description.

    Raises:
        InvalidValueError: The key is no text.
    """
    set_session_tags(get_session(), {convert_text(check_key(key, what="tag")): convert_text(value)})


def set_tags(tags: dict[str, Any], synchronous: bool | None = None) -> None:
    """Set several tags. See `set_tag`."""
    set_session_tags(get_session(), convert_texts(tags, what="tag"))


def delete_tag(key: str) -> None:
    """Remove a tag of the active run.

    Raises:
        NotFoundError: The run has no such tag.
    """
    remove_tag(get_session(), key)


def flush_async_logging() -> None:
    """Seal what was logged to runs that are not active; values are always in the journal at once."""
    sessions.close_idle()


def add_params(session: Session, params: Mapping[str, str]) -> None:
    """Add params to a run; those that it has already with the same value are passed over.

    Raises:
        AlreadyExistsError: One has another value; then none is added.
    """
    with _params_lock:
        known = session.writer.params
        check_params(params, known=known, run_id=session.run_id)
        new = {key: value for key, value in params.items() if key not in known}
        if new:
            session.writer.set_params(new)


def remove_tag(session: Session, key: str) -> None:
    """Remove a tag of a run.

    Raises:
        NotFoundError: The run has no such tag.
    """
    if key not in session.writer.tags:
        raise NotFoundError(f"run {quote(session.run_id)} has no tag {quote(key)}")
    session.writer.delete_tag(key)


def make_point(
    key: object, value: object, *, step: object = None, timestamp: object = None
) -> tuple[str, float, int, int | None]:
    """Check one value of a metric and turn it into what a writer takes.

    Raises:
        InvalidValueError: See `log_metric`.
    """
    name = check_key(key, what="metric")
    return (
        name,
        convert_value(value, key=name),
        convert_step(step, key=name),
        convert_time_us(timestamp, key=name),
    )


def _forget_lock() -> None:
    global _params_lock  # noqa: PLW0603 - another thread of the parent may have held it
    _params_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_lock)
