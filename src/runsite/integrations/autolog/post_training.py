"""Metrics that a script computes after the training, and which data they were computed on.

``mean_squared_error(y_test, model.predict(X_test))`` is recorded into the model's run as
``mean_squared_error_X_test``, and ``model.score(X_test, y_test)`` as
``LinearRegression_score_X_test``: the names of the caller's variables, where they can be found.
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any

from runsite.integrations.autolog.config import find_config, warn
from runsite.integrations.autolog.datasets import log_dataset
from runsite.integrations.autolog.patching import patch
from runsite.integrations.autolog.recording import log_values, save_json
from runsite.integrations.autolog.training import current_training, guarded, is_inner
from runsite.tracking.active import open_session

if TYPE_CHECKING:
    from runsite.store import Store
    from runsite.tracking.sessions import Session

__all__ = ["around_predict", "around_score", "patch_metrics", "remember_model"]

FLAVOR = "sklearn"
_UNKNOWN = "unknown_dataset"
_FRAMEWORKS = ("sklearn", "runsite", "joblib", "functools")


@dataclass(slots=True)
class _ModelRun:
    """The run of one fitted model, and the metrics that came after."""

    store: Store
    run_id: str
    datasets: dict[str, list[int]] = field(default_factory=dict)
    calls: dict[str, list[str]] = field(default_factory=dict)
    info: dict[str, str] = field(default_factory=dict)
    inputs: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Data:
    """Data that a model was asked about: what it is called, and itself as long as it lives."""

    name: str
    find: Callable[[], Any]


_lock = threading.RLock()
_models: dict[int, _ModelRun] = {}
_predictions: dict[int, tuple[_ModelRun, _Data]] = {}


def remember_model(estimator: Any, session: Session) -> None:
    """Remember the run of a fitted model, as long as the model lives."""
    with _lock:
        _models[id(estimator)] = _ModelRun(session.store, session.run_id)
    weakref.finalize(estimator, _models.pop, id(estimator), None)


def around_predict(
    original: Callable[..., Any], estimator: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Remember which model and data a prediction came from."""
    run = _find_run(estimator)
    if run is None:
        return original(*args, **kwargs)
    with guarded():
        result = original(*args, **kwargs)
    try:
        data = args[0] if args else kwargs.get("X")
        with _lock:
            _predictions[id(result)] = (run, _describe_data(run, data))
        weakref.finalize(result, _predictions.pop, id(result), None)
    except Exception:  # noqa: BLE001 - a list cannot be watched, so it is not remembered
        _predictions.pop(id(result), None)
    return result


def around_score(
    original: Callable[..., Any], estimator: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Record a model's own score."""
    run = _find_run(estimator)
    if run is None:
        return original(*args, **kwargs)
    with guarded():
        value = original(*args, **kwargs)
    data = args[0] if args else kwargs.get("X")
    _attempt(
        lambda: _record(
            run,
            name=f"{type(estimator).__name__}_score",
            data=_describe_data(run, data),
            call=_describe_call(f"{type(estimator).__name__}.score", args, kwargs),
            value=value,
        )
    )
    return value


def patch_metrics() -> None:
    """Put recording around the metric functions of ``sklearn.metrics``."""
    if find_config(FLAVOR) is None:
        return
    module = sys.modules["sklearn.metrics"]
    for name in getattr(module, "__all__", ()):
        function = vars(module).get(name)
        is_metric = name.endswith(("_score", "_error", "_loss", "_deviance", "_coef"))
        if callable(function) and not isinstance(function, type) and is_metric:
            patch(module, name, _around_metric, group=FLAVOR)


def _around_metric(
    original: Callable[..., Any], _owner: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    if find_config(FLAVOR) is None or current_training() is not None or is_inner():
        return original(*args, **kwargs)
    with guarded():
        value = original(*args, **kwargs)
    found = next(
        (
            _predictions[id(argument)]
            for argument in (*args, *kwargs.values())
            if id(argument) in _predictions
        ),
        None,
    )
    if found is not None:
        run, data = found
        name = original.__name__
        _attempt(
            lambda: _record(
                run,
                name=name,
                data=data,
                call=_describe_call(name, args, kwargs),
                value=value,
            )
        )
    return value


def _find_run(estimator: Any) -> _ModelRun | None:
    config = find_config(FLAVOR)
    if config is None or not config.log_post_training_metrics or is_inner():
        return None
    return _models.get(id(estimator))


def _record(run: _ModelRun, *, name: str, data: _Data, call: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    with _lock:
        calls = run.calls.setdefault(name, [])
        if call not in calls:
            calls.append(call)
        key = f"{_number(name, calls.index(call))}_{data.name}"
        run.info[key] = call
        info = dict(run.info)
    session = open_session(run.store, run.run_id)
    log_values(session, {key: value})
    save_json(session, "metric_info.json", info)
    _record_data(session, run, data)


def _record_data(session: Session, run: _ModelRun, data: _Data) -> None:
    """Record the data behind a metric as an input of the run, once."""
    config = find_config(FLAVOR)
    if config is None or not config.log_datasets or data.name in run.inputs:
        return
    run.inputs.add(data.name)
    name = "dataset" if data.name.startswith(_UNKNOWN) else data.name
    log_dataset(session, data.find(), context="eval", name=name)


def _attempt(action: Callable[[], None]) -> None:
    try:
        action()
    except Exception as error:  # noqa: BLE001 - a metric's value reaches its caller in any case
        warn(FLAVOR, f"a metric was not recorded: {type(error).__name__}: {error}")


def _describe_data(run: _ModelRun, data: Any) -> _Data:
    try:
        find = weakref.ref(data)
    except TypeError:  # a list cannot be watched, and holding it would keep it alive
        return _Data(_name_dataset(run, data), lambda: None)
    return _Data(_name_dataset(run, data), find)


def _name_dataset(run: _ModelRun, data: Any) -> str:
    """Name data by the caller's variable; two objects of one name are numbered."""
    name = _find_variable(data) or _UNKNOWN
    with _lock:
        known = run.datasets.setdefault(name, [])
        if id(data) not in known:
            known.append(id(data))
        return _number(name, known.index(id(data)))


def _number(name: str, index: int) -> str:
    return name if index == 0 else f"{name}-{index + 1}"


def _find_variable(value: Any) -> str | None:
    # Not inspect.stack(), which reads every source file.
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if not module.startswith(_FRAMEWORKS):
            for scope in (frame.f_locals, frame.f_globals):
                for name, candidate in list(scope.items()):
                    if candidate is value and not name.startswith("_"):
                        return name
            return None
        frame = frame.f_back
    return None


def _describe_call(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    texts = [_describe(value) for value in args]
    texts += [f"{key}={_describe(value)}" for key, value in kwargs.items()]
    return f"{name}({', '.join(texts)})"


def _describe(value: Any) -> str:
    if isinstance(value, str | int | float | bool | None):
        return repr(value)
    return _find_variable(value) or f"<{type(value).__name__}>"
