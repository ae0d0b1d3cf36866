"""What takes the space of a site. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from runsite.output.manifest import Entry

__all__ = ["sum_sizes"]

_KINDS = (
    ("data/curves/", "histories"),
    ("data/experiments/", "runs tables"),
    ("data/runs/", "runs without a page"),
    ("data/search/", "search"),
    ("data/", "tables for programs"),
    ("files/", "files of runs"),
    ("runs/", "run pages"),
    ("assets/", "scripts and styles"),
)


def sum_sizes(files: Mapping[str, Entry]) -> list[tuple[str, int]]:
    """Sum the bytes of each kind of file, the largest first."""
    sizes: dict[str, int] = {}
    for path, entry in files.items():
        kind = next((kind for start, kind in _KINDS if path.startswith(start)), "other pages")
        sizes[kind] = sizes.get(kind, 0) + entry.size_bytes
    return sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
