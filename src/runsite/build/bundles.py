"""Scripts and styles that pages load together, put together: one file, without comments.

A page is small and asks for a few files instead of fifty; the files themselves stay in the site
as they were written, for people to read. What was put together once is kept in the cache folder.
A checkout that was upgraded without its environment lacks the parsers: its bundles keep comments.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath

from runsite.build.prepare import find_cache_folder

__all__ = ["make_bundle", "make_bundles"]

_PARSERS = ("tree-sitter", "tree-sitter-css", "tree-sitter-javascript")
_SEAMS = {".js": b"\n;", ".css": b"\n"}


def make_bundles(
    bundles: Mapping[str, Sequence[str]], *, files: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Put every bundle together: its name → its content.

    Args:
        bundles: Name → the files it is made of, in order.
        files: Name → content.
    """
    folder = find_cache_folder() / "bundles"
    stripping = Path(__file__).resolve().parents[1] / "render" / "comments.py"
    base = hashlib.sha256(stripping.read_bytes() + Path(__file__).read_bytes())
    base.update(repr(_find_parsers()).encode())
    made = {}
    for name, members in bundles.items():
        suffix = PurePosixPath(name).suffix
        parts = [files[member] for member in members]
        digest = base.copy()
        digest.update(repr([suffix, *parts]).encode())
        path = folder / f"{digest.hexdigest()[:32]}{suffix}"
        try:
            made[name] = path.read_bytes()
        except OSError:
            made[name] = make_bundle(parts, suffix=suffix)
            _save(path, made[name])
    return made


def make_bundle(parts: Sequence[bytes], *, suffix: str) -> bytes:
    """Put files together without their comments; one that ends unfinished cannot reach the next.

    Args:
        parts: Their contents, in order.
        suffix: ``.js``, ``.css``, or another, whose files are joined as they are.
    """
    if suffix not in _SEAMS:
        return b"".join(parts)
    if not _find_parsers():
        return b"".join(part + b"\n" + _SEAMS[suffix] for part in parts)
    from runsite.render.comments import strip_comments  # loads parsers

    return b"".join(strip_comments(part, suffix=suffix) + _SEAMS[suffix] for part in parts)


def _find_parsers() -> list[str]:
    """List the versions of the parsers; none where any of them is missing."""
    try:
        return [version(parser) for parser in _PARSERS]
    except PackageNotFoundError:
        return []


def _save(path: Path, content: bytes) -> None:
    """Keep a bundle; where nothing can be written it is made again next time."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(f"{path}.{os.getpid()}")
        temporary.write_bytes(content)
        os.replace(temporary, path)
