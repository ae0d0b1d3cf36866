"""Small pieces that every flavor's record is made of: params, JSON files, datasets."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from runsite.tracking.artifact_files import save_bytes
from runsite.tracking.checks import convert_text

if TYPE_CHECKING:
    from runsite.tracking.sessions import Session

__all__ = ["log_new_params", "log_values", "save_json"]


def log_new_params(session: Session, params: Mapping[str, Any]) -> None:
    """Add params to a run. One that is there with another value stays as it is.

    Two trainings in one run, with different settings, are the user's right; a param that
    changed would be an error of theirs only had they logged it.
    """
    known = session.writer.params
    texts = {str(key): convert_text(value) for key, value in params.items()}
    new = {key: value for key, value in texts.items() if key not in known}
    if new:
        session.writer.set_params(new)
    changed = sorted(key for key, value in texts.items() if known.get(key, value) != value)
    if changed:
        raise ValueError(
            f"the run has other values of {', '.join(changed[:5])} already; start a run a training"
        )


def log_values(session: Session, metrics: Mapping[str, float], *, step: int = 0) -> None:
    """Add one point to each of some metrics."""
    session.writer.log_metrics([(key, float(value), step, None) for key, value in metrics.items()])


def save_json(session: Session, path: str, data: object) -> None:
    """Write a JSON file of the run; numbers that JSON lacks become null."""
    text = json.dumps(_finite(data), allow_nan=False, separators=(",", ":"), default=str)
    save_bytes(session, path, text.encode())


def _finite(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
