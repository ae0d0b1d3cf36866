"""What the names of parts say: which leaf or leaves a file holds, and its checksum.

::

    <run_id>.<part>.<crc>.parquet            one leaf
    merged-<month>-<digest>.<crc>.parquet    several leaves, listed in the footer

The CRC-32 of the whole file stands in its name, because nothing inside a Parquet file covers all
of it: a flipped bit anywhere, the footer's included, is noticed by whoever reads the file next.
"""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from runsite.store.files import TEMP_PREFIX

__all__ = [
    "PartFile",
    "crc_of_file",
    "leaf_name",
    "list_names",
    "list_parts",
    "merged_name",
    "parse_name",
    "read_crc",
]

_SUFFIX = ".parquet"
_NAME = re.compile(
    r"(?:(?P<leaf>[0-9a-f]{32}\.[^.]+)|merged-(?P<month>\d{4}-\d{2})-[0-9a-f]{16})"
    r"(?:\.(?P<crc>[0-9a-f]{8}))?\.parquet"
)
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class PartFile:
    """A part by its name.

    Attributes:
        path: The file.
        leaf: ``<run_id>.<part>``; empty for a merged part, whose leaves are in its footer.
        merged_month: ``YYYY-MM`` of a merged part; empty for a leaf.
        crc: CRC-32 that the content must have; None if the name has none.
    """

    path: Path
    leaf: str
    merged_month: str
    crc: int | None

    @property
    def month(self) -> str:
        """``YYYY-MM`` of the leaf's session or of the merged part; empty if the name tells none."""
        return self.merged_month or _month_of(self.leaf)

    @property
    def run_id(self) -> str:
        """Run of the leaf; empty for a merged part."""
        return self.leaf.split(".", 1)[0]

    @property
    def is_merged(self) -> bool:
        """Whether the file holds several leaves."""
        return not self.leaf


def leaf_name(leaf: str, data: bytes) -> str:
    """Name a leaf part by its id and content."""
    return f"{leaf}.{zlib.crc32(data):08x}{_SUFFIX}"


def merged_name(month: str, leaves: Sequence[str], *, crc: int) -> str:
    """Name a merged part by the leaves that it holds, sorted, and by its content's CRC-32."""
    digest = hashlib.sha256("\n".join(leaves).encode()).hexdigest()[:16]
    return f"merged-{month}-{digest}.{crc:08x}{_SUFFIX}"


def parse_name(path: Path) -> PartFile | None:
    """Read a part's name; None for a file that is no part of a store."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        return None
    leaf, crc = match["leaf"] or "", match["crc"]
    return PartFile(path, leaf, match["month"] or "", int(crc, 16) if crc else None)


def list_names(folder: Path) -> frozenset[str]:
    """List the names in a folder, unfinished files left out; none where it is missing."""
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()
    return frozenset(name for name in names if not name.startswith(TEMP_PREFIX))


def list_parts(folder: Path) -> list[PartFile]:
    """List the parts of a folder by name, unfinished ones left out; none where it is missing."""
    parts = (parse_name(folder / name) for name in sorted(list_names(folder)))
    return [part for part in parts if part is not None]


def crc_of_file(path: Path) -> int:
    """Compute the CRC-32 of a file's content.

    Raises:
        OSError: It cannot be read.
    """
    return read_crc(path)[0]


def read_crc(path: Path) -> tuple[int, bytes]:
    """Compute the CRC-32 of a file's content, and return its end too: of a part the footer.

    Raises:
        OSError: It cannot be read.
    """
    crc, before, last = 0, b"", b""
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            crc = zlib.crc32(chunk, crc)
            before, last = last, chunk
    return crc, before + last


def _month_of(leaf: str) -> str:
    """Read the month of a leaf from its session id, which begins with the time in milliseconds."""
    try:
        time = datetime.fromtimestamp(int(leaf.split(".")[1][:12], 16) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return f"{time:%Y-%m}"
