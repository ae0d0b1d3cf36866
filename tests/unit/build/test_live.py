"""A site that is served: built again when it must be, and its news told to who waits."""

from __future__ import annotations

import dataclasses
import threading

import pytest

from runsite.build import build
from runsite.build.live import LiveSite, watch
from runsite.build.options import BuildOptions
from runsite.config import Config
from support.sites import make_run_id, make_taxi_runs, write_store

WAIT_S = 30


@pytest.fixture
def options(tmp_path) -> BuildOptions:
    write_store(tmp_path / "runs", make_taxi_runs(2))
    return BuildOptions(
        store=str(tmp_path / "runs"),
        registry=tmp_path / "registry.yaml",
        output=tmp_path / "site",
        config=Config(folder=tmp_path),
    )


def test_news_name_what_changed_since(options, tmp_path):
    """Who asks late is told all that changed in between; who is up to date waits in vain."""
    site = LiveSite()
    site.rebuild(lambda: options)
    write_store(tmp_path / "runs", make_taxi_runs(3)[2:])
    site.rebuild(lambda: options)
    assert site.wait(since=2, timeout_s=0) is None
    second = site.wait(since=1, timeout_s=0)
    assert (second.session, second.number, second.error) == (site.session, 2, "")
    assert f"runs/{make_run_id(2)}.html" in second.changed
    assert f"runs/{make_run_id(0)}.html" not in second.changed
    assert f"runs/{make_run_id(0)}.html" in site.wait(since=0, timeout_s=0).changed


def test_a_build_that_changes_nothing_is_no_news(options):
    """Pages are not told of a build that wrote nothing."""
    site = LiveSite()
    site.rebuild(lambda: options)
    site.rebuild(lambda: options)
    assert site.number == 1


def test_an_error_leaves_the_site_and_ends_with_the_next_build(options, tmp_path):
    """A registry that cannot be read is told with its line; the files stay; mending it is news."""
    site = LiveSite()
    site.rebuild(lambda: options)
    before = {path: path.read_bytes() for path in options.output.rglob("*.html")}
    (tmp_path / "registry.yaml").write_text("format: 1\nmodels: [\n", encoding="utf-8")
    assert site.rebuild(lambda: options) is None
    told = site.wait(since=1, timeout_s=0)
    assert "registry.yaml" in told.error
    assert told.changed == ()
    assert {path: path.read_bytes() for path in options.output.rglob("*.html")} == before
    (tmp_path / "registry.yaml").unlink()
    assert site.rebuild(lambda: options) is not None
    assert site.wait(since=2, timeout_s=0).error == ""


def test_a_bug_does_not_end_the_service(options):
    """An exception that nobody foresaw is told whole, and the next build is tried."""
    broken = dataclasses.replace(options, config=None)
    site = LiveSite()
    assert site.rebuild(lambda: broken) is None
    assert "Traceback" in site.error
    assert site.rebuild(lambda: options) is not None
    assert site.error == ""


def test_watching_builds_what_comes(options, tmp_path):
    """A run that is written while somebody watches is on the site, without being asked for."""
    build(options)
    site, stop, reports = LiveSite(), threading.Event(), []
    thread = threading.Thread(
        target=watch, args=(site, lambda: options), kwargs={"stop": stop, "tell": reports.append}
    )
    thread.start()
    try:
        write_store(tmp_path / "runs", make_taxi_runs(3)[2:])
        assert site.wait(since=0, timeout_s=WAIT_S)
        assert (tmp_path / "site" / "runs" / f"{make_run_id(2)}.html").is_file()
    finally:
        stop.set()
        thread.join(WAIT_S)
    assert not thread.is_alive()


def test_closing_lets_everybody_go(options):
    """A page that waits for news does not hold up the end of the program."""
    site = LiveSite()
    thread = threading.Thread(target=site.wait, kwargs={"since": 0, "timeout_s": WAIT_S})
    thread.start()
    site.close()
    thread.join(WAIT_S)
    assert not thread.is_alive()
