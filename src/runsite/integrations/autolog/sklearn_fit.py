"""What is recorded of one ``fit`` of scikit-learn: params, tags, data, metrics, curves, model."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runsite.integrations.autolog.datasets import EXAMPLE_ROWS, log_dataset, take_head
from runsite.integrations.autolog.metrics import measure_fit
from runsite.integrations.autolog.recording import log_new_params, log_values, save_json
from runsite.integrations.autolog.training import Training, guarded

if TYPE_CHECKING:
    from runsite.tracking.sessions import Session

__all__ = ["FitData", "find_fit_data", "is_search", "record_after", "record_before"]


@dataclass(frozen=True, slots=True)
class FitData:
    """What a ``fit`` was called with. ``example`` is a copy of the first rows, taken before."""

    x: Any = None
    y: Any = None
    sample_weight: Any = None
    example: Any = None


def find_fit_data(
    method: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> FitData:
    """Find the data among the arguments of a bound ``fit``."""
    try:
        given = inspect.signature(method).bind(*args, **kwargs).arguments
    except (TypeError, ValueError):
        given = {}
    given = {**given, **given.get("kwargs", {}), **given.get("fit_params", {})}
    x = given.get("X", args[0] if args else None)
    y = given.get("y", given.get("Y"))
    return FitData(x, y, given.get("sample_weight"), take_head(x))


def is_search(estimator: Any) -> bool:
    """Tell whether an estimator searches over params of another one."""
    return hasattr(estimator, "estimator") and any(
        kind.__name__ == "BaseSearchCV" for kind in type(estimator).__mro__
    )


def record_before(training: Training, estimator: Any, data: FitData) -> None:
    """Record what is known before the fit: each piece on its own."""
    kind = type(estimator)
    tags = {
        "estimator_name": kind.__name__,
        "estimator_class": f"{kind.__module__}.{kind.__name__}",
    }
    training.attempt(lambda session: session.writer.set_tags(tags))
    # A search's inner params are those of its candidates, which have runs of their own.
    params = estimator.get_params(deep=not is_search(estimator))
    training.attempt(lambda session: log_new_params(session, params))
    if training.config.log_datasets:
        training.attempt(lambda session: _record_data(session, training, data))


def _record_data(session: Session, training: Training, data: FitData) -> None:
    recorded = log_dataset(session, data.x, data.y, context="train")
    if recorded is not None:
        training.inputs.append(recorded)


def record_after(training: Training, estimator: Any, data: FitData) -> None:
    """Record what came out of the fit: each piece on its own."""
    with guarded():
        training.attempt(lambda session: _record_measures(session, training, estimator, data))
        training.attempt(lambda session: _save_diagram(session, estimator))
        if is_search(estimator):
            from runsite.integrations.autolog.sklearn_search import record_search

            training.attempt(lambda session: record_search(session, training, estimator))
        if training.config.log_models:
            training.attempt(lambda session: _log_models(session, training, estimator, data))


def _record_measures(session: Session, training: Training, estimator: Any, data: FitData) -> None:
    metrics, files = measure_fit(
        estimator,
        x=data.x,
        y=data.y,
        sample_weight=data.sample_weight,
        pos_label=training.config.pos_label,
    )
    if metrics:
        log_values(session, metrics)
    for path, content in files.items():
        save_json(session, path, content)


def _save_diagram(session: Session, estimator: Any) -> None:
    from sklearn.utils import estimator_html_repr

    from runsite.tracking.artifact_files import save_bytes

    save_bytes(session, "estimator.html", estimator_html_repr(estimator).encode())


def _log_models(session: Session, training: Training, estimator: Any, data: FitData) -> None:
    _log_model(session, training, estimator, data, name="model")
    best = getattr(estimator, "best_estimator_", None) if is_search(estimator) else None
    if best is not None:
        _log_model(session, training, best, data, name="best_estimator", register=False)


def _log_model(  # noqa: PLR0913 - one model of a fit, all told apart by name
    session: Session,
    training: Training,
    model: Any,
    data: FitData,
    *,
    name: str,
    register: bool = True,
) -> None:

    from runsite.integrations.model_logging import log_folder
    from runsite.models.flavors.sklearn import write_sklearn
    from runsite.models.folder import ModelOptions

    config = training.config
    signature = _infer(model, data) if config.log_model_signatures else None
    log_folder(
        name,
        write=lambda folder: write_sklearn(
            model, folder=folder, serialization_format=config.serialization_format
        ),
        options=ModelOptions(
            signature=signature,
            input_example=take_head(data.example, rows=EXAMPLE_ROWS)
            if config.log_input_examples
            else None,
        ),
        run_id=session.run_id,
        registered_model_name=config.registered_model_name if register else None,
    )


def _infer(model: Any, data: FitData) -> Any:
    from runsite.integrations.autolog.config import warn
    from runsite.models.infer import infer_signature

    if data.example is None:
        return None
    try:
        method = getattr(model, "predict", None) or getattr(model, "transform", None)
        return infer_signature(data.example, method(data.example) if method else None)
    except Exception as error:  # noqa: BLE001 - a model without a signature is still worth keeping
        warn("sklearn", f"no signature could be inferred: {error}")
        return None
