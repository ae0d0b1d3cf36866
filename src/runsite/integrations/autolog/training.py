"""One training that is being recorded: its run, and the mark that keeps inner fits out.

A search fits its candidates and a pipeline its steps: the outermost ``fit`` is the training, and
whatever is fitted inside it, also on joblib's threads, belongs to it.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

from runsite.integrations.autolog.config import AutologConfig, warn
from runsite.records import InputRecord, RunStatus
from runsite.tracking.active import active_run, end_run, find_session, start_run

if TYPE_CHECKING:
    from runsite.tracking.sessions import Session

__all__ = ["Training", "current_training", "guarded", "is_inner", "prepare", "record_training"]

_T = TypeVar("_T")
_AUTOLOGGING_TAG = "mlflow.autologging"
_local = threading.local()
_count = 0
_count_lock = threading.Lock()


class Training:
    """A training in progress, from before the framework begins until after it returned.

    Attributes:
        flavor: Whose training it is.
        config: Its switches.
        session: Where it is written; None where no run could be started.
        inputs: The training data, once it is recorded.
    """

    def __init__(self, flavor: str, config: AutologConfig, session: Session | None) -> None:
        self.flavor = flavor
        self.config = config
        self.session = session
        self.inputs: list[InputRecord] = []
        self._failed = False

    def attempt(self, action: Callable[[Session], object]) -> None:
        """Record something; a failure is a warning, one a training."""
        if self.session is None:
            return
        try:
            action(self.session)
        except Exception as error:  # noqa: BLE001 - nothing that recording does may end a training
            if not self._failed:
                self._failed = True
                warn(self.flavor, f"not all was recorded: {type(error).__name__}: {error}")


def current_training() -> Training | None:
    """Return the training that this thread is in."""
    training: Training | None = getattr(_local, "training", None)
    return training


def is_inner() -> bool:
    """Tell whether a fit that begins now belongs to a training that is recorded already."""
    if getattr(_local, "training", None) is not None or getattr(_local, "paused", False):
        return True
    return _count > 0 and _is_in_joblib()


@contextmanager
def guarded() -> Iterator[None]:
    """Keep what is called inside from being recorded, also on joblib's threads."""
    before = getattr(_local, "paused", False)
    _local.paused = True
    _count_training(1)
    try:
        yield
    finally:
        _count_training(-1)
        _local.paused = before


def prepare(flavor: str, action: Callable[[], _T], *, otherwise: _T) -> _T:
    """Return what an action finds in the arguments of a call; a failure is a warning."""
    try:
        return action()
    except Exception as error:  # noqa: BLE001 - nothing that recording does may end a training
        warn(flavor, f"the training's data was not understood: {type(error).__name__}: {error}")
        return otherwise


def record_training(
    flavor: str,
    config: AutologConfig,
    *,
    before: Callable[[Training], None],
    train: Callable[[], Any],
    after: Callable[[Training, Any], None],
) -> Any:
    """Run a training, with what is recorded before and after it.

    A run is started where none is active, and ended with the training. Only the framework's own
    errors leave this function.

    Args:
        flavor: Whose training it is.
        config: Its switches.
        before: Records what is known before: params, tags, data.
        train: The framework's own function.
        after: Records what came out of it.

    Returns:
        What the framework returned.
    """
    if config.exclusive and active_run() is not None:
        return train()
    session, owned = _open_run(flavor, config)
    training = Training(flavor, config, session)
    status = RunStatus.FAILED
    _enter(training)
    try:
        training.attempt(lambda _: before(training))
        result = train()
        training.attempt(lambda _: after(training, result))
        status = RunStatus.FINISHED
    finally:
        _leave()
        if owned:
            training.attempt(lambda _: end_run(status.value))
    return result


def _open_run(flavor: str, config: AutologConfig) -> tuple[Session | None, bool]:
    if active_run() is not None:
        return find_session(), False
    tags = {**config.extra_tags, _AUTOLOGGING_TAG: flavor}
    try:
        start_run(tags=dict(tags))
    except Exception as error:  # noqa: BLE001 - a training goes on without a run
        warn(flavor, f"no run could be started: {error}")
        return None, False
    return find_session(), True


def _enter(training: Training) -> None:
    _local.training = training
    _count_training(1)


def _leave() -> None:
    _local.training = None
    _count_training(-1)


def _count_training(change: int) -> None:
    global _count  # noqa: PLW0603 - one count for the process
    with _count_lock:
        _count += change


def _is_in_joblib() -> bool:
    """Tell whether this is one of joblib's worker threads: its frames are on the stack."""
    # Not inspect.stack(), which reads every source file.
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
    while frame is not None:
        if frame.f_globals.get("__name__") == "joblib.parallel":
            return True
        frame = frame.f_back
    return False
