"""Only where a reserved block can always be written to are journals mapped."""

from __future__ import annotations

import os
import sys

import pytest

from runsite.store.mounts import MAPPABLE, can_map, parse_mounts

TEXT = r"""
21 28 0:21 / /proc rw,nosuid shared:5 - proc proc rw
28 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,discard
30 28 0:23 / /dev/shm rw - tmpfs tmpfs rw,size=24683656k
31 28 0:40 / /data\040sets rw master:1 propagate_from:2 - nfs4 host:/data rw,vers=4.2
32 28 0:41 / / rw,relatime - overlay overlay rw,lowerdir=/l,upperdir=/u,workdir=/w
torn line
33 28 x:y / /broken rw - ext4 /dev/x rw
"""


def test_mounts_tell_the_type_of_each_device():
    """Optional fields, spaces in names and lines that make no sense are all taken as they come."""
    assert parse_mounts(TEXT) == {
        os.makedev(0, 21): "proc",
        os.makedev(254, 1): "ext4",
        os.makedev(0, 23): "tmpfs",
        os.makedev(0, 40): "nfs4",
        os.makedev(0, 41): "overlay",
    }


def test_file_systems_whose_pages_can_fail_are_not_on_the_list():
    """A network, a layer below that nobody names, and copy on write keep to plain writes."""
    assert not MAPPABLE & {"nfs", "nfs4", "cifs", "fuse", "9p", "overlay", "btrfs", "zfs"}


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells")
def test_a_file_system_without_files_to_write_is_not_mapped():
    """/proc is there on every Linux and is not on the list."""
    from pathlib import Path

    assert not can_map(Path("/proc"))
