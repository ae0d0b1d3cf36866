"""The rows of a model's timeline."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from runsite.pages.timeline import make_timeline
from runsite.registry import Model, ModelVersion
from runsite.registry.compare import Move, MoveKind
from runsite.registry.history import Commit, Event

COMMIT = Commit("c0ffee" + "0" * 34, datetime(2026, 11, 23, 3, 12, tzinfo=UTC), "mara", "Promote")
PROMOTED = Move(MoveKind.STAGE, "taxi", 3, before="Staging", after="Production")
REGISTERED = Move(MoveKind.REGISTERED, "taxi", 3)


def test_one_row_a_commit_the_newest_first():
    """What one commit did stands together; what is not committed comes first, without a time."""
    events = (Event(REGISTERED, COMMIT), Event(PROMOTED, COMMIT), Event(PROMOTED, None))
    rows = make_timeline(events, repository_url="", known={})
    assert [(row.when, tuple(map(str, row.moves)), row.is_promotion) for row in rows] == [
        ("", ("taxi 3: Staging → Production",), True),
        ("2026-11-23 03:12", ("taxi 3 is registered", "taxi 3: Staging → Production"), True),
    ]
    assert (rows[1].author, rows[1].commit, rows[1].commit_url) == ("mara", "c0ffee0000", "")
    assert not make_timeline([Event(REGISTERED, COMMIT)], repository_url="", known={})[
        0
    ].is_promotion


@pytest.mark.parametrize(
    ("url", "mark", "place"),
    [
        ("https://github.com/a/b", "#7", "pull/7"),
        ("https://gitlab.example.org/a/b", "!7", "-/merge_requests/7"),
        ("https://bitbucket.org/a/b", "#7", "pull-requests/7"),
        ("https://codeberg.org/a/b", "#7", "pulls/7"),
    ],
)
def test_links_lead_to_the_code_host(url, mark, place):
    """Commit and pull request have pages where the repository's address is known."""
    commit = Commit(COMMIT.commit, COMMIT.time, "mara", "Promote", pull_request=7)
    (row,) = make_timeline([Event(PROMOTED, commit)], repository_url=url, known={})
    assert row.commit_url == f"{url}/commit/{commit.commit}"
    assert (row.pull_request, row.pull_request_url) == (mark, f"{url}/{place}")
    (bare,) = make_timeline([Event(PROMOTED, commit)], repository_url="", known={})
    assert (bare.pull_request, bare.pull_request_url) == ("#7", "")


def test_a_move_names_its_version_and_leads_to_what_is_still_there():
    """On its model's page the name of the model is known: version, stages and words stand alone."""
    alias = Move(MoveKind.ALIAS, "taxi", field="champion", after="3")
    gone = Move(MoveKind.VERSION_REMOVED, "taxi", 2)
    moves = (PROMOTED, alias, gone, Move(MoveKind.MODEL_REMOVED, "bus"))
    version = ModelVersion(version=3, run="a", artifact="m", digest="", registered_at=COMMIT.time)
    (row,) = make_timeline(
        [Event(move, COMMIT) for move in moves],
        repository_url="",
        known={"taxi": Model(name="taxi", versions=(version,))},
    )
    assert [(m.model.path, m.version.label, m.version.path, m.words) for m in row.moves] == [
        ("models/taxi/index.html", "Version 3", "models/taxi/3.html", ""),
        ("models/taxi/index.html", "", "", "alias champion = 3"),
        ("models/taxi/index.html", "Version 2", "", "is removed"),
        ("", "", "", "is removed"),
    ]
    assert [(m.before, m.after) for m in row.moves[:2]] == [("Staging", "Production"), ("", "")]


def test_words_of_a_model_itself_say_so_and_a_new_name_keeps_the_old_one():
    """A clause needs its subject where nothing is named before it; names may begin alike."""
    moves = (
        Move(MoveKind.MODEL_ADDED, "taxi"),
        Move(MoveKind.ALIAS, "taxi", field="champion", after="3"),
        REGISTERED,
        Move(MoveKind.MODEL_RENAMED, "taxi", before="taxi-old", after="taxi"),
    )
    events = [Event(move, COMMIT) for move in moves]
    (row,) = make_timeline(events, repository_url="", known={})
    assert [(move.words, move.needs_model) for move in row.moves] == [
        ("is new", True),
        ("alias champion = 3", False),
        ("is registered", False),
        ("was called taxi-old before", True),
    ]
