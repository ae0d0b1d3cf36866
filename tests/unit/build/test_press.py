"""Several processes make the same pages as one."""

from __future__ import annotations

import subprocess

import pytest

from runsite.build import press
from runsite.config import Config, SiteConfig
from runsite.errors import BuildError
from support.searches import make_search
from support.sites import build_site, read_site, write_store


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Make a store of runs that are worth two helpers."""
    monkeypatch.setattr(press, "FEWEST_PAGES", 15)
    monkeypatch.setattr(press, "_PAGES_A_TASK", 4)
    write_store(tmp_path / "runs", make_search(45, points=70))
    return tmp_path / "runs"


@pytest.fixture
def started(monkeypatch):
    """Watch the helpers that a build starts."""
    found = []
    start = press._start

    def watch(settings):
        found.append(start(settings))
        return found[-1]

    monkeypatch.setattr(press, "_start", watch)
    return found


def test_the_bytes_do_not_depend_on_the_number_of_processes(store, tmp_path, started):
    """One process and three write the same site, and the helpers are gone afterwards."""
    build_site(store, tmp_path / "one", jobs=1)
    assert started == []
    build_site(store, tmp_path / "three", jobs=3)
    assert len(started) == 2
    assert all(helper.poll() is not None for helper in started)
    assert read_site(tmp_path / "three") == read_site(tmp_path / "one")


def test_few_pages_need_no_helper(store, tmp_path, started):
    """A build that changes one run starts no process for it."""
    build_site(store, tmp_path / "site", jobs=2)
    del started[:]
    write_store(store, list(make_search(46, points=70))[45:])
    assert build_site(store, tmp_path / "site", jobs=2).added
    assert started == []


def test_a_helper_that_dies_costs_nothing_but_time(store, tmp_path, monkeypatch):
    """The build makes the pages itself that a helper owes."""
    build_site(store, tmp_path / "whole", jobs=1)

    def start(_):
        return subprocess.Popen(["false"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    monkeypatch.setattr(press, "_start", start)
    build_site(store, tmp_path / "site", jobs=3)
    assert read_site(tmp_path / "site") == read_site(tmp_path / "whole")


def test_a_wrong_template_is_told_as_ever(store, tmp_path):
    """An error in a helper is the error of the build, with its template named."""
    theme = tmp_path / "theme"
    theme.mkdir()
    (theme / "run.html").write_text("{{ nothing }}")
    config = Config(site=SiteConfig(theme="theme"), folder=tmp_path)
    with pytest.raises(BuildError, match=r"'run\.html' uses what does not exist"):
        build_site(store, tmp_path / "site", jobs=3, config=config)


def test_the_number_of_processes():
    """As many as asked for; two at most where nobody asks."""
    assert press.find_job_count(7) == 7
    assert press.find_job_count(0) in (1, 2)
