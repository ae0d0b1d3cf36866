"""Taking hold of a library that has both ``train`` and estimators, such as XGBoost and LightGBM."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from runsite.integrations.autolog.boosting import bind_arguments, record_datasets
from runsite.integrations.autolog.config import find_config, warn
from runsite.integrations.autolog.datasets import take_head
from runsite.integrations.autolog.imports import when_imported
from runsite.integrations.autolog.patching import patch, unpatch_all
from runsite.integrations.autolog.recording import log_new_params
from runsite.integrations.autolog.training import (
    Training,
    current_training,
    is_inner,
    record_training,
)

__all__ = ["BoosterLibrary", "Call"]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of ``train`` as it came."""

    original: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def run(self) -> Any:
        """Do what the caller wanted."""
        return self.original(*self.args, **self.kwargs)


class _RecordBooster(Protocol):
    def __call__(self, training: Training, model: Any, booster: Any, *, head: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class BoosterLibrary:
    """One library, and what is its own in it.

    Attributes:
        name: Of its module, and of the flavor.
        title: As people write it.
        estimator: The base class of its estimators, in ``<name>.sklearn``.
        data: The argument of ``train`` that holds the data.
        unpack: Data set → features and labels, or None for each that it no longer has.
        take_head: Data set → its first rows, or None.
        train: Calls ``train`` with what records its own params, its rounds and where it stopped.
        record_booster: Records importance and model.
        booster_of: Estimator → its Booster.
    """

    name: str
    title: str
    estimator: str
    data: str
    unpack: Callable[[Any], tuple[Any, Any]]
    take_head: Callable[[Any], Any]
    train: Callable[[Training, Call], Any]
    record_booster: _RecordBooster
    booster_of: Callable[[Any], Any]

    def install(self) -> None:
        """Take hold of the library, now or when it is imported."""
        when_imported(self.name, self._patch_all)

    def uninstall(self) -> None:
        """Let go of it."""
        unpatch_all(self.name)

    def _patch_all(self) -> None:
        if find_config(self.name) is None:
            return
        try:
            patch(sys.modules[self.name], "train", self._around_train, group=self.name)
            wrapper = sys.modules.get(f"{self.name}.sklearn")
            if wrapper is None:
                return
            patch(wrapper, "train", self._around_train, group=self.name)
            base = getattr(wrapper, self.estimator)
            for kind in vars(wrapper).values():
                if isinstance(kind, type) and issubclass(kind, base):
                    patch(kind, "fit", self._around_fit, group=self.name)
        except Exception as error:  # noqa: BLE001 - an import must not fail because of us
            warn(self.name, f"{self.title} could not be patched: {error}")

    def _around_train(
        self,
        original: Callable[..., Any],
        _owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        call = Call(original, args, kwargs)
        config = find_config(self.name)
        outer = current_training()
        if outer is not None and outer.flavor == self.name and config is not None:
            # Called by an estimator's fit: its params and model are recorded there, rounds here.
            return self._train(outer, call)
        if config is None or is_inner():
            return call.run()
        given = bind_arguments(original, args, kwargs)
        trainings: list[Training] = []
        x, y, head = self._look_at(given.get(self.data))

        def before(training: Training) -> None:
            trainings.append(training)
            params = dict(given.get("params") or {})
            training.attempt(lambda session: log_new_params(session, params))
            record_datasets(training, [(x, y, "train", "dataset")])

        def train() -> Any:
            return self._train(trainings[0], call) if trainings else call.run()

        def after(training: Training, booster: Any) -> None:
            self.record_booster(training, booster, booster, head=head)

        return record_training(self.name, config, before=before, train=train, after=after)

    def _look_at(self, data: Any) -> tuple[Any, Any, Any]:
        """Take features, labels and first rows before the training, which may free them."""
        try:
            return *self.unpack(data), self.take_head(data)
        except Exception as error:  # noqa: BLE001 - a training must not fail because of us
            warn(self.name, f"the training data could not be looked at: {error}")
            return None, None, None

    def _train(self, training: Training, call: Call) -> Any:
        return call.run() if training.session is None else self.train(training, call)

    def _around_fit(
        self,
        original: Callable[..., Any],
        estimator: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        config = find_config(self.name)
        if config is None or is_inner():
            return original(*args, **kwargs)
        given = bind_arguments(original, args, kwargs)
        head = take_head(given.get("X"))

        def before(training: Training) -> None:
            training.attempt(lambda session: log_new_params(session, estimator.get_params()))
            record_datasets(training, [(given.get("X"), given.get("y"), "train", "dataset")])

        def after(training: Training, _result: Any) -> None:
            self.record_booster(training, estimator, self.booster_of(estimator), head=head)

        return record_training(
            self.name,
            config,
            before=before,
            train=lambda: original(*args, **kwargs),
            after=after,
        )
