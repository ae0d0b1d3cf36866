"""Optuna studies as runs: a callback that records each finished trial.

::

    from runsite.integrations.optuna import RunsiteCallback

    with runsite.start_run(run_name="search"):
        study.optimize(objective, n_trials=50, callbacks=[RunsiteCallback()])
"""

from __future__ import annotations

import dataclasses
from typing import Any

from runsite.integrations.autolog.recording import log_values
from runsite.records import RunStatus
from runsite.tracking import sessions
from runsite.tracking.active import get_session
from runsite.tracking.checks import convert_texts
from runsite.tracking.starting import make_record

__all__ = ["RunsiteCallback"]


class RunsiteCallback:
    """Records each trial as a run nested under the active one, and the best value so far there.

    Args:
        metric_name: What the objective's value is called; a list for several objectives.
    """

    def __init__(self, metric_name: str | list[str] = "value") -> None:
        self.names = [metric_name] if isinstance(metric_name, str) else list(metric_name)

    def __call__(self, study: Any, trial: Any) -> None:
        """Record one finished trial; called by Optuna."""
        parent = get_session()
        record = make_record(
            (parent.writer.record.experiment_id, parent.writer.record.experiment),
            run_name=f"trial-{trial.number}",
            parent_run_id=parent.run_id,
            tags=convert_texts({"optuna.state": trial.state.name, **trial.user_attrs}, what="tag"),
            start_time=trial.datetime_start.astimezone() if trial.datetime_start else None,
        )
        source = parent.writer.record.source
        child = sessions.begin(parent.store, dataclasses.replace(record, source=source))
        child.writer.set_params(convert_texts(trial.params, what="param"))
        for step, value in sorted(trial.intermediate_values.items()):
            log_values(child, {"intermediate_value": value}, step=step)
        if trial.values is not None and trial.state.name == "COMPLETE":
            log_values(child, dict(zip(self.names, trial.values, strict=False)))
        done = trial.state.name in ("COMPLETE", "PRUNED")
        sessions.close(
            child,
            status=(RunStatus.FINISHED if done else RunStatus.FAILED).value,
            end_time=trial.datetime_complete.astimezone() if trial.datetime_complete else None,
        )
        if len(self.names) == 1 and trial.state.name == "COMPLETE":
            best = {f"best_{self.names[0]}": study.best_value}
            log_values(parent, best, step=trial.number)
