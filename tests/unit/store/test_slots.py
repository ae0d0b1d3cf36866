"""The journal's bytes come back as they were written, and damage never goes unnoticed."""

from __future__ import annotations

import math
import random
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.store.slots import (
    HEADER,
    SLOT,
    TornSlotError,
    _all_points,
    format_event,
    format_point,
    iter_points,
    make_header,
    parse_slots,
)

int64 = st.integers(-(2**63), 2**63 - 1)
points = st.tuples(int64, int64, st.floats(), st.integers(0, 2**32 - 2))
events = st.tuples(
    st.sampled_from(["params", "tags", "set"]),
    int64,
    st.dictionaries(st.text(min_size=1).filter(lambda k: k != "e"), st.text(), max_size=4),
)


def written(records) -> bytes:
    chunks = [HEADER]
    for record in records:
        if len(record) == 4:
            step, time_ns, value, key_id = record
            chunks.append(format_point(step=step, time_ns=time_ns, value=value, key_id=key_id))
        else:
            kind, time_ns, values = record
            chunks.append(format_event(kind, time_ns=time_ns, values=values))
    return b"".join(chunks)


def same(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))


@given(st.lists(st.one_of(points, events), max_size=30))
def test_what_is_written_comes_back(records):
    """Any mix of points and events is read back in order, every bit of it."""
    slots = parse_slots(written(records))
    back = list(iter_points(slots.points))
    expected = [record for record in records if len(record) == 4]
    assert len(back) == len(expected)
    for (step, time_ns, value, key_id), want in zip(back, expected, strict=True):
        assert (step, time_ns, key_id) == (want[0], want[1], want[3])
        assert same(value, want[2])
    assert [(e.kind, e.time_ns, e.values) for e in slots.events] == [
        record for record in records if len(record) == 3
    ]
    assert (slots.torn_bytes, slots.damage) == (0, ())


@given(st.lists(st.one_of(points, events), min_size=1, max_size=10), st.data())
def test_a_cut_loses_only_the_record_that_it_cuts(records, data):
    """A file cut anywhere gives all whole records before the cut, and counts the rest.

    A rest of zero bytes alone is not counted: it looks like space that was reserved.
    """
    whole = written(records)
    cut = data.draw(st.integers(SLOT, len(whole)))
    slots = parse_slots(whole[:cut])
    ends = [len(written(records[: n + 1])) for n in range(len(records))]
    kept = sum(end <= cut for end in ends)
    assert len(slots.points) // SLOT + len(slots.events) == kept
    rest = whole[[SLOT, *ends][kept] : cut]
    assert slots.torn_bytes == (len(rest) if any(rest) else 0)
    assert (slots.damage, slots.gaps) == ((), 0)


small = st.sampled_from([0, 1, 256, -1])
zeros = st.tuples(small, small, st.sampled_from([0.0, -0.0, 1.0]), st.sampled_from([0, 1, 256]))


@given(st.lists(st.one_of(zeros, events), min_size=1, max_size=6), st.integers(0, 100))
def test_zero_bytes_at_the_end_hide_no_whole_record(records, reserved):
    """Records of little but zero bytes are read whole, whatever space is reserved after them."""
    slots = parse_slots(written(records) + bytes(reserved))
    assert len(slots.points) // SLOT + len(slots.events) == len(records)
    assert (slots.torn_bytes, slots.damage, slots.gaps) == (0, (), 0)


def test_no_flipped_bit_goes_unnoticed():
    """Of 3,000 single flipped bits after the header, each is reported as torn or as damage."""
    source = random.Random(7)
    records = [("params", 1, {"depth": "30"})]
    records += [(n, n, source.random(), 0) for n in range(40)]
    records += [("tags", 2, {"note": "a longer text, over several slots of the file" * 2})]
    records += [(n, n, source.random(), 1) for n in range(40)]
    whole = written(records)
    for _ in range(3000):
        position = source.randrange(SLOT, len(whole))
        flipped = bytearray(whole)
        flipped[position] ^= 1 << source.randrange(8)
        slots = parse_slots(bytes(flipped))
        assert slots.torn_bytes or slots.damage, f"offset {position}"


