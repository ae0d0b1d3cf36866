"""The format number of a part: one that a newer runsite wrote is named and left out, not misread."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from runsite.errors import quote
from runsite.records import FORMAT_VERSION
from runsite.store.columns import FORMAT_KEY

__all__ = ["explain_format", "find_newer"]

_KEY = FORMAT_KEY.encode()
_NUMBER = str(FORMAT_VERSION).encode()
_USUAL = _KEY + bytes([0x18, len(_NUMBER)]) + _NUMBER
"""Key and value as a footer has them.

Source: the compact protocol of Thrift: a field of the type binary, then length and bytes.
"""


def find_newer(path: Path, data: bytes) -> str:
    """Tell whether a part has a newer format; one that tells none is of the first.

    Args:
        path: The file.
        data: Its content, or an end that has the footer in it.

    Returns:
        What is wrong with it; empty where its format is known here.
    """
    length = int.from_bytes(data[-8:-4], "little")
    footer = data[-8 - length : -8]
    # A look, as there are thousands; only what does not look as usual is read properly.
    if _KEY not in footer or _USUAL in footer:
        return ""
    try:
        metadata = pl.read_parquet_metadata(path)
    except (OSError, pl.exceptions.PolarsError):
        return ""  # whoever reads its rows says what is wrong
    return explain_format(metadata)


def explain_format(metadata: Mapping[str, str]) -> str:
    """Tell by a part's footer why it is not read; empty where its format is known here."""
    version = metadata.get(FORMAT_KEY, "1")
    if version.isdigit() and int(version) <= FORMAT_VERSION:
        return ""
    return (
        f"has format {quote(version)}, newer than this runsite reads ({FORMAT_VERSION}): "
        "upgrade runsite"
    )
