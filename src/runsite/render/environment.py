"""The Jinja environment: autoescape, strict about undefined names, templates from a theme."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
)
from markupsafe import Markup

from runsite.pages.files import Preview
from runsite.pages.formatting import format_count
from runsite.render.themes import Theme

__all__ = ["make_environment"]

_WORD_ENDS = re.compile(r"(?<=\w[_./:@=-])(?=\w)")


def make_environment(
    theme: Theme, *, assets: Mapping[str, str], compiled: Path | None = None
) -> Environment:
    """Make the environment of one build. Threads may share it.

    Args:
        theme: Where templates come from.
        assets: Path below ``assets/`` → digest of the content, so that a changed file gets
            another address and browsers do not show the old one.
        compiled: Folder that keeps compiled templates from build to build; it exists.
    """
    folders = {name: FileSystemLoader(folder) for name, folder in theme.folders}
    environment = Environment(
        loader=ChoiceLoader([*folders.values(), PrefixLoader(folders)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        bytecode_cache=FileSystemBytecodeCache(str(compiled)) if compiled else None,
    )

    def asset(name: str) -> str:
        return f"assets/{name}?v={assets[name]}"

    environment.globals["asset"] = asset
    environment.globals["has_asset"] = lambda name: name in assets
    environment.filters.update(
        markdown=_markdown,
        script_json=_script_json,
        count=format_count,
        anchor=_anchor,
        csp_hash=_csp_hash,
        breakable=_breakable,
    )
    return environment


def _markdown(text: str, files: Iterable[Preview] = (), root: str = "") -> Markup:
    """Render Markdown that anybody may have written; it shows pictures among these files alone.

    Other relative addresses lead nowhere from a page of the site: their words are left.
    """
    from runsite.cards import render_markdown  # loads the parser, which most pages do without

    pictures = {
        file.path: f"{root}{file.address}"
        for file in files
        if file.kind == "image" and not file.address.startswith("data:")
    }
    html = render_markdown(text, base_level=2, figures=pictures, make_link=lambda _url: None)
    return Markup(html)  # noqa: S704  # safe by its contract


def _script_json(value: object) -> Markup:
    """Write JSON for a data block: nothing in it can end the script element or open a comment."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704  # escaped above


def _anchor(text: str) -> str:
    """Make an id for a fragment from any text."""
    return "x" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _breakable(text: str) -> Markup:
    """Let a name break where its words end: after ``_``, ``.``, ``/``, ``-`` and the like."""
    return Markup("<wbr>").join(_WORD_ENDS.split(text))


def _csp_hash(text: str) -> Markup:
    """Name a script or style by its digest, so that the page's policy allows it and no other.

    Source: Content Security Policy Level 3, section 8.4.
    """
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(f"'sha256-{digest}'")  # noqa: S704  # base64 alone
