"""Files that runs produced, on the site: what they are called there, and what of them is shown.

Pure: bytes in, previews out. Every name and every content is hostile. A file is published under
the digest of its content with an ending that no web server sends as something that runs
(docs/decisions/0009-artifacts-on-the-site.md); the page offers it under its own name.
"""

from __future__ import annotations

import base64
import csv
import functools
import json
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeAlias

from runsite.pages.context import told

__all__ = [
    "EXCERPT_ROOM",
    "MAX_DRAWING_BYTES",
    "MAX_HEAD_BYTES",
    "PAGE_ROOM",
    "ImageSeries",
    "Preview",
    "Room",
    "StepImage",
    "find_excerpt_kind",
    "find_image_size",
    "find_kind",
    "find_step",
    "group_images",
    "make_excerpt_path",
    "make_file_path",
    "make_preview",
    "make_table_preview",
]

MAX_HEAD_BYTES = 64 * 1024
"""As much of a file as is read for its preview."""

MAX_DRAWING_BYTES = 256 * 1024
"""A drawing (SVG) stands in the page itself, whole or not at all."""

_IMAGES = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp"})
_TABLES = frozenset({".csv", ".tsv"})
_SOUNDS = frozenset({".mp3", ".ogg", ".wav"})
_FILMS = frozenset({".mp4", ".webm"})
_PASSIVE = frozenset(
    {".csv", ".gz", ".json", ".mp3", ".mp4", ".npy", ".npz", ".ogg", ".parquet", ".pdf", ".tsv"}
    | {".wav", ".webm", ".zip"}
)
_TEXTS = frozenset(
    {".cfg", ".conf", ".css", ".diff", ".env", ".err", ".htm", ".html", ".ini", ".ipynb", ".js"}
    | {".jsonl", ".log", ".md", ".mjs", ".ndjson", ".out", ".patch", ".py", ".r", ".rst", ".sh"}
    | {".sql", ".svg", ".tex", ".toml", ".txt", ".xhtml", ".xml", ".yaml", ".yml"}
)
_TEXT_NAMES = frozenset({"mlmodel", "dockerfile", "makefile", "readme", "license"})
_MLFLOW_IMAGE = re.compile(r"images/(?P<key>.+)%step%(?P<step>\d+)%timestamp%\d+%[0-9a-f-]+\.png")
_STEP_IMAGE = re.compile(r"images/(?P<key>.+)/(?P<step>\d{8,})\.png")


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a file is shown."""

    lines: int
    characters: int
    rows: int
    columns: int
    cell: int


PAGE_ROOM = Room(lines=150, characters=16_000, rows=20, columns=30, cell=200)
"""On a run's own page, where all previews stand in the page itself."""

EXCERPT_ROOM = Room(lines=2_000, characters=48_000, rows=200, columns=40, cell=300)
"""In a data shard, which is loaded when somebody looks."""

Table: TypeAlias = tuple[Sequence[object], Sequence[Sequence[object]]]
"""Names of the columns, and rows."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page shows of a file."""

    path: str = told("Path inside the run's artifacts.")
    kind: str = told("`image`, `audio`, `video`, `text`, `table` or `markdown`.")
    address: str = told(
        "Picture, sound, film: its path from the site's root, or a data address.", default=""
    )
    width: int = told("Picture: pixels from left to right; 0 where it is not known.", default=0)
    height: int = told("Picture: pixels from top to bottom; 0 where it is not known.", default=0)
    text: str = told("Text: the beginning of the file.", default="")
    html: str = told("Markdown: rendered and safe.", default="")
    columns: tuple[str, ...] = told("Table: names of the columns.", default=())
    rows: tuple[tuple[str, ...], ...] = told("Table: the first rows, as text.", default=())
    note: str = told("What of the file is not shown; empty where it is shown whole.", default="")


@dataclass(frozen=True, slots=True)
class StepImage:
    """One image of a series."""

    step: int = told("Its step.")
    address: str = told("Its path from the site's root.")


@dataclass(frozen=True, slots=True)
class ImageSeries:
    """Images that were logged under one key, step by step."""

    key: str = told("Name as it was logged.")
    images: tuple[StepImage, ...] = told("In the order of their steps.")
    width: int = told("Pixels of the last image from left to right; 0 where it is not known.")
    height: int = told("Pixels from top to bottom.")

    @property
    def last(self) -> StepImage:
        """Return the image of the last step."""
        return self.images[-1]


