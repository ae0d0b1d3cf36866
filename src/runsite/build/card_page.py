"""A card as one HTML file that needs nothing beside it, and from that as PDF."""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runsite.cards.check import describe_meta
from runsite.cards.document import Card
from runsite.cards.exports.document import format_body
from runsite.cards.facts import CardFacts
from runsite.cards.figures import Figure
from runsite.cards.markdown import render_markdown
from runsite.errors import CardError
from runsite.render.environment import make_environment
from runsite.render.themes import Theme, load_theme

__all__ = ["CardDocument", "embed_pictures", "find_browser", "render_card_document", "write_pdf"]

_STYLES = ("styles/tokens.css", "styles/card.css")
_TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}
_MAX_PICTURE_BYTES = 8 * 1024 * 1024
_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
_PDF_SECONDS = 90


@dataclass(frozen=True, slots=True)
class CardDocument:
    """What the one-file card shows.

    Attributes:
        facts: What data says.
        card: What people wrote; None where nobody did.
        gaps: What is missing, one line each.
        figures: Picture of the card as written → data address.
        plots: Name of a picture that the run logged → data address.
    """

    facts: CardFacts
    card: Card | None = None
    gaps: tuple[str, ...] = ()
    figures: Mapping[str, str] | None = None
    plots: Mapping[str, str] | None = None


def render_card_document(document: CardDocument, *, theme: Theme | None = None) -> str:
    """Render a card as one self-contained HTML file.

    Raises:
        CardError: A reference of the card names no fact.
    """
    from runsite import __version__

    theme = theme or load_theme()
    identity = document.facts.identity
    body = render_markdown(
        format_body(document.facts, card=document.card),
        base_level=1,
        figures=dict(document.figures or {}),
        make_link=_drop_link,
    )
    template = make_environment(theme, assets={}).get_template("card.html")
    html: str = template.render(
        title=f"{identity.model} version {identity.version}",
        description=identity.description or f"Model card of {identity.model}",
        version=__version__,
        styles=_read_styles(theme),
        body=body,
        identity=identity,
        about=describe_meta(document.card),
        gaps=document.gaps,
        plots=[{"name": k, "address": v} for k, v in (document.plots or {}).items()],
    )
    return html.encode("utf-8", "replace").decode()


def embed_pictures(figures: Sequence[Figure]) -> dict[str, str]:
    """Read pictures into data addresses; one that is far too large or of no known kind is left out.

    An SVG is shown as a picture, in which browsers run no script.
    """
    embedded: dict[str, str] = {}
    for figure in figures:
        kind = _TYPES.get(figure.path.suffix.lower())
        with contextlib.suppress(OSError):
            if kind and figure.path.stat().st_size <= _MAX_PICTURE_BYTES:
                data = base64.b64encode(figure.path.read_bytes()).decode("ascii")
                embedded[figure.source] = f"data:{kind};base64,{data}"
    return embedded


def find_browser() -> str | None:
    """Return a Chromium or one of its kin: ``RUNSITE_CHROMIUM``, else what is on the path."""
    named = os.environ.get("RUNSITE_CHROMIUM")
    return named or next(filter(None, map(shutil.which, _BROWSERS)), None)


def write_pdf(html: str, *, path: Path) -> None:
    """Print a self-contained HTML file as PDF by a browser without a window.

    Raises:
        CardError: No browser was found, or it did not print.
    """
    browser = find_browser()
    if browser is None:
        raise CardError(
            "printing a card needs a Chromium, Chrome or Edge, and none was found",
            hint="name one in RUNSITE_CHROMIUM, or export to html and print that",
        )
    with tempfile.TemporaryDirectory(prefix="runsite-card-", ignore_cleanup_errors=True) as folder:
        source, target = Path(folder) / "card.html", Path(folder) / "card.pdf"
        source.write_text(html, encoding="utf-8")
        reason = _print(browser, source=source, target=target)
        if not target.is_file():
            raise CardError(f"the browser printed nothing: {reason}", where=browser)
        shutil.copyfile(target, path)


def _print(browser: str, *, source: Path, target: Path) -> str:
    flags = [
        "--headless",
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--no-pdf-header-footer",
        f"--user-data-dir={source.parent / 'profile'}",
        f"--print-to-pdf={target}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")  # Chromium refuses to run as root with one
    try:
        done = subprocess.run(  # noqa: S603 - a browser that the person installed or named
            [browser, *flags, source.as_uri()],
            capture_output=True,
            timeout=_PDF_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return done.stderr.decode("utf-8", "replace").strip()[-300:] or f"exit code {done.returncode}"


def _read_styles(theme: Theme) -> str:
    """Read the styles of the theme, so that none of them can end the style element."""
    files = theme.list_static()
    names = [*_STYLES, "custom.css"]
    text = "\n".join(files[name].read_text(encoding="utf-8") for name in names if name in files)
    return text.replace("</", "<\\/")


def _drop_link(_url: str) -> None:
    """Leave only the text of a relative link: its target does not travel with the file."""
