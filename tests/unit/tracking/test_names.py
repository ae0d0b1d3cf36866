"""Ids that sort and never collide, names that people can say."""

from __future__ import annotations

import random
import re
import uuid

from runsite.tracking.names import make_run_id, make_run_name


def test_ids_are_uuids_of_version_7():
    """32 hex digits that every tool for UUIDs reads."""
    made = make_run_id()
    assert re.fullmatch("[0-9a-f]{32}", made)
    parsed = uuid.UUID(made)
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)


def test_ids_sort_by_the_time_of_the_start():
    """Names of files sort like the runs."""
    ids = [make_run_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    times = [int(made[:16], 16) for made in ids]
    assert times == sorted(times)


def test_a_name_is_two_words_and_a_number():
    """Easy to remember, easy to type."""
    for _ in range(200):
        assert re.fullmatch(r"[a-z]+-[a-z]+-\d{1,3}", make_run_name())


def test_names_leave_the_seeds_of_a_training_alone():
    """A seeded experiment draws the same numbers with and without tracking."""
    random.seed(7)
    expected = random.random()
    random.seed(7)
    make_run_name()
    make_run_id()
    assert random.random() == expected


def test_the_same_bytes_give_the_same_name():
    """The words are a plain function of the seed."""
    assert make_run_name(b"\0" * 8) == "able-acorn-0"
    assert make_run_name(b"\1" * 8) == make_run_name(b"\1" * 8)
