"""What every test may ask for. The parts lie in ``tests/support``.

| fixture | gives |
|---|---|
| ``cli``, ``cli_process`` | the command line, in this process or in its own |
| ``git_repo`` | an empty Git repository; ``support.repository.git`` runs commands |
| ``tmp_store`` | the path of a store that does not exist yet |
| ``shared_data`` | the folder of real sample data, where there is one |
| ``browser_page``, ``open_site``, ``serve_site`` | pages in Chromium that fail the test when they fail |
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from support.browser import browser_page, chromium, open_site, serve_site
from support.command import cli, cli_process
from support.repository import ROOT, git_repo
from support.skips import MISSING_DATA, pytest_make_collect_report, pytest_runtest_makereport
from support.tracking import fresh_tracking

__all__ = [
    "browser_page",
    "chromium",
    "cli",
    "cli_process",
    "fresh_tracking",
    "git_repo",
    "open_site",
    "pytest_make_collect_report",
    "pytest_runtest_makereport",
    "serve_site",
]

# A slow machine is no failure: nothing here is a timed test. People try other examples each time;
# CI tries the same ones, so that it tells of the change and not of the day.
settings.register_profile("runsite", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("runsite")

SETTINGS = ("RUNSITE_TRACKING_URI", "RUNSITE_REGISTRY", "RUNSITE_STRICT", "NO_COLOR", "FORCE_COLOR")


@pytest.fixture(scope="session", autouse=True)
def quiet_surroundings():
    """Keep the settings of whoever runs the tests out of them, and give Git an identity."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [*SETTINGS, *(n for n in os.environ if n.startswith("GIT_"))]:
            patch.delenv(name, raising=False)
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
        for role in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{role}_NAME", "Ada Tester")
            patch.setenv(f"GIT_{role}_EMAIL", "ada@example.org")
        yield


@pytest.fixture
def tmp_store(tmp_path: Path) -> Path:
    """Return where a store of this test's own will be; whoever writes first makes it."""
    return tmp_path / "runs"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real sample data: ``RUNSITE_SHARED_DATA`` or ``../shared/data``.

    The files are not part of the repository; without them the test is skipped, also in CI.
    """
    named = os.environ.get("RUNSITE_SHARED_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"{MISSING_DATA} (RUNSITE_SHARED_DATA names the folder)")
    return folder
