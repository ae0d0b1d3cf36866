"""The examples' own modules, imported for a test and forgotten after it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from support.repository import ROOT

__all__ = ["TAXI_DEMO", "taxi_module"]

TAXI_DEMO = ROOT / "examples" / "nyc_taxi_duration"


@pytest.fixture
def taxi_module(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Import modules of the taxi demo by their names, as its ``run.py`` does.

    They have common names (``data``, ``train``), so none stays behind for another test.
    """
    monkeypatch.syspath_prepend(str(TAXI_DEMO))
    yield importlib.import_module
    for path in TAXI_DEMO.glob("*.py"):
        sys.modules.pop(path.stem, None)