def make_file_path(sha256: str, *, name: str) -> str:
    """Return where a file lies on the site: its digest, and an ending that runs nowhere.

    Examples:
        >>> make_file_path("ab" * 32, name="plots/roc.PNG")
        'files/ab/abababababababababababababababab.png'
        >>> make_file_path("ab" * 32, name="report.html")[-4:]
        '.txt'
    """
    return f"files/{sha256[:2]}/{sha256[:32]}{_find_suffix(name)}"


def make_excerpt_path(sha256: str, *, kind: str) -> str:
    """Return where the excerpt of a file lies on the site, a data shard.

    Args:
        sha256: Digest of the file.
        kind: From `find_excerpt_kind`: one content can be a table by one name, text by another.
    """
    return f"data/files/{sha256[:2]}/{sha256[:32]}-{kind}.js"


@functools.lru_cache(maxsize=4096)
def find_excerpt_kind(name: str) -> str:
    """Tell by its name as what the words of a file can be shown; empty where they cannot."""
    kind = find_kind(name)
    if kind == "table" and name.lower().endswith(".tsv"):
        return "tabs"
    return "" if kind in ("image", "audio", "video") else kind


@functools.lru_cache(maxsize=4096)  # the runs of a search log files of the same names
def _find_suffix(name: str) -> str:
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    if suffix in _TEXTS or path.name.lower() in _TEXT_NAMES:
        return ".txt"
    return suffix if suffix in _PASSIVE or suffix in _IMAGES else ".bin"


def find_kind(name: str) -> str:
    """Tell what a file can be shown as by its name; empty where it cannot."""
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    if suffix in _IMAGES:
        return "image"
    if suffix in _TABLES:
        return "table"
    if suffix in _SOUNDS:
        return "audio"
    if suffix in _FILMS:
        return "video"
    known = {".svg": "drawing", ".md": "markdown", ".json": "json", ".parquet": "parquet"}
    if suffix in known:
        return known[suffix]
    is_text = suffix in _TEXTS - {".html", ".htm"} or path.name.lower() in _TEXT_NAMES
    return "text" if is_text else ""


def make_preview(
    path: str, *, head: bytes, size_bytes: int, address: str, room: Room = PAGE_ROOM
) -> Preview | None:
    """Make a preview from the beginning of a file; None where there is nothing to show.

    Args:
        path: Path inside the run's artifacts.
        head: The file, or its first `MAX_HEAD_BYTES` (`MAX_DRAWING_BYTES` of an SVG).
        size_bytes: Size of the whole.
        address: Path from the site's root.
        room: How much of it is shown.
    """
    kind = find_kind(path)
    if kind in ("audio", "video"):
        return Preview(path, kind, address)
    if kind == "image":
        size = find_image_size(head)
        return Preview(path, "image", address, *size) if size else None
    whole = len(head) >= size_bytes
    if kind == "drawing":
        return _preview_drawing(path, head) if whole else None
    text = _decode(head, whole=whole)
    if not kind or kind == "parquet" or text is None:
        return None
    if kind == "markdown":
        return Preview(path, "markdown", text=text, note="" if whole else "The beginning only.")
    table = _parse_json(text) if kind == "json" and whole else None
    if kind == "table":
        table = _parse_csv(text, tabs=path.lower().endswith(".tsv"), whole=whole)
    if table:
        return make_table_preview(path, columns=table[0], rows=table[1], whole=whole, room=room)
    return _preview_text(path, text, whole=whole, room=room)


def make_table_preview(
    path: str,
    *,
    columns: Sequence[object],
    rows: Sequence[Sequence[object]],
    whole: bool,
    room: Room = PAGE_ROOM,
) -> Preview:
    """Show the first rows of a table."""
    notes = []
    if len(rows) > room.rows or not whole:
        of = f" of {len(rows):,}" if whole else ""
        notes.append(f"The first {min(len(rows), room.rows)}{of} rows")
    if len(columns) > room.columns:
        notes.append(f"{room.columns} of {len(columns):,} columns")
    return Preview(
        path,
        "table",
        columns=tuple(_cell(name, room.cell) for name in columns[: room.columns]),
        rows=tuple(
            tuple(_cell(value, room.cell) for value in row[: room.columns])
            for row in rows[: room.rows]
        ),
        note=", ".join(notes) + "." if notes else "",
    )


