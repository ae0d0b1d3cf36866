"""Digests of a build's inputs, found without loading Polars: is there anything to do at all?

Contents count, not modification times: a fresh checkout has fresh times. The parts of a store are
written once under names of their own, so their names and sizes stand for their contents.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from runsite.build.options import BuildOptions
from runsite.registry.git import find_checkout
from runsite.render.themes import Theme
from runsite.store.layout import Layout

__all__ = ["find_code_digest", "find_inputs_digest"]

_LIBRARIES = (
    "jinja2",
    "markdown-it-py",
    "polars",
    "pygments",
    "tree-sitter",
    "tree-sitter-css",
    "tree-sitter-javascript",
    "vl-convert-python",
)


def find_code_digest(theme: Theme, options: BuildOptions) -> str:
    """Digest all but the data: runsite itself, its libraries, the theme, the settings."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parents[1]
    for path in sorted([*package.rglob("*.py"), package / "charts" / "specs.json"]):
        digest.update(f"{path.relative_to(package).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    digest.update(_library_versions().encode())
    digest.update(theme.find_digest().encode())
    settings = (options.config.site, options.config.cards, options.base_url)
    digest.update(repr(settings).encode())
    return digest.hexdigest()


def find_inputs_digest(layout: Layout, *, options: BuildOptions, code: str) -> str:
    """Digest all inputs of a build; empty where they can change without a file changing.

    A run in progress is such an input: its process may have died meanwhile.

    Args:
        layout: Where the store's files lie.
        options: What to build.
        code: From `find_code_digest`.
    """
    if any(_list_files(layout.live)):
        return ""
    digest = hashlib.sha256(code.encode())
    for folder in (layout.runs, layout.metrics, layout.experiments):
        for name, size in _list_files(folder):
            digest.update(f"{folder.name}/{name}\0{size}\0".encode("utf-8", "surrogateescape"))
    if options.registry.is_file():
        checkout = find_checkout(options.registry)
        commit = checkout.find_commit("HEAD") if checkout else None
        digest.update((commit or "").encode())  # the timeline of models comes from Git
    for path in (options.registry, *_list_cards(options)):
        content = path.read_bytes() if path.is_file() else b"\0"
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def _list_files(folder: Path) -> list[tuple[str, int]]:
    found = []
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):  # a link in a circle, a file that went: no input
                if entry.is_file():
                    found.append((entry.name, entry.stat().st_size))
    return sorted(found)


def _list_cards(options: BuildOptions) -> Iterator[Path]:
    folder = options.config.folder / options.config.cards.folder
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def _library_versions() -> str:
    from importlib.metadata import PackageNotFoundError, version

    found = []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return "\n".join(found)
