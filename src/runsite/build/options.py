"""What a build is asked to do, and what it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from runsite.config import Config

__all__ = ["BuildOptions", "BuildReport"]


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """Everything that decides what the site is.

    Attributes:
        store: Path or ``file:`` URL of the store.
        registry: Path of ``registry.yaml``; need not exist.
        output: Folder of the site.
        config: Title, theme, cards and the other settings of ``runsite.yaml``.
        base_url: Where the site will be published; empty for a site that can lie anywhere.
        force: Build everything anew, also where the inputs are the same.
        check_links: Look for links within the site that lead nowhere.
        jobs: Processes that make pages; 0 for as many as pay.
    """

    store: str
    registry: Path
    output: Path
    config: Config = field(default_factory=Config)
    base_url: str = ""
    force: bool = False
    check_links: bool = False
    jobs: int = 0


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        index: The site's first page.
        n_runs: Runs on the site.
        n_files: Files of the site.
        size_bytes: Size of all of them.
        added: Paths of new files; `changed` and `removed` likewise.
        warnings: What a strict build would fail for, one line each.
        notes: What was left out to keep the site small, one sentence each.
        sizes: What takes the space, the largest kind first, with its bytes.
        duration_s: By the clock that was passed in.
    """

    index: Path
    n_runs: int
    n_files: int
    size_bytes: int
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sizes: tuple[tuple[str, int], ...] = ()
    duration_s: float = 0.0

    @property
    def unchanged(self) -> bool:
        """Whether the site was up to date and nothing was written."""
        return not (self.added or self.changed or self.removed)
