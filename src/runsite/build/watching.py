"""Whether anything that a site is made of has changed since the last look, at the cost of a few stats.

A mark is not a digest: modification times count, for a file that was saved again is worth another
build, which itself compares contents. The parts of a store are written once under names of their
own, so its folders' times tell of new ones without looking at each.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runsite.build.options import BuildOptions
from runsite.config import CONFIG_NAME
from runsite.store.growth import find_filled_size
from runsite.store.layout import open_layout

__all__ = ["Marks", "find_marks"]

Mark = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Marks:
    """What the inputs looked like at one moment; two that are equal mean that nothing changed.

    Attributes:
        files: Path, modification time in ns and size of what was looked at; of a journal what it
            is and how far it is filled.
        is_live: Whether more can change than these files tell: a run in progress, whose process
            can die, or a store in object storage.
    """

    files: tuple[Mark, ...]
    is_live: bool = False


def find_marks(options: BuildOptions) -> Marks:
    """Look at the store, the registry and its Git history, the cards, the theme, the settings."""
    config = options.config
    layout = open_layout(options.store)
    live = list(_mark_journals(layout.live))
    folders = (layout.runs, layout.metrics, layout.experiments)
    watched = [mark for folder in folders for mark in _mark_folder(folder)]
    for path in (options.registry, config.folder / CONFIG_NAME, *_find_heads(options.registry)):
        watched += _mark(path)
    watched += _mark_tree(config.folder / config.cards.folder)
    if config.site.theme:
        watched += _mark_tree(config.folder / config.site.theme)
    is_live = bool(live) or layout.mirror is not None
    return Marks(files=(*live, *watched), is_live=is_live)


def _mark(path: Path) -> list[Mark]:
    try:
        status = path.stat()
    except OSError:
        return []
    return [(str(path), status.st_mtime_ns, status.st_size)]


def _mark_folder(folder: Path) -> list[Mark]:
    """Mark a folder whose files never change: by its time, and by how many there are.

    The count helps where a file system keeps whole seconds only.
    """
    try:
        return [(str(folder), folder.stat().st_mtime_ns, len(os.listdir(folder)))]
    except OSError:
        return []


def _mark_journals(folder: Path) -> Iterator[Mark]:
    """Mark what grows by what it holds: a journal in a memory map keeps its size and its time."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.path for entry in entries if entry.is_file())
    except OSError:
        return
    for name in names:
        with contextlib.suppress(OSError):  # sealed at this moment
            yield (name, os.stat(name).st_ino, find_filled_size(Path(name)))


def _mark_tree(folder: Path) -> list[Mark]:
    return [mark for path in sorted(folder.rglob("*")) if path.is_file() for mark in _mark(path)]


def _find_heads(registry: Path) -> tuple[Path, ...]:
    """Name the files of Git that change with a commit: the timeline of models comes from there."""
    for folder in registry.resolve().parents:
        git = folder / ".git"
        if git.is_file():  # a linked working tree
            git = folder / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
        if git.is_dir():
            return (git / "HEAD", git / "logs" / "HEAD")
    return ()
