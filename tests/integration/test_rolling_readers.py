"""While a journal is being rolled its run reads as one run, whatever asks."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

import runsite
from runsite.store import Store
from runsite.store.seal import find_journals
from runsite.tracking import RunsiteClient
from support.rolls import die, failing
from support.runs import BEGAN, a_run

STEPS = ["part", "row", "follow", "remove"]


@pytest.fixture(params=STEPS)
def writer(request, tmp_store, monkeypatch):
    """Give a run of nine points in its third journal, whose second one stands half-sealed."""
    runsite.set_tracking_uri(tmp_store)
    monkeypatch.setenv("RUNSITE_TRACKING_URI", str(tmp_store))
    writer = Store.create(tmp_store).start_run(a_run(1))
    writer.set_params({"depth": "3"})
    for number, roll in enumerate(("", request.param, None)):
        points = [("loss", 9.0 - step, step, None) for step in range(3 * number, 3 * number + 3)]
        writer.log_metrics(points)
        if roll is not None:
            with failing(roll):
                writer.roll()
    yield writer
    if writer._journal.path.exists():
        writer.close(status="FINISHED", end_time=BEGAN + timedelta(minutes=1))


def check_answers(cli, writer, *, status):
    """Every way to ask has one run, with nine points."""
    assert runsite.read_runs().collect()["status"].to_list() == [status]
    assert sorted(runsite.read_metrics().collect()["step"]) == list(range(9))
    history = RunsiteClient().get_metric_history(writer.run_id, "loss")
    assert [point.step for point in history] == list(range(9))
    run = runsite.get_run(writer.run_id)
    assert (run.data.metrics, run.data.params) == ({"loss": 1.0}, {"depth": "3"})
    [row] = json.loads(cli("runs", "--format", "json").stdout)
    assert row["status"] == status
    assert cli("show", writer.run_id).exit_code == 0


def test_readers_see_one_run_in_progress(cli, writer):
    """The API, `runs` and `show` have each point once; doctor and gc find nothing to do."""
    assert len(find_journals(writer._layout)) == 2
    check_answers(cli, writer, status="RUNNING")
    result = cli("doctor")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "all is well" in result.stdout
    assert cli("gc", "--dry-run").stderr == "nothing to remove\n"
    assert cli("seal").stdout == ""
    cli("compact", "--all")
    check_answers(cli, writer, status="RUNNING")


def test_the_site_shows_one_run_in_progress(cli, writer, tmp_path):
    """What `serve` builds in that moment has one page of the run, with its last value."""
    site = tmp_path / "site"
    result = cli("build", "--output", site)
    assert result.exit_code == 0, result.stderr
    [page] = (site / "runs").rglob(f"{writer.run_id}*.html")
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert "running" in text.lower()
    assert "killed" not in text.lower()
    assert ">1<" in text.replace(" ", "")


def test_a_run_killed_in_that_moment_is_whole_when_sealed(cli, writer):
    """Both journals are sealed; the run is one interrupted run, with nothing lost or doubled."""
    die(writer)
    check_answers(cli, writer, status="KILLED")
    cli("seal")
    assert find_journals(writer._layout) == []
    check_answers(cli, writer, status="KILLED")
    assert cli("doctor").stdout.endswith("all is well\n")
    cli("compact", "--all")
    assert cli("gc").exit_code == 0
    check_answers(cli, writer, status="KILLED")
