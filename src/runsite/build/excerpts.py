"""Excerpts of files as data shards: for pages that show files of any runs, chosen in the browser.

An excerpt is named by the digest of its file's content, so runs that logged the same file share
one, and a later build keeps it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path, PurePosixPath

import polars as pl

from runsite.build.workshop import Workshop
from runsite.pages.files import (
    EXCERPT_ROOM,
    MAX_DRAWING_BYTES,
    MAX_HEAD_BYTES,
    Preview,
    Room,
    find_excerpt_kind,
    find_kind,
    make_excerpt_path,
    make_file_path,
    make_preview,
    make_table_preview,
)
from runsite.render.shards import render_shard

__all__ = ["find_shown", "read_preview", "write_excerpt"]


def write_excerpt(shop: Workshop, name: str, *, address: str, sha256: str, size: int) -> int:
    """Write the excerpt of a file that stands on the site; return its bytes, 0 for none.

    Args:
        shop: The build.
        name: Path inside the run's artifacts.
        address: Where the file stands, from the site's root.
        sha256: Digest of its content.
        size: Its bytes.
    """
    kind = find_excerpt_kind(name)
    if not kind:
        return 0
    path = make_excerpt_path(sha256, kind=kind)
    key = shop.make_key("excerpt", sha256)
    if not shop.writer.keep(path, key=key):
        # From the copy, whose content was compared with the digest.
        preview = read_preview(
            shop.options.output / address, name, size=size, address=address, room=EXCERPT_ROOM
        )
        if preview is None:
            return 0
        shop.writer.write(path, _render(path, preview), key=key)
    return shop.writer.files[path].size_bytes


def read_preview(path: Path, name: str, *, size: int, address: str, room: Room) -> Preview | None:
    """Read what is shown of a file; None where it is nothing that can be shown."""
    kind = find_kind(name)
    try:
        if kind == "parquet":
            return _read_parquet(path, name, room=room)
        with path.open("rb") as file:
            head = file.read(MAX_DRAWING_BYTES if kind == "drawing" else MAX_HEAD_BYTES)
    except (OSError, ValueError):
        return None
    return make_preview(name, head=head, size_bytes=size, address=address, room=room)


def _read_parquet(path: Path, name: str, *, room: Room) -> Preview | None:
    try:
        frame = pl.read_parquet(path, n_rows=room.rows + 1)
    except Exception:  # noqa: BLE001 - whatever a hostile or foreign file makes a reader raise
        return None
    whole = frame.height <= room.rows
    return make_table_preview(
        name, columns=frame.columns, rows=frame.rows(), whole=whole, room=room
    )


def find_shown(shop: Workshop, name: str, *, sha256: str) -> str:
    """Tell how scripts show a file; empty where they cannot.

    Returns:
        The ending of a picture, a sound or a film that stands on the site, with its dot, or the
        kind of an excerpt that does.
    """
    ending, kind = _find_forms(name)
    on_site = shop.writer.files
    if ending and make_file_path(sha256, name=name) in on_site:
        return ending
    return kind if kind and make_excerpt_path(sha256, kind=kind) in on_site else ""


@lru_cache(maxsize=4096)
def _find_forms(name: str) -> tuple[str, str]:
    """Return the ending of a file that a page can show itself, or the kind of its excerpt."""
    if find_kind(name) in ("image", "audio", "video"):
        return PurePosixPath(name).suffix.lower(), ""
    return "", find_excerpt_kind(name)


def _render(path: str, preview: Preview) -> str:
    body: dict[str, object]
    if preview.kind == "table":
        body = {"columns": preview.columns, "rows": preview.rows}
    elif preview.kind == "image":
        body = {"image": preview.address}
    else:
        body = {"text": preview.text}
    text = json.dumps({**body, "note": preview.note}, ensure_ascii=False, separators=(",", ":"))
    # A JSON file can spell half of a surrogate pair.
    return render_shard(path, text.encode("utf-8", "replace").decode())
