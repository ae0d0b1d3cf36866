"""The timeline of a registry, from real Git histories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from runsite.errors import RegistryError
from runsite.registry import promote_version, rename_model, set_alias
from runsite.registry.history import load_history, parse_pull_request
from support.registries import REGISTRY
from support.repository import git

NAME = "nyc-taxi-regressor"
START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def repo(git_repo, monkeypatch):
    """A repository whose commits are a day apart, by Ada unless somebody else is named."""
    clock = iter(range(1000))

    def commit(message: str, *args: str, author: str = "Ada Tester") -> None:
        moment = (START + timedelta(days=next(clock))).isoformat()
        monkeypatch.setenv("GIT_COMMITTER_DATE", moment)
        monkeypatch.setenv("GIT_AUTHOR_DATE", moment)
        monkeypatch.setenv("GIT_AUTHOR_NAME", author)
        git(git_repo, *(args or ("commit", "-qam", message)))

    registry = git_repo / "registry.yaml"
    registry.write_text(REGISTRY)
    git(git_repo, "add", ".")
    commit("Begin")
    return git_repo, registry, commit


def told(history) -> list[tuple[str, str, str]]:
    return [
        (str(e.move), e.commit.author if e.commit else "", e.commit.subject if e.commit else "")
        for e in history.events
    ]


def test_each_commit_tells_its_moves(repo):
    """Who, when, which commit and why stand beside what moved."""
    folder, registry, commit = repo
    promote_version(registry, name=NAME, version=2, stage="Production")
    commit("Take version 2 to production\n\nIt is better on long trips.", author="Grace")

    history = load_history(registry)

    event = history.events[-1]
    assert str(event.move) == f"{NAME} 2: Staging → Production"
    assert event.commit is not None
    assert event.commit.author == "Grace"
    assert event.commit.subject == "Take version 2 to production"
    assert event.commit.body == "It is better on long trips."
    assert event.commit.time == START + timedelta(days=1)
    assert event.commit.commit == git(folder, "rev-parse", "HEAD")
    assert not history.shallow


def test_a_message_with_control_characters_is_told_as_it_is(repo):
    """What an editor or a stranger put into a commit's message breaks no timeline."""
    _, registry, commit = repo
    promote_version(registry, name=NAME, version=2, stage="Production")
    commit("A \x1e B \x1f C\n\n:100644 D \x1d\x1e\n\x1f E", author="Eve \x1f Ning")
    promote_version(registry, name=NAME, version=1, stage="Production")
    commit("Back")

    events = load_history(registry).events

    told_by = [e.commit for e in events if e.commit and e.move.after == "Production"]
    assert [(c.author, c.subject, c.body) for c in told_by] == [
        ("Ada Tester", "Begin", ""),
        ("Eve \x1f Ning", "A \x1e B \x1f C", ":100644 D \x1d\x1e\n\x1f E"),
        ("Ada Tester", "Back", ""),
    ]


def test_a_merged_pull_request_is_told_with_its_number_and_its_author(repo):
    """The merge says when it came to the branch; the commit in it says who and why."""
    folder, registry, commit = repo
    git(folder, "switch", "-qc", "promote")
    promote_version(registry, name=NAME, version=2, stage="Production")
    commit("Promote 2: long trips", author="Grace")
    git(folder, "switch", "-q", "main")
    subject = "Merge pull request #12 from grace/promote"
    commit("", "merge", "-q", "--no-ff", "promote", "-m", subject, "-m", "Promote", author="Bot")

    last = load_history(registry).events[-1]

    assert last.commit is not None
    assert (last.commit.author, last.commit.subject) == ("Grace", "Promote 2: long trips")
    assert last.commit.pull_request == 12
    assert last.commit.title == subject
    assert last.commit.commit == git(folder, "rev-parse", "HEAD")
    assert last.commit.time == START + timedelta(days=2)


def test_the_state_on_a_day_and_the_time_in_a_stage_are_known(repo):
    """What was Production on a date, and for how long, is a question with an answer."""
    _, registry, commit = repo
    promote_version(registry, name=NAME, version=2, stage="Production", archive_existing=True)
    commit("Promote")
    promote_version(registry, name=NAME, version=1, stage="Production")
    commit("Back")

    history = load_history(registry)

    def production(day: float) -> object:
        state = history.find_state(START + timedelta(days=day))
        return state and state.models[NAME].stages["Production"]

    assert [production(day) for day in (-1, 0, 0.9, 1, 1.5, 2, 99)] == [None, 1, 1, 2, 2, 1, 1]
    spans = history.spans(NAME, 2)
    assert [
        (s.stage, (s.since - START).days, s.until and (s.until - START).days) for s in spans
    ] == [
        ("Staging", 0, 1),
        ("Production", 1, 2),
    ]
    assert [s.stage for s in history.spans(NAME, 1)] == ["Production", "Archived", "Production"]