def group_images(
    addresses: Mapping[str, str],
) -> dict[str, tuple[StepImage, ...]]:
    """Find the images that were logged by step: key → images.

    Args:
        addresses: Path inside the run's artifacts → path from the site's root.
    """
    series: dict[str, dict[int, str]] = {}
    for path, address in addresses.items():
        found = find_step(path)
        if found:
            series.setdefault(found[0], {})[found[1]] = address
    return {
        key: tuple(StepImage(step, address) for step, address in sorted(images.items()))
        for key, images in sorted(series.items())
    }


def find_step(path: str) -> tuple[str, int] | None:
    """Return key and step of an image that was logged by step; None for any other file."""
    if not path.startswith("images/"):
        return None
    found = _MLFLOW_IMAGE.fullmatch(path) or _STEP_IMAGE.fullmatch(path)
    if not found:
        return None
    key = found["key"].replace("#", "/") if "%step%" in path else found["key"]
    return key, int(found["step"])


def find_image_size(head: bytes) -> tuple[int, int] | None:
    """Read width and height from an image's first bytes; None where it is no image that is known.

    Source: PNG (W3C), GIF89a, JPEG (ITU T.81), WebP and AVIF container layouts; a size that
    stands deeper in the file is given as 0, 0.
    """
    if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:
        width, height = struct.unpack(">II", head[16:24])
        return width, height
    if head[:6] in {b"GIF87a", b"GIF89a"} and len(head) >= 10:
        width, height = struct.unpack("<HH", head[6:10])
        return width, height
    if head.startswith(b"\xff\xd8\xff"):
        return _find_jpeg_size(head) or (0, 0)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return (0, 0)
    return (0, 0) if head[4:12] == b"ftypavif" else None


def _find_jpeg_size(head: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 < len(head) and head[place] == 0xFF:
        marker, length = head[place + 1], int.from_bytes(head[place + 2 : place + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", head[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return None


def _preview_drawing(path: str, data: bytes) -> Preview | None:
    """Show an SVG as a picture in a data address: browsers run no script of such a picture."""
    if b"<svg" not in data[:4096]:
        return None
    encoded = base64.b64encode(data).decode("ascii")
    return Preview(path, "image", f"data:image/svg+xml;base64,{encoded}")


def _preview_text(path: str, text: str, *, whole: bool, room: Room) -> Preview:
    lines = text.splitlines()
    shown = text[: room.characters].splitlines()[: room.lines]
    cut = not whole or len(text) > room.characters or len(lines) > room.lines
    note = f"The first {len(shown):,} lines." if cut else ""
    return Preview(path, "text", text="\n".join(shown), note=note)


def _decode(head: bytes, *, whole: bool) -> str | None:
    """Decode text; None where it looks like something else."""
    if b"\0" in head[:8192]:
        return None
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A head can end within a character.
        is_cut = not whole and error.start > len(head) - 4
        return head[: error.start].decode("utf-8-sig") if is_cut else None


def _parse_csv(text: str, *, tabs: bool, whole: bool) -> Table | None:
    lines = text.splitlines()
    if not whole:
        lines = lines[:-1]
    if not lines:
        return None
    first = lines[0]
    delimiter = "\t" if tabs else ";" if first.count(";") > first.count(",") else ","
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return None
    return (rows[0], rows[1:]) if rows else None


def _parse_json(text: str) -> Table | None:
    """Read a table in pandas' ``split`` form, as `log_table` writes it."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    columns, rows = data.get("columns"), data.get("data")
    if not isinstance(columns, list) or not isinstance(rows, list) or not columns:
        return None
    return (columns, rows) if all(isinstance(row, list) for row in rows) else None


def _cell(value: object, most: int) -> str:
    text = (
        "" if value is None else value if isinstance(value, str) else json.dumps(value, default=str)
    )
    return text if len(text) <= most else f"{text[: most - 1]}…"
