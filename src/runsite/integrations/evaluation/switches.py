"""The arguments by which code written for MLflow steers ``evaluate``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runsite.errors import InvalidValueError, quote

__all__ = ["Switches", "read_switches"]

_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Switches:
    """What MLflow's configuration of an evaluator says, in our terms."""

    importance: bool = True
    prefix: str = ""


def read_switches(evaluators: Any, config: Mapping[str, Any] | None) -> Switches:
    """Read ``evaluators`` and ``evaluator_config``; keys that mean nothing here are passed over.

    Raises:
        InvalidValueError: An evaluator is asked for that does not exist.
    """
    names = [evaluators] if isinstance(evaluators, str) else list(evaluators or ())
    for name in names:
        if name != _DEFAULT:
            raise InvalidValueError(
                f"unknown evaluator {quote(str(name))}", hint="the one there is: 'default'"
            )
    settings = dict(config or {})
    settings |= dict(settings.pop(_DEFAULT, None) or {})
    return Switches(
        importance=bool(settings.get("log_model_explainability", True)),
        prefix=str(settings.get("metric_prefix") or ""),
    )
