"""Run pages from orders, here or in a process of its own that a build feeds. Pure but for templates.

The process loads what a page needs and nothing more: no Polars, no registry.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from jinja2 import Environment

from runsite.pages.context import Site
from runsite.pages.run import RunSurroundings, assemble_run_page
from runsite.records import RunRecord
from runsite.render.environment import make_environment
from runsite.render.page import render_page
from runsite.render.themes import Theme

__all__ = ["PageOrder", "PressSettings", "make_page", "send", "serve"]


@dataclass(frozen=True, slots=True)
class PressSettings:
    """What is the same for all pages of a build.

    Attributes:
        theme: Where templates come from.
        assets: Path below ``assets/`` → digest.
        compiled: Folder of compiled templates.
        site: What is the same on every page.
        directions: Metric key → ``min`` or ``max``.
    """

    theme: Theme
    assets: Mapping[str, str]
    compiled: Path | None
    site: Site
    directions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PageOrder:
    """What one page is made from."""

    run: RunRecord
    around: RunSurroundings
    curves: Mapping[str, Sequence[float]]


def make_page(environment: Environment, settings: PressSettings, order: PageOrder) -> str:
    """Make the page of a run."""
    page = assemble_run_page(
        order.run,
        site=settings.site,
        around=order.around,
        curves=order.curves,
        directions=settings.directions,
    )
    return render_page(environment, page)


def send(stream: IO[bytes] | None, value: object) -> None:
    """Hand a value to the process at the other end."""
    if stream:
        stream.write(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
        stream.flush()


def serve(source: IO[bytes], target: IO[bytes]) -> None:
    """Make pages for another process until it closes the stream: settings first, then tasks."""
    settings: PressSettings = pickle.load(source)  # noqa: S301 - from the build that started this
    environment = make_environment(
        settings.theme, assets=settings.assets, compiled=settings.compiled
    )
    while True:
        try:
            task = pickle.load(source)  # noqa: S301 - from the build that started this
        except EOFError:
            return
        send(target, [make_page(environment, settings, order) for order in task])
