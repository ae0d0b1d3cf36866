"""A growing file holds what was appended, all of it or nothing, and is cut to size at the end."""

from __future__ import annotations

import os
import resource
import signal
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.store import growth
from runsite.store.growth import MappedFile, WrittenFile, find_filled_size, set_appending
from runsite.store.mounts import can_map

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="maps are for Linux")


@pytest.fixture
def descriptor(tmp_path):
    """Give an open empty file."""
    number = os.open(tmp_path / "file", os.O_CREAT | os.O_RDWR)
    yield number
    os.close(number)


def read_all(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


@given(st.lists(st.binary(max_size=200_000), max_size=8))
def test_a_mapped_file_holds_what_was_appended(tmp_path_factory, chunks):
    """Whatever the sizes, also over the ends of windows; and zeros after it until it is finished."""
    path = tmp_path_factory.mktemp("map") / "file"
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR)
    file = MappedFile(descriptor)
    for chunk in chunks:
        file.append(chunk)
    whole = b"".join(chunks)
    assert file.size == len(whole)
    seen = path.read_bytes()
    assert seen == whole + bytes(len(seen) - len(whole))
    file.finish()
    file.finish()
    assert path.read_bytes() == whole
    os.close(descriptor)


def test_windows_grow_up_to_a_limit(descriptor):
    """A short run reserves little, a long one asks seldom."""
    file = MappedFile(descriptor)
    sizes = {len(file.window)}
    for _ in range(60):
        file.append(bytes(50_000))
        sizes.add(len(file.window))
    assert (min(sizes), max(sizes)) == (growth.FIRST_WINDOW, growth.LARGEST_WINDOW)


@pytest.fixture
def limit(monkeypatch):
    """Return a function that makes files of this process end at a size, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_no_room_is_an_error_when_space_is_reserved(descriptor, limit):
    """The last room is used up in smaller windows; then nothing of a record is appended."""
    file = MappedFile(descriptor)
    limit(growth.FIRST_WINDOW + 4 * 4096)  # a page of it is kept for the end
    for _ in range(growth.FIRST_WINDOW // 4096 + 3):
        file.append(b"r" * 4096)
    with pytest.raises(OSError, match="too large"):
        file.append(b"xy")
    assert file.size == growth.FIRST_WINDOW + 3 * 4096
    file.append(b"end", last=True)
    limit(growth.FIRST_WINDOW * 4)
    file.append(b"again" * 1000)
    file.finish()
    assert read_all(descriptor).lstrip(b"r") == b"end" + b"again" * 1000


def test_a_write_cut_short_is_taken_back(descriptor, limit):
    """A record that the disk takes half of is not in the file."""
    set_appending(descriptor)
    file = WrittenFile(descriptor)
    file.append(b"a" * 100)
    limit(150)
    with pytest.raises(OSError, match="No space left"):
        file.append(b"b" * 100)
    file.append(b"c" * 50)
    assert read_all(descriptor) == b"a" * 100 + b"c" * 50


def test_a_finished_file_takes_no_more(descriptor):
    """Its descriptor's number may belong to another file by then."""
    for file in (WrittenFile(descriptor), MappedFile(descriptor)):
        file.append(b"a")
        file.finish()
        with pytest.raises((OSError, ValueError)):
            file.append(b"b")


def test_the_folder_of_the_tests_is_known(tmp_path):
    """The question is answered without an error for any folder."""
    assert can_map(tmp_path) in (True, False)


@pytest.mark.parametrize(
    ("content", "filled"),
    [
        (b"", 0),
        (b"\0" * 100, 0),
        (b"ab\0c", 4),
        (b"x" + b"\0" * (3 << 20), 1),
        (b"\0" * (2 << 20) + b"y", (2 << 20) + 1),
    ],
)
def test_the_filled_part_of_a_file_is_found(tmp_path, content, filled):
    """Space that was reserved ahead does not count, however much of it there is."""
    path = tmp_path / "journal"
    path.write_bytes(content)
    assert find_filled_size(path) == filled
