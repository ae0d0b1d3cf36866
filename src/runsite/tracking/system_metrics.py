"""System metrics: a thread that samples the machine while a run goes on."""

from __future__ import annotations

import logging
import os
import shutil
import threading

from runsite.errors import InvalidValueError, RunsiteError
from runsite.tracking.sessions import Session
from runsite.tracking.system_samples import find_reader, make_sample, read_gpus

__all__ = [
    "SystemMonitor",
    "disable_system_metrics_logging",
    "enable_system_metrics_logging",
    "is_wanted",
    "set_system_metrics_samples_before_logging",
    "set_system_metrics_sampling_interval",
    "start",
]

ENABLE_ENV = "RUNSITE_SYSTEM_METRICS"
_log = logging.getLogger("runsite")
_enabled: bool | None = None
_interval_s = 10.0
_samples_per_point = 1


def enable_system_metrics_logging() -> None:
    """Sample the machine in every run that starts from now on."""
    global _enabled  # noqa: PLW0603 - one setting for the process, as in MLflow
    _enabled = True


def disable_system_metrics_logging() -> None:
    """Stop to sample the machine in runs that start from now on."""
    global _enabled  # noqa: PLW0603 - one setting for the process, as in MLflow
    _enabled = False


def set_system_metrics_sampling_interval(interval: float | None) -> None:
    """Choose the seconds between two samples; None for the default, 10.

    Raises:
        InvalidValueError: It is no positive number.
    """
    global _interval_s  # noqa: PLW0603 - one setting for the process, as in MLflow
    if interval is not None and not interval > 0:
        raise InvalidValueError(f"the sampling interval must be positive, not {interval}")
    _interval_s = 10.0 if interval is None else float(interval)


def set_system_metrics_samples_before_logging(samples: int | None) -> None:
    """Choose how many samples are averaged into one point; None for the default, 1.

    Raises:
        InvalidValueError: It is less than 1.
    """
    global _samples_per_point  # noqa: PLW0603 - one setting for the process, as in MLflow
    if samples is not None and samples < 1:
        raise InvalidValueError(f"a point needs at least one sample, not {samples}")
    _samples_per_point = 1 if samples is None else int(samples)


def is_wanted(wanted: bool | None) -> bool:
    """Tell whether a run is to be sampled: what the call says, the setting, the environment."""
    if wanted is not None:
        return wanted
    if _enabled is not None:
        return _enabled
    return os.environ.get(ENABLE_ENV, "").lower() in ("1", "true", "yes")


def start(session: Session) -> SystemMonitor | None:
    """Begin to sample for a run; None, and one warning, where the machine cannot be read."""
    if find_reader() is None:
        _log.warning("no system metrics: install psutil to have them on this system")
        return None
    return SystemMonitor(session, interval_s=_interval_s, samples_per_point=_samples_per_point)


class SystemMonitor:
    """Samples the machine from a thread of its own until `stop`. One for a run."""

    def __init__(self, session: Session, *, interval_s: float, samples_per_point: int) -> None:
        self._session = session
        self._interval_s = interval_s
        self._samples_per_point = samples_per_point
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="runsite-system", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the sampling; what was sampled since the last point is logged."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def _work(self) -> None:
        try:
            self._sample()
        except (OSError, RunsiteError, ValueError, KeyError) as error:
            _log.warning("system metrics end here: %s", error)

    def _sample(self) -> None:
        read = find_reader()
        if read is None:
            return
        before, step, samples = read(), 0, list[dict[str, float]]()
        while not self._stopped.wait(self._interval_s):
            now = read()
            disk = shutil.disk_usage(self._session.store.root.anchor)
            sizes = (disk.total, disk.used, disk.free)
            samples.append({**make_sample(before, now, disk=sizes), **read_gpus()})
            before = now
            if len(samples) >= self._samples_per_point:
                self._log_point(samples, step)
                step, samples = step + 1, []
        if samples:
            self._log_point(samples, step)

    def _log_point(self, samples: list[dict[str, float]], step: int) -> None:
        keys = sorted({key for sample in samples for key in sample})
        points: list[tuple[str, float, int, int | None]] = []
        for key in keys:
            values = [sample[key] for sample in samples if key in sample]
            points.append((f"system/{key}", sum(values) / len(values), step, None))
        self._session.writer.log_metrics(points)