def test_damage_names_its_offset_and_keeps_the_rest():
    """A damaged slot in the middle is named by offset; what stands around it is still read."""
    whole = bytearray(written([(n, n, float(n), 0) for n in range(5)]))
    offset = SLOT * 3
    whole[offset + 20] ^= 0xFF
    slots = parse_slots(bytes(whole))
    assert slots.damage == (offset,)
    assert [step for step, *_ in iter_points(slots.points)] == [0, 1, 3, 4]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a runsite journal"),
        (b"{}" * 40, "not a runsite journal"),
        (HEADER[:31] + b"\xff", "the journal's header is damaged"),
    ],
)
def test_a_file_that_is_no_journal_is_refused(data, message):
    """What does not begin with a sound header is not taken for an empty journal."""
    with pytest.raises(TornSlotError) as caught:
        parse_slots(data)
    assert str(caught.value) == message


def test_a_newer_journal_is_refused():
    """A journal of a later format is refused, not guessed at."""
    with pytest.raises(TornSlotError) as caught:
        parse_slots(make_header(3))
    assert str(caught.value) == "journal format 3 is newer than this runsite reads (2)"


@given(st.lists(st.one_of(points, events), max_size=10), st.integers(0, 3000))
def test_reserved_space_is_no_record(records, reserved):
    """Zeros after the last record are room for more, neither torn nor damaged."""
    plain = parse_slots(written(records))
    assert parse_slots(written(records) + bytes(reserved)) == plain


def test_a_journal_of_format_1_ends_with_its_last_record():
    """Zeros were no room for more in format 1: there they are a torn end."""
    data = make_header(1) + format_point(step=1, time_ns=2, value=3.0, key_id=0)
    assert parse_slots(data).torn_bytes == 0
    assert parse_slots(data + bytes(64)).torn_bytes == 64


def test_what_power_loss_took_is_counted():
    """Slots of zeros before the last record are a gap, told apart from damage."""
    whole = bytearray(written([(n, n, float(n), 0) for n in range(5)]))
    whole[SLOT * 2 : SLOT * 4] = bytes(2 * SLOT)
    slots = parse_slots(bytes(whole) + bytes(SLOT))
    assert (slots.gaps, slots.damage, slots.torn_bytes) == (2, (), 0)
    assert [step for step, *_ in iter_points(slots.points)] == [0, 3, 4]


@given(st.integers(0, 1200), st.integers(0, 1199))
def test_blocks_of_points_are_checked_slot_by_slot_where_needed(count, bad):
    """Points are checked many at a time; one that is damaged is found all the same."""
    whole = bytearray(written([(n, n, float(n), 0) for n in range(count)]))
    if bad < count:
        whole[SLOT * (bad + 1) + 3] ^= 1
    slots = parse_slots(bytes(whole))
    expected = [n for n in range(count) if n != bad]
    assert [step for step, *_ in iter_points(slots.points)] == expected
    assert bool(slots.damage or slots.torn_bytes) == (bad < count)


def test_points_and_events_in_turns_are_not_checked_by_blocks():
    """A run that logs each key once has an event before every point: its cost stays linear."""
    records = [item for n in range(500) for item in (("keys", n, {str(n): "m"}), (n, n, 1.0, n))]
    data = written(records)
    blocks = 0

    def count(frame, event, _function):
        nonlocal blocks
        blocks += event == "call" and frame.f_code is _all_points.__code__

    sys.setprofile(count)
    try:
        found = parse_slots(data)
    finally:
        sys.setprofile(None)
    assert (len(found.events), len(found.points)) == (500, 500 * SLOT)
    assert blocks == 0
