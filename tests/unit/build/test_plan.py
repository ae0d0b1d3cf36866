"""A site of very many runs keeps within its size, and gives pages to the runs that matter."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest

from runsite.build.plan import LEVELS, choose_own_pages, plan_points, plan_site
from runsite.config import SiteConfig
from runsite.pages.run import NOTE_TAG
from runsite.records import ArtifactRecord, MetricSummary
from runsite.store.schema import runs_table
from support.sites import make_run, make_run_id

THINNED = (
    "histories are thinned to 300 points each, so that the site stays below 5.0 MB"
    " (site.max_size_mb)"
)


def make_runs(count, *, points=1, **changes):
    """Make the runs frame; `changes` are fields of single runs by number, as ``run_3={…}``."""
    metrics = {"rmse": MetricSummary(1.0, points - 1, 0, 1.0, 0, 1.0, 0, points)}
    records = [
        dataclasses.replace(make_run(n, metrics=metrics), **changes.get(f"run_{n}", {}))
        for n in range(count)
    ]
    return pl.from_arrow(runs_table(records))


def choose(runs, *, limit, registered=(), best=()):
    return choose_own_pages(runs, registered=registered, best=best, limit=limit)


def test_every_run_has_a_page_where_there_are_few():
    """Up to the limit nothing has to be chosen."""
    assert choose(make_runs(10), limit=10) is None


def test_the_runs_that_people_look_for_have_pages():
    """Registered runs, the best, described ones and parents come before the newest."""
    ids = [make_run_id(n) for n in range(40)]
    runs = make_runs(40, run_4={"tags": {NOTE_TAG: "why"}}, run_6={"parent_run_id": ids[5]})
    own = choose(runs, limit=10, registered=[ids[1], "gone"], best=[ids[2]])
    assert {ids[n] for n in (1, 2, 4, 5)} <= own
    assert len(own) == 10
    assert set(ids[34:]) <= own


def test_registered_runs_have_pages_however_many():
    """A version's page links to its run, so the limit is for the others."""
    ids = [make_run_id(n) for n in range(20)]
    assert choose(make_runs(20), limit=2, registered=ids[:5]) == frozenset(ids[:5])
    assert choose(make_runs(3), limit=0) == frozenset()


def test_one_more_run_takes_no_page_away():
    """The newest come and go in blocks: seven of eight new runs leave all other pages alone."""
    kept = []
    for count in range(200, 210):
        before = choose(make_runs(count), limit=64)
        after = choose(make_runs(count + 1), limit=64)
        assert 64 - 8 <= len(before) <= 64
        kept.append(before <= after)
    assert kept.count(False) <= 2


@pytest.mark.parametrize(
    ("room", "level"),
    [
        (10**9, LEVELS[0]),
        (20 * 200 * 17, LEVELS[0]),
        (20 * 199 * 17, 150),
        (20 * 100 * 17, 75),
        (10, 0),
    ],
)
def test_histories_are_as_fine_as_there_is_room(room, level):
    """The finest level that fits is taken; none at all where not even the coarsest does."""
    assert plan_points(make_runs(20, points=200), room=room) == level


def test_single_values_take_no_room():
    """A metric that was logged once has no history to thin."""
    assert plan_points(make_runs(20), room=0) == LEVELS[0]


def test_a_person_is_told():
    """What was left out is said, with the setting that decides it."""
    runs = make_runs(100, points=1000)
    plan = plan_site(runs, registered=(), best=(), settings=SiteConfig(max_size_mb=5, run_pages=16))
    assert plan.notes == (
        "16 runs have a page of their own; one page shows each of the other 84 (site.run_pages)",
        THINNED,
    )
    without = plan_site(runs, registered=(), best=(), settings=SiteConfig(max_size_mb=1))
    assert without.max_points == 0
    assert without.notes == (
        "histories are left out, so that the site stays below 1.0 MB (site.max_size_mb)",
    )
    assert plan_site(runs, registered=(), best=(), settings=SiteConfig()).notes == ()


def test_files_of_runs_count_once():
    """The copies of one file are one file of the site, and leave room for histories."""
    file = ArtifactRecord("plot.png", 2_000_000, "a" * 64)
    runs = make_runs(40, points=1000, run_1={"artifacts": (file,)}, run_2={"artifacts": (file,)})
    settings = SiteConfig(max_size_mb=7.1)
    assert plan_site(runs, registered=(), best=(), settings=settings).max_points == LEVELS[0]
    tight = SiteConfig(max_size_mb=6.6)
    assert plan_site(runs, registered=(), best=(), settings=tight).max_points < LEVELS[0]
