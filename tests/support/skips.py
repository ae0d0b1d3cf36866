"""With ``CI=true`` a skipped test is a failure: a gap must not look green.

The one thing that a machine may lack is the folder of shared sample data, which is not part of
the repository; tests say so with `MISSING_DATA` at the start of the reason.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

__all__ = ["MISSING_DATA", "is_ci", "make_skip_failure"]

MISSING_DATA = "no shared sample data here"


def is_ci() -> bool:
    """Tell whether this run is one where a gap counts as a failure."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def make_skip_failure(reason: str) -> str | None:
    """Return why a skip with this reason fails the run, or None where it may stand."""
    if MISSING_DATA in reason:
        return None
    return f"skipped, and CI=true makes a skip a failure: {reason}"


def _reason(longrepr: object) -> str:
    if isinstance(longrepr, tuple):
        return str(longrepr[2]).removeprefix("Skipped: ")
    return str(longrepr)


def _harden(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure; an expected failure is not a skip."""
    if not report.skipped or hasattr(report, "wasxfail") or not is_ci():
        return
    failure = make_skip_failure(_reason(report.longrepr))
    if failure:
        report.outcome = "failed"
        report.longrepr = failure


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Apply the rule to tests and their fixtures."""
    report = yield
    _harden(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    """Apply the rule to whole modules that skip themselves."""
    report = yield
    _harden(report)
    return report
