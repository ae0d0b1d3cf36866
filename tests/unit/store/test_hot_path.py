"""The hot path appends the very slot that the careful way would, or nothing."""

from __future__ import annotations

import os
import struct
import sys
import threading

import pytest

from runsite.errors import RunStateError
from runsite.store.growth import MappedFile, WrittenFile
from runsite.store.hot_path import make_log_point, refuse_point
from runsite.store.slots import HEADER, SLOT, iter_points, parse_slots

KINDS = [WrittenFile, *([MappedFile] if sys.platform == "linux" else [])]


@pytest.fixture(params=KINDS)
def file(request, tmp_path):
    """Give a journal's file of each kind, empty but for the header."""
    descriptor = os.open(tmp_path / "file", os.O_CREAT | os.O_RDWR | os.O_APPEND)
    growing = request.param(descriptor)
    growing.append(HEADER)
    yield growing
    os.close(descriptor)


def read_points(tmp_path):
    return list(iter_points(parse_slots((tmp_path / "file").read_bytes()).points))


def test_a_point_is_in_the_file_when_the_call_returns(file, tmp_path):
    """Step, value and the key's id, as any reader finds them."""
    log_point = make_log_point(file, {"rmse": 4}, threading.Lock())
    log_point("rmse", 6.5, 3)
    log_point("rmse", 7, -1)
    assert [(step, value, key) for step, _, value, key in read_points(tmp_path)] == [
        (3, 6.5, 4),
        (-1, 7.0, 4),
    ]


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("loss", 1.0, 0), KeyError),
        (("rmse", "1.0", 0), struct.error),
        (("rmse", 1.0, 2**63), struct.error),
        (("rmse", 1.0, 1.5), struct.error),
    ],
)
def test_what_is_unusual_raises_and_appends_nothing(file, tmp_path, arguments, kind):
    """The careful way then does it, or tells what is wrong: nothing is logged twice."""
    with pytest.raises(kind):
        make_log_point(file, {"rmse": 0}, threading.Lock())(*arguments)
    assert file.size == SLOT
    assert read_points(tmp_path) == []


def test_after_the_end_nothing_is_appended(file, tmp_path):
    """A thread that still holds the function of a finished journal gets an error."""
    log_point = make_log_point(file, {"rmse": 0}, threading.Lock())
    file.finish()
    with pytest.raises((OSError, TypeError)):
        log_point("rmse", 1.0, 0)
    assert read_points(tmp_path) == []


def test_without_a_journal_a_point_is_refused():
    """The stand-in raises what the careful way turns into words."""
    with pytest.raises(RunStateError, match="no journal is open"):
        refuse_point("rmse", 1.0, 0)
