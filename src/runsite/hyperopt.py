"""Hyperopt searches as runs: each trial a run of its own, nested under the search's.

::

    from hyperopt import fmin, hp, tpe
    import runsite.hyperopt

    fmin(objective, space, algo=tpe.suggest, max_evals=50, trials=runsite.hyperopt.Trials())

The objective stays as it is. Where it starts runs by itself (``with runsite.start_run():``, as
the classic tutorial does), use hyperopt's own ``Trials``: that works unchanged.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import hyperopt

from runsite.integrations.autolog.recording import log_new_params, log_values, save_json
from runsite.tracking.active import active_run, find_session, start_run
from runsite.tracking.sessions import Session

__all__ = ["Trials", "describe_space", "flatten"]


class Trials(hyperopt.Trials):  # type: ignore[misc]
    """Hyperopt's own trials, which also record: hand it to ``fmin`` as ``trials=``.

    The search's run is the active one, or one that starts and ends with ``fmin``. It records the
    space, the algorithm, the best loss so far after each trial, and the best params. A trial's
    run records its params and loss, and whatever the objective logs.

    Args:
        run_name: Name of the search's run, where ``fmin`` starts it.
        metric: Name of the metric that the loss is recorded as.
    """

    def __init__(
        self,
        exp_key: Any = None,
        refresh: bool = True,  # noqa: FBT001, FBT002 - hyperopt's own order
        *,
        run_name: str | None = None,
        metric: str = "loss",
    ) -> None:
        super().__init__(exp_key=exp_key, refresh=refresh)
        self.run_name = run_name
        self.metric = metric

    def fmin(self, fn: Callable[[Any], Any], space: Any, *args: Any, **kwargs: Any) -> Any:
        """Search as ``hyperopt.fmin`` does, recording each trial."""
        with _search_run(self.run_name) as session:
            _record_search(session, space, kwargs)
            recorder = _Recorder(session, metric=self.metric)
            result = super().fmin(recorder.around(fn), space, *args, **kwargs)
            recorder.record_best()
        return result


class _Recorder:
    """Records the trials of one ``fmin``. Threads do not share it: hyperopt runs them in turn."""

    def __init__(self, session: Session, *, metric: str) -> None:
        self._session = session
        self._metric = metric
        self._count = 0
        self._best = math.inf
        self._best_params: dict[str, Any] = {}

    def around(self, fn: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Put a nested run around the objective; what it returns and raises stays as it is."""

        @functools.wraps(fn)
        def objective(params: Any) -> Any:
            with start_run(nested=True):
                session = find_session()
                flat = flatten(params)
                if session is not None:
                    log_new_params(session, flat)
                result = fn(params)
                loss = _find_loss(result)
                if session is not None and loss is not None:
                    log_values(session, {self._metric: loss})
            self._note(loss, flat)
            return result

        return objective

    def record_best(self) -> None:
        """Record the params of the best trial."""
        best = {f"best_{key}": value for key, value in self._best_params.items()}
        log_new_params(self._session, best)

    def _note(self, loss: float | None, params: dict[str, Any]) -> None:
        if loss is not None and loss < self._best:
            self._best, self._best_params = loss, params
        if math.isfinite(self._best):
            log_values(self._session, {f"best_{self._metric}": self._best}, step=self._count)
        self._count += 1


def describe_space(space: Any) -> dict[str, str]:
    """Describe a search space: name of each hyperparameter → its distribution.

    ``hp.quniform("max_depth", 4, 100, 1)`` is described as ``quniform(4, 100, 1)``.
    """
    from hyperopt.pyll.base import as_apply, dfs

    nodes = list(dfs(as_apply(space)))
    chosen = {id(node.pos_args[0]) for node in nodes if node.name == "switch"}
    described = {}
    for node in nodes:
        if node.name != "hyperopt_param":
            continue
        label, distribution = node.pos_args[:2]
        values = [*distribution.pos_args, *(value for _, value in distribution.named_args)]
        texts = ", ".join(str(getattr(value, "obj", value.name)) for value in values)
        name = "choice" if id(node) in chosen else distribution.name
        described[str(label.obj)] = f"{name}({texts})"
    return dict(sorted(described.items()))


def flatten(params: Any, prefix: str = "") -> dict[str, Any]:
    """Flatten nested params: ``{"model": {"depth": 3}}`` becomes ``{"model.depth": 3}``."""
    if not isinstance(params, Mapping):
        return {prefix or "x": params}
    flat: dict[str, Any] = {}
    for key, value in params.items():
        name = f"{prefix}.{key}" if prefix else str(key)
        flat |= flatten(value, name) if isinstance(value, Mapping) else {name: value}
    return flat


def _record_search(session: Session, space: Any, options: Mapping[str, Any]) -> None:
    described = describe_space(space)
    save_json(session, "search_space.json", described)
    params: dict[str, Any] = {f"space.{key}": value for key, value in described.items()}
    algorithm = options.get("algo")
    if algorithm is not None:
        inner = getattr(algorithm, "func", algorithm)  # partial(tpe.suggest, gamma=…)
        name = getattr(inner, "__module__", ""), getattr(inner, "__qualname__", repr(inner))
        params["algo"] = ".".join(part for part in name if part)
    if options.get("max_evals") is not None:
        params["max_evals"] = options["max_evals"]
    log_new_params(session, params)


@contextmanager
def _search_run(name: str | None) -> Iterator[Session]:
    session = find_session()
    if active_run() is not None and session is not None:
        yield session
        return
    with start_run(run_name=name):
        session = find_session()
        assert session is not None  # noqa: S101 - the run was started one line above
        yield session


def _find_loss(result: Any) -> float | None:
    if isinstance(result, Mapping):
        if result.get("status") == hyperopt.STATUS_FAIL:
            return None
        result = result.get("loss")
    return None if result is None else float(result)
