"""``runsite history``: who moved what when, and what was Production on a day."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from runsite.registry import delete_model, promote_version, rename_model
from support.registries import REGISTRY
from support.repository import git

NAME = "nyc-taxi-regressor"
START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
SHALLOW = (
    "warning: this clone is shallow: what happened before 2026-01-03 is not known here;"
    " fetch the rest by git fetch --unshallow\n"
)


@pytest.fixture
def repo(git_repo, monkeypatch):
    """A repository in which version 2 was promoted by a merged pull request, days apart."""
    registry = git_repo / "registry.yaml"

    def commit(day: int, *args: str, author: str = "Ada") -> None:
        moment = (START + timedelta(days=day)).isoformat()
        monkeypatch.setenv("GIT_COMMITTER_DATE", moment)
        monkeypatch.setenv("GIT_AUTHOR_DATE", moment)
        monkeypatch.setenv("GIT_AUTHOR_NAME", author)
        git(git_repo, *args)

    registry.write_text(REGISTRY)
    git(git_repo, "add", ".")
    commit(0, "commit", "-qm", "Begin")
    git(git_repo, "switch", "-qc", "promote")
    promote_version(registry, name=NAME, version=2, stage="Production")
    why = "Promote 2\n\nIt is better on long trips.\n\x1b[31mred"
    commit(1, "commit", "-qam", why, author="Grace \x1b]0;x\x07!")
    git(git_repo, "switch", "-q", "main")
    subject = "Merge pull request #12 from grace/promote"
    commit(2, "merge", "-q", "--no-ff", "promote", "-m", subject, author="Bot")
    return git_repo


def test_the_timeline_tells_who_when_and_why_newest_first(repo, cli):
    """A merge is told by its pull request's number and the words of who asked for it."""
    head = git(repo, "rev-parse", "HEAD")[:10]
    first = git(repo, "rev-parse", "HEAD^1")[:10]

    result = cli("history", NAME, cwd=repo)

    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout == (
        f"2026-01-03 12:00  {head} #12  Grace \\x1b]0;x\\x07!\n"
        "    Promote 2\n"
        "    It is better on long trips.\n"
        "    \\x1b[31mred\n"
        f"  {NAME} 1: Production → None\n"
        f"  {NAME} 2: Staging → Production\n"
        f"2026-01-01 12:00  {first}  Ada\n"
        "    Begin\n"
        f"  {NAME} is new\n"
        f"  {NAME} 1 is registered\n"
        f"  {NAME} 2 is registered\n"
        f"  {NAME} 1: None → Production\n"
        f"  {NAME} 2: None → Staging\n"
        f"  {NAME} 1: alias champion = 1\n"
        f"  {NAME}: description = Trip duration in minutes\n"
    )


def test_programs_read_the_timeline_as_json(repo, cli):
    """Every field of an event, hostile ones as they are."""
    event = json.loads(cli("history", "--format", "json", cwd=repo).stdout)[1]
    assert event == {
        "kind": "stage",
        "model": NAME,
        "version": 2,
        "field": "",
        "before": "Staging",
        "after": "Production",
        "time": "2026-01-03T12:00:00.000000Z",
        "commit": git(repo, "rev-parse", "HEAD"),
        "author": "Grace \x1b]0;x\x07!",
        "subject": "Promote 2",
        "body": "It is better on long trips.\n\x1b[31mred",
        "pull_request": 12,
    }


@pytest.mark.parametrize(
    ("date", "number", "run"),
    [
        ("2026-01-01", "1", "0193a5c0e9b9"),
        ("2026-01-02", "1", "0193a5c0e9b9"),
        ("2026-01-03", "2", "0193a5c0e9b9"),
        ("2026-01-03T11:59", "1", "0193a5c0e9b9"),
        ("2026-01-03T13:30+01:00", "2", "0193a5c0e9b9"),
        ("2026-01-03T12:30+01:00", "1", "0193a5c0e9b9"),
    ],
)
def test_what_was_production_on_a_day_has_an_answer(repo, cli, date, number, run):
    """A day means its end, a time is UTC unless it says otherwise; a merge counts when merged."""
    result = cli("history", NAME, "--on", date, cwd=repo)
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()]
    assert [NAME, "Production", number, run] in rows


def test_before_the_first_commit_nothing_was_anywhere(repo, cli):
    """That is an answer too."""
    result = cli("history", "--on", "2020-01-01", cwd=repo)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "no version had a stage or an alias on 2020-01-01 23:59 UTC\n"
    told = json.loads(cli("history", "--on", "2020-01-01", "--format", "json", cwd=repo).stdout)
    assert (told["commit"], told["models"]) == (None, [])


def test_a_model_that_is_gone_or_renamed_keeps_its_timeline(repo, cli):
    """Uncommitted moves are told, and the past under the earlier name."""
    rename_model(repo / "registry.yaml", name=NAME, new_name="taxi")
    renamed = cli("history", "taxi", cwd=repo)
    assert renamed.stdout.startswith(f"not committed yet\n  {NAME} is called taxi\n2026-01-03")
    delete_model(repo / "registry.yaml", name="taxi")
    gone = cli("history", NAME, cwd=repo)
    assert gone.stdout.startswith(f"not committed yet\n  {NAME} is removed\n2026-01-03")


def test_a_shallow_clone_says_what_it_does_not_know(repo, cli, tmp_path):
    """Half a history is never shown as all of it."""
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repo}", "clone")

    result = cli("history", NAME, cwd=tmp_path / "clone")
    early = cli("history", "--on", "2026-01-01", cwd=tmp_path / "clone")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == SHALLOW + "nothing is known to have happened\n"
    assert early.stderr == SHALLOW + "as of 2026-01-01 23:59 UTC: not known in a shallow clone\n"


def test_questions_without_an_answer_are_refused(repo, cli, tmp_path):
    """No Git, no such model, no such date."""
    (tmp_path / "registry.yaml").write_text(REGISTRY)
    outside = cli("history", cwd=tmp_path)
    assert (outside.exit_code, outside.stderr) == (
        1,
        (
            "error: 'registry.yaml' does not lie in a Git checkout\n"
            "  hint:  the registry's history is that of its file in Git: git init, git commit\n"
        ),
    )
    unknown = cli("history", "nyc", cwd=repo)
    assert unknown.stderr.startswith("error: no model 'nyc' in the registry\n")
    first = cli("history", "--on", "0001-01-01T00:00+23:00", "--format", "json", cwd=repo)
    assert first.stderr.startswith("error: '0001-01-01T00:00+23:00' is not a date\n")
    date = cli("history", "--on", "yesterday", cwd=repo)
    assert date.stderr == (
        "error: 'yesterday' is not a date\n  hint:  write it as 2026-11-23 or 2026-11-23T15:00\n"
    )
