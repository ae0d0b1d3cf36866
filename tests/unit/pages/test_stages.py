from __future__ import annotations

from datetime import UTC, datetime, timedelta

from runsite.pages.stages import SpanInput, make_lanes

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


def span(version: int, since: int, until: int | None, stage: str = "Production") -> SpanInput:
    def day(number: int | None) -> datetime | None:
        return None if number is None else BEGAN + timedelta(days=number)

    return SpanInput(version, stage, day(since), day(until))


def test_lanes_show_who_held_a_stage_when():
    """Bars follow each other in time, and the one that lasts reaches the end."""
    lanes = make_lanes(
        [span(2, 10, None), span(1, 0, 10), span(3, 5, 20, "Staging")],
        stages=("Staging", "Production"),
    )
    assert [lane.stage for lane in lanes] == ["Staging", "Production"]
    first, second = lanes[1].spans
    assert (first.version, first.x, first.lasts) == (1, 0, False)
    assert second.x == first.x + first.width
    assert (second.version, second.x + second.width, second.lasts) == (2, 1000, True)
    assert second.title == "Version 2 in Production from 2026-11-11 00:00 to this day (UTC)"


def test_nothing_is_drawn_before_something_changed():
    """One promotion alone has no length to draw."""
    assert make_lanes([span(1, 0, None)], stages=("Production",)) == ()
    assert make_lanes([], stages=("Production",)) == ()


def test_the_picture_does_not_depend_on_today():
    """It ends a twentieth after the last change, so that two builds are the same."""
    (lane,) = make_lanes([span(1, 0, 20), span(2, 20, None)], stages=("Production",))
    assert [bar.width for bar in lane.spans] == [952, 48]
