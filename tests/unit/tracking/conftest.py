"""Each test tracks into a store of its own, from a folder of its own."""

from __future__ import annotations

import pytest

from runsite.tracking import uris
from support.tracking import forget_tracking


@pytest.fixture(autouse=True)
def tracked(tmp_path, monkeypatch):
    """Point tracking at ``runs`` in a folder of the test's own; `fresh_tracking` forgets it."""
    forget_tracking()
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    uris.set_tracking_uri("runs")
    return tmp_path / "work" / "runs"
