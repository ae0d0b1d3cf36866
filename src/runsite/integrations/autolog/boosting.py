"""What is recorded alike of every boosting library: rounds, where it stopped, importance, model."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runsite.integrations.autolog.config import warn
from runsite.integrations.autolog.datasets import EXAMPLE_ROWS, log_dataset, take_head
from runsite.integrations.autolog.recording import log_values, save_json
from runsite.integrations.autolog.training import Training

if TYPE_CHECKING:
    from runsite.models.folder import FlavorFiles
    from runsite.tracking.sessions import Session

__all__ = ["Rounds", "bind_arguments", "log_booster", "record_datasets", "record_importance"]


class Rounds:
    """The values of each round of one training, recorded while it goes on.

    Lives as long as the training; one thread calls it.
    """

    def __init__(self, training: Training) -> None:
        self._training = training
        self._seen: list[dict[str, float]] = []

    @property
    def count(self) -> int:
        """How many rounds there were."""
        return len(self._seen)

    def note(self, values: Mapping[str, float]) -> None:
        """Record one round's metrics at the next step."""
        if not values:
            return
        step = len(self._seen)
        self._seen.append(dict(values))
        self._training.attempt(lambda session: log_values(session, values, step=step))

    def record_stop(self, *, stopped: int, best: int, best_round: int) -> None:
        """Record where an early stop happened, and once more the values of the best round.

        A run's last values are then those of the model that is kept, as in MLflow.

        Args:
            stopped: What is recorded as ``stopped_iteration``.
            best: What is recorded as ``best_iteration``.
            best_round: The best round, counted from 0.
        """
        places = {"stopped_iteration": float(stopped), "best_iteration": float(best)}
        self._training.attempt(lambda session: log_values(session, places))
        if 0 <= best_round < len(self._seen):
            values, step = self._seen[best_round], len(self._seen)
            self._training.attempt(lambda session: log_values(session, values, step=step))


def bind_arguments(
    original: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """Name the arguments of a call, defaults included; of a wrong call only those by keyword."""
    try:
        bound = inspect.signature(original).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return dict(kwargs)
    bound.apply_defaults()
    return dict(bound.arguments)


def record_datasets(training: Training, found: list[tuple[Any, Any, str, str]]) -> None:
    """Record data sets, each on its own: features, targets, context, name."""
    if not training.config.log_datasets:
        return

    def record(x: Any, y: Any, context: str, name: str) -> None:
        training.attempt(lambda session: log_dataset(session, x, y, context=context, name=name))

    for dataset in found:
        record(*dataset)


def record_importance(training: Training, kind: str, importance: Mapping[str, Any]) -> None:
    """Record what the library itself counts as the importance of each feature, as MLflow does."""
    path = f"feature_importance_{kind}.json"
    training.attempt(lambda session: save_json(session, path, dict(importance)))


def log_booster(
    training: Training,
    *,
    write: Callable[[Path], FlavorFiles],
    score: Callable[[Any], Any],
    head: Any,
) -> None:
    """Log a trained model.

    Args:
        training: Its training.
        write: Writes its flavor's files.
        score: Input → predictions, to infer the signature.
        head: The first rows of the training data, or None.
    """
    if training.config.log_models:
        training.attempt(lambda session: _log(session, training, write, score, head))


def _log(
    session: Session,
    training: Training,
    write: Callable[[Path], FlavorFiles],
    score: Callable[[Any], Any],
    head: Any,
) -> None:
    from runsite.integrations.model_logging import log_folder
    from runsite.models.folder import ModelOptions

    config = training.config
    signature = _infer(training.flavor, score, head) if config.log_model_signatures else None
    example = take_head(head, rows=EXAMPLE_ROWS) if config.log_input_examples else None
    log_folder(
        "model",
        write=write,
        options=ModelOptions(signature=signature, input_example=example),
        run_id=session.run_id,
        registered_model_name=config.registered_model_name,
    )


def _infer(flavor: str, score: Callable[[Any], Any], head: Any) -> Any:
    from runsite.models.infer import infer_signature

    if head is None:
        return None
    try:
        return infer_signature(head, score(head))
    except Exception as error:  # noqa: BLE001 - a model without a signature is still worth keeping
        warn(flavor, f"no signature could be inferred: {error}")
        return None
