"""Who moved what, when and why, as the rows of a model's timeline. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runsite.pages.context import Link, told
from runsite.pages.formatting import format_iso, format_time
from runsite.pages.hosts import format_pull_mark, make_commit_url, make_pull_url
from runsite.pages.paths import make_model_path, make_version_path
from runsite.registry import Model
from runsite.registry.compare import Move, MoveKind
from runsite.registry.history import Commit, Event

__all__ = ["TimelineMove", "TimelineRow", "make_timeline"]

_MAX_ROWS = 100


@dataclass(frozen=True, slots=True)
class TimelineMove:
    """One thing that a commit did; as text, a sentence that names the model."""

    sentence: str = told("What happened, in a sentence that names the model.")
    model: Link = told("The model; without a path where it is no longer registered.")
    version: Link = told("`Version 3`, or empty; without a path where it is gone.")
    words: str = told("What happened to it; empty for a move between stages.")
    needs_model: bool = told("Whether the words tell of the model itself, as `is new` does.")
    before: str = told("Stage that it had, or `None`; empty for other moves.")
    after: str = told("Stage that it has since, or `None`; empty for other moves.")

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One commit that changed the model, or what is not committed yet."""

    when: str = told("When it came to the branch; empty for what is not committed yet.")
    when_iso: str = told("The same, exact.")
    author: str = told("Who made the change.")
    subject: str = told("First line of the commit's message.")
    moves: tuple[TimelineMove, ...] = told("What it did to the model.")
    is_promotion: bool = told("Whether a version got or lost a stage.")
    commit: str = told("Start of the commit's id.")
    commit_url: str = told("Its page on the code host; may be empty.")
    pull_request: str = told("Number of the pull request, with its mark; may be empty.")
    pull_request_url: str = told("Its page on the code host; may be empty.")


def make_timeline(
    events: Sequence[Event], *, repository_url: str, known: Mapping[str, Model]
) -> tuple[TimelineRow, ...]:
    """Group events by commit, the newest first.

    Args:
        events: Oldest first.
        repository_url: Web address of the repository, without a slash; may be empty.
        known: The models that have a page.
    """
    groups = [
        (commit, list(found)) for commit, found in itertools.groupby(events, key=lambda e: e.commit)
    ]
    newest = list(reversed(groups))[:_MAX_ROWS]
    return tuple(
        _make_row(
            commit,
            found,
            moves=tuple(_make_move(event.move, known=known) for event in found),
            url=repository_url,
        )
        for commit, found in newest
    )


def _make_move(move: Move, *, known: Mapping[str, Model]) -> TimelineMove:
    model = known.get(move.model)
    number = move.version
    is_there = bool(model and number and model.find_version(number))
    is_stage = move.kind is MoveKind.STAGE
    words, is_clause = ("", False) if is_stage else _tell(move)
    return TimelineMove(
        sentence=str(move),
        model=Link(move.model, make_model_path(move.model) if model else ""),
        version=Link(
            f"Version {number}" if number else "",
            make_version_path(move.model, number) if is_there and number else "",
        ),
        words=words,
        needs_model=is_clause and not number,
        before=move.before if is_stage else "",
        after=move.after if is_stage else "",
    )


def _tell(move: Move) -> tuple[str, bool]:
    """Say what happened without its subject, and whether that is a clause which needs one."""
    if move.kind is MoveKind.MODEL_RENAMED:
        return f"was called {move.before} before", True
    subject = f"{move.model} {move.version}" if move.version else move.model
    rest = str(move).removeprefix(subject)
    return rest.removeprefix(":").strip(), not rest.startswith(":")


def _make_row(
    commit: Commit | None, events: Sequence[Event], *, moves: tuple[TimelineMove, ...], url: str
) -> TimelineRow:
    promoted = any(event.move.kind is MoveKind.STAGE for event in events)
    if commit is None:
        return TimelineRow("", "", "", "", moves, promoted, "", "", "", "")
    return TimelineRow(
        when=format_time(commit.time),
        when_iso=format_iso(commit.time),
        author=commit.author,
        subject=commit.subject,
        moves=moves,
        is_promotion=promoted,
        commit=commit.commit[:10],
        commit_url=make_commit_url(url, commit.commit),
        pull_request=format_pull_mark(url, commit.pull_request),
        pull_request_url=make_pull_url(url, commit.pull_request),
    )
