"""The format number of a part: one that a newer runsite wrote is refused, not misread."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from runsite.errors import FormatVersionError, quote
from runsite.records import FORMAT_VERSION
from runsite.store.columns import FORMAT_KEY

__all__ = ["check_metadata", "check_part_format"]

_KEY = FORMAT_KEY.encode()
_NUMBER = str(FORMAT_VERSION).encode()
_USUAL = _KEY + bytes([0x18, len(_NUMBER)]) + _NUMBER
"""Key and value as a footer has them.

Source: the compact protocol of Thrift: a field of the type binary, then length and bytes.
"""


def check_part_format(path: Path, data: bytes) -> None:
    """Refuse a part of a newer format; one that does not tell is of the first.

    Args:
        path: The file.
        data: Its content, or an end that has the footer in it.

    Raises:
        FormatVersionError: A newer runsite wrote it.
    """
    length = int.from_bytes(data[-8:-4], "little")
    footer = data[-8 - length : -8]
    # A look, as there are thousands; only what does not look as usual is read properly.
    if _KEY not in footer or _USUAL in footer:
        return
    try:
        metadata = pl.read_parquet_metadata(path)
    except (OSError, pl.exceptions.PolarsError):
        return  # whoever reads its rows says what is wrong
    check_metadata(path, metadata)


def check_metadata(path: Path, metadata: Mapping[str, str]) -> None:
    """Refuse a part of a newer format by what its footer tells.

    Raises:
        FormatVersionError: A newer runsite wrote it.
    """
    version = metadata.get(FORMAT_KEY, "1")
    if not version.isdigit() or int(version) > FORMAT_VERSION:
        raise FormatVersionError(
            f"{path.name} has format {quote(version)}, newer than this runsite reads "
            f"({FORMAT_VERSION})",
            where=str(path),
            hint="upgrade runsite",
        )
