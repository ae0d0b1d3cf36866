"""Which version held which stage when, as rows and as bars. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from runsite.pages.context import StageRef, told
from runsite.pages.formatting import format_iso, format_time

__all__ = [
    "Lane",
    "MoveRow",
    "Span",
    "SpanInput",
    "make_lanes",
    "make_move_time",
]

_WIDTH = 1000
_MAX_SPANS = 200


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One version's way from a stage to another."""

    when: str = told("When, to the minute; empty for what is not committed yet.")
    when_iso: str = told("The same, exact.")
    version: StageRef | None = told("The version; None where it is no longer registered.")
    number: int = told("Its number.")
    before: str = told("Stage that it had; `None` where it had none.")
    after: str = told("Stage that it has since.")
    by: str = told("Who made the change.")
    commit: str = told("Start of the commit's id; may be empty.")
    commit_url: str = told("Its page on the code host; may be empty.")
    message: str = told("First line of the commit's message.")
    pull_request: str = told("Number of the pull request; may be empty.")
    pull_request_url: str = told("Its page on the code host; may be empty.")


@dataclass(frozen=True, slots=True)
class SpanInput:
    """A version's time in a stage. Not a context: an input of `make_lanes`."""

    version: int
    stage: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Span:
    """A bar of the timeline. Lengths are in thousandths of its width."""

    version: int = told("Number of the version.")
    x: int = told("Where it begins.")
    middle: int = told("Where its middle is.")
    labelled: bool = told("Whether there is room for its number.")
    width: int = told("How long it is.")
    lasts: bool = told("Whether it goes on.")
    title: str = told("Version, stage, from when until when.")


@dataclass(frozen=True, slots=True)
class Lane:
    """The bars of one stage."""

    stage: str = told("Stage.")
    spans: tuple[Span, ...] = told("Its holders, one after another.")


def make_lanes(spans: Sequence[SpanInput], *, stages: Sequence[str]) -> tuple[Lane, ...]:
    """Lay out who held which stage when; nothing where there is not at least one change.

    The picture ends at the last change, plus a twentieth of its length for what goes on: a page
    that is built again tomorrow is the same.

    Args:
        spans: Times of the model's versions in stages.
        stages: Stages in the order of the lanes.
    """
    moments = [m for span in spans for m in (span.since, span.until) if m is not None]
    if len(set(moments)) < 2:
        return ()
    begin, last = min(moments), max(moments)
    end = last + (last - begin) / 20
    length = (end - begin).total_seconds()

    def place(moment: datetime | None) -> int:
        return round(((moment or end) - begin).total_seconds() / length * _WIDTH)

    lanes = []
    for stage in stages:
        held = sorted((s for s in spans if s.stage == stage), key=lambda s: (s.since, s.version))
        bars = tuple(
            _bar(span, start=place(span.since), end=place(span.until))
            for span in held[-_MAX_SPANS:]
        )
        if bars:
            lanes.append(Lane(stage, bars))
    return tuple(lanes)


def _bar(span: SpanInput, *, start: int, end: int) -> Span:
    width = max(end - start, 3)
    return Span(
        version=span.version,
        x=start,
        middle=start + width // 2,
        labelled=width >= 9 * len(str(span.version)) + 10,
        width=width,
        lasts=span.until is None,
        title=_describe(span),
    )


def _describe(span: SpanInput) -> str:
    until = f"until {format_time(span.until)}" if span.until else "to this day"
    return f"Version {span.version} in {span.stage} from {format_time(span.since)} {until} (UTC)"


def make_move_time(moment: datetime | None) -> tuple[str, str]:
    """Return when a move was, for people and exactly; empty for what is not committed."""
    return (format_time(moment), format_iso(moment)) if moment else ("", "")
