"""Pictures for link previews of the main pages: drawn as SVG by hand, made PNG by vl-convert.

Only where the site's address is known, for a preview needs an absolute one. A picture depends on
its words alone and is kept in the cache folder, so that a build draws only what is new. It uses
the typeface that vl-convert brings along and leaves out what that one lacks: the same words give
the same bytes on every machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from runsite.build.prepare import find_cache_folder
from runsite.build.workshop import Workshop
from runsite.pages.experiment import ExperimentPage
from runsite.pages.models import ModelPage
from runsite.pages.overview import OverviewPage
from runsite.pages.paths import make_social_path
from runsite.pages.version import VersionPage

__all__ = ["CardedPage", "draw_card", "with_social_card"]

CardedPage = TypeVar("CardedPage", OverviewPage, ExperimentPage, ModelPage, VersionPage)

MAX_CARDS = 200
"""Drawing one takes about 60 ms; the pages beyond share the picture of the overview."""

WIDTH = 1200
HEIGHT = 630
_FONT = "Liberation Sans"
_COVERED = re.compile(
    "[^ -~\u00a0-\u024f\u0370-\u03ff\u0400-\u04ff\u2010-\u2027\u2190-\u2193\u2212]"
)


def with_social_card(
    shop: Workshop, page: CardedPage, *, kind: str, title: str, facts: Sequence[tuple[str, str]]
) -> CardedPage:
    """Draw and write the picture of a page, and return the page that names it.

    Args:
        shop: The build.
        page: Any page.
        kind: What the page is, in a word.
        title: What it is about.
        facts: Up to four labels and values.
    """
    if not shop.site.base_url:
        return page
    if len(shop.pictures) >= MAX_CARDS and not isinstance(page, OverviewPage):
        return page
    target = make_social_path(page.meta.path)
    shop.pictures.append(target)
    shop.writer.write(
        target, _convert(draw_card(shop.site.title, kind=kind, title=title, facts=facts))
    )
    return replace(page, meta=replace(page.meta, image=target))


def draw_card(site: str, *, kind: str, title: str, facts: Sequence[tuple[str, str]]) -> str:
    """Draw a card: the site, what it is, its title, and up to four facts."""
    lines = _wrap(_clean(title), 30)[:2]
    size = 76 if len(lines) == 1 and len(lines[0]) <= 22 else 60
    heading = "".join(
        _text(80, 270 + row * (size + 12), line, size=size, weight=700, fill="#16181d")
        for row, line in enumerate(lines)
    )
    columns = "".join(
        _text(80 + i * 270, 500, _cut(_clean(label), 20), size=26, fill="#545b68")
        + _text(80 + i * 270, 552, _cut(_clean(value), 13), size=44, weight=700, fill="#16181d")
        for i, (label, value) in enumerate(facts[:4])
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#f7f7f5"/>'
        f'<rect width="14" height="{HEIGHT}" fill="#3348d4"/>'
        '<path d="M84 116 108 84l18 14 28-42" fill="none" stroke="#3348d4" stroke-width="9" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
        f"{_text(180, 108, _cut(_clean(site), 44), size=34, weight=700, fill='#3348d4')}"
        f"{_text(80, 190, _clean(kind), size=28, fill='#545b68')}{heading}{columns}</svg>"
    )


def _text(x: int, y: int, text: str, *, size: int, fill: str, weight: int = 400) -> str:  # noqa: PLR0913 - what a text element has
    return (
        f'<text x="{x}" y="{y}" font-family="{_FONT}" font-size="{size}" '
        f'font-weight="{weight}" fill="{fill}">{escape(text, quote=False)}</text>'
    )


def _clean(text: str) -> str:
    return " ".join(_COVERED.sub("", text).split())


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _wrap(text: str, width: int) -> list[str]:
    """Break a title at spaces and hyphens, and within words where there is no other way."""
    lines = [""]
    for piece in re.findall(r"[^\s-]+-?|-|\s+", text):
        if len(lines[-1]) + len(piece.rstrip()) > width and lines[-1]:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [_cut(line.strip(), width) for line in lines if line.strip()] or [""]


def _convert(svg: str) -> bytes:
    """Convert to PNG, from the cache where it is there."""
    versioned = f"{version('vl-convert-python')}\0{svg}".encode("utf-8", "replace")
    path = find_cache_folder() / "social" / f"{hashlib.sha256(versioned).hexdigest()[:32]}.png"
    with contextlib.suppress(OSError):
        return path.read_bytes()
    import vl_convert

    data: bytes = vl_convert.svg_to_png(svg.encode("utf-8", "replace").decode())
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(f"{path}.{os.getpid()}")
        temporary.write_bytes(data)
        os.replace(temporary, path)
    return data