def test_what_is_not_committed_yet_is_told_without_a_commit(repo):
    """The working tree is part of the timeline that a person looks at."""
    _, registry, _ = repo
    set_alias(registry, name=NAME, alias="new", version=2)

    history = load_history(registry)

    assert told(history)[-1] == (f"{NAME} 2: alias new = 2", "", "")
    assert load_history(registry, rev="HEAD~0").events == history.events[:-1]


def test_a_renamed_model_keeps_its_past(repo):
    """The events under earlier names belong to the model."""
    _, registry, commit = repo
    promote_version(registry, name=NAME, version=2, stage="Production")
    commit("Promote")
    rename_model(registry, name=NAME, new_name="taxi")
    commit("Rename")

    history = load_history(registry)

    assert history.names_of("taxi") == {"taxi", NAME}
    assert len(history.of_model("taxi")) == len(history.events)


def test_a_broken_state_on_the_way_is_skipped_and_said(repo):
    """A conflict that somebody committed does not end the timeline."""
    folder, registry, commit = repo
    good = registry.read_text()
    registry.write_text("<<<<<<< HEAD\n" + good)
    commit("Oops")
    broken = git(folder, "rev-parse", "HEAD")
    registry.write_text(good)
    promote_version(registry, name=NAME, version=2, stage="Production")
    commit("Repair")

    history = load_history(registry)

    assert history.notes == (f"the registry of commit {broken[:10]} cannot be read",)
    assert told(history)[-1] == (f"{NAME} 2: Staging → Production", "Ada Tester", "Repair")


def test_a_shallow_clone_is_noticed(repo, tmp_path):
    """Who made what a shallow clone begins with is not guessed."""
    folder, registry, commit = repo
    promote_version(registry, name=NAME, version=2, stage="Production")
    commit("Promote")
    git(tmp_path, "clone", "-q", "--depth=1", folder.as_uri(), "shallow")

    history = load_history(tmp_path / "shallow" / "registry.yaml")

    assert history.shallow
    assert history.events == ()
    assert history.states[0][1].models[NAME].stages == {"Production": 2}


def test_outside_git_there_is_no_timeline(tmp_path):
    """A registry that nobody versions has no history, and that is no error."""
    (tmp_path / "registry.yaml").write_text(REGISTRY)

    assert load_history(tmp_path / "registry.yaml").events == ()


def test_an_unknown_revision_is_refused(repo):
    """A typo in a branch's name is told, with what a shallow clone needs."""
    folder, registry, _ = repo

    with pytest.raises(RegistryError) as caught:
        load_history(registry, rev="origin/mian")

    assert str(caught.value) == (
        "Git knows no revision 'origin/mian'\n"
        f"  where: {folder}\n"
        "  hint:  in a shallow clone, fetch it first: git fetch --unshallow"
    )


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("@253402300800 +0000", "9999-12-31T23:59:59+00:00"),
        ("@100 +9959", "1970-01-01T00:01:40+00:00"),
    ],
)
def test_a_commit_of_a_time_that_no_calendar_has_is_told(repo, monkeypatch, written, time):
    """Git takes years beyond 9999 and offsets of days; whoever commits cannot stop a build."""
    folder, registry, _ = repo
    promote_version(registry, name=NAME, version=2, stage="Production")
    monkeypatch.setenv("GIT_COMMITTER_DATE", written)
    git(folder, "commit", "-qam", "Far away")

    event = load_history(registry).events[-1]

    assert event.commit is not None
    assert event.commit.time.isoformat() == time


def test_a_revision_is_never_taken_for_an_option(repo):
    """A hostile branch name does not reach Git as a flag."""
    _, registry, _ = repo

    with pytest.raises(RegistryError, match="Git knows no revision '--output=x'"):
        load_history(registry, rev="--output=x")


@pytest.mark.parametrize(
    ("subject", "body", "number"),
    [
        ("Merge pull request #7 from a/b", "", 7),
        ("Merge pull request 'Promote' (#8) from a into main", "", 8),
        ("Promote 4 to Production (#9)", "", 9),
        ("Merged in promote (pull request #10)", "", 10),
        ("Merged PR 11: Promote", "", 11),
        ("Merge branch 'a' into 'main'", "Promote\n\nSee merge request team/taxi!12", 12),
        ("Promote (#13) again", "", None),
        ("Fix #14", "See merge request", None),
    ],
)
def test_the_hosts_messages_tell_the_pull_request(subject, body, number):
    """GitHub, Gitea, Bitbucket, Azure and GitLab each say it in their own way."""
    assert parse_pull_request(subject, body) == number
