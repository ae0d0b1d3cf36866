"""Which file system a folder lies on, told by Linux; elsewhere nobody knows.

A journal may be written through a memory map only where a block that was reserved can always be
written to: a page that cannot be had is no error there but the signal that ends the process.
"""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path

__all__ = ["MAPPABLE", "can_map", "parse_mounts"]

MAPPABLE = frozenset({"ext2", "ext3", "ext4", "xfs", "tmpfs"})
"""File systems that overwrite a reserved block in place.

Not those that write anew what is overwritten (Btrfs, ZFS, F2FS, bcachefs: a full disk would show
at the page), not those whose blocks lie elsewhere (NFS, CIFS, 9p, FUSE), and not overlays, whose
lower file system the kernel does not tell.
"""

_MOUNTS = Path("/proc/self/mountinfo")


def parse_mounts(text: str) -> dict[int, str]:
    """Read ``/proc/self/mountinfo``: device number to type of file system.

    Source: proc_pid_mountinfo(5): ``36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 ...``.
    """
    types: dict[int, str] = {}
    for line in text.splitlines():
        fields = line.split()
        major, _, minor = fields[2].partition(":") if len(fields) > 2 else ("", "", "")
        if "-" not in fields[6:-1] or not (major.isdigit() and minor.isdigit()):
            continue
        kind = fields[fields.index("-", 6) + 1]
        types[os.makedev(int(major), int(minor))] = kind
    return types


def can_map(folder: Path) -> bool:
    """Tell whether files of a folder may be written through a map. Unknown is no.

    Raises:
        OSError: The folder cannot be asked.
    """
    if sys.platform != "linux" or not hasattr(os, "posix_fallocate"):
        return False
    return _find_type(os.stat(folder).st_dev) in MAPPABLE


@functools.cache
def _find_type(device: int) -> str | None:
    try:
        text = _MOUNTS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return parse_mounts(text).get(device)
