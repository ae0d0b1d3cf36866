"""Who moved what, when and why, as the rows of a model's timeline. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from runsite.pages.context import told
from runsite.pages.formatting import format_iso, format_time
from runsite.pages.hosts import format_pull_mark, make_commit_url, make_pull_url
from runsite.registry.compare import MoveKind
from runsite.registry.history import Commit, Event

__all__ = ["TimelineRow", "make_timeline"]

_MAX_ROWS = 100


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One commit that changed the model, or what is not committed yet."""

    when: str = told("When it came to the branch; empty for what is not committed yet.")
    when_iso: str = told("The same, exact.")
    author: str = told("Who made the change.")
    subject: str = told("First line of the commit's message.")
    moves: tuple[str, ...] = told("What it did to the model, one sentence each.")
    is_promotion: bool = told("Whether a version got or lost a stage.")
    commit: str = told("Start of the commit's id.")
    commit_url: str = told("Its page on the code host; may be empty.")
    pull_request: str = told("Number of the pull request, with its mark; may be empty.")
    pull_request_url: str = told("Its page on the code host; may be empty.")


def make_timeline(events: Sequence[Event], *, repository_url: str) -> tuple[TimelineRow, ...]:
    """Group a model's events by commit, the newest first.

    Args:
        events: Of one model, oldest first.
        repository_url: Web address of the repository, without a slash; may be empty.
    """
    groups = [
        (commit, list(found)) for commit, found in itertools.groupby(events, key=lambda e: e.commit)
    ]
    newest = list(reversed(groups))[:_MAX_ROWS]
    return tuple(_make_row(commit, found, url=repository_url) for commit, found in newest)


def _make_row(commit: Commit | None, events: Sequence[Event], *, url: str) -> TimelineRow:
    moves = tuple(str(event.move) for event in events)
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
