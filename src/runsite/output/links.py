"""Links of a written site that lead nowhere: to no file of the site, or to no place in it."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import unquote

__all__ = ["find_broken_links"]

# Pages are written by templates and serialisers that quote every attribute and write `<` in texts
# as an entity, so tags can be told without building a tree: twenty times faster.
_TAG = re.compile(r'<[a-zA-Z][^\s/>]*((?:\s+[^\s=>/"]+(?:="[^"]*")?)*)\s*/?>')
_ATTRIBUTE = re.compile(r'\s(href|src|id)="([^"]*)"')
_OUTSIDE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")


def find_broken_links(folder: Path, paths: Iterable[str], *, base_path: str = "") -> list[str]:
    """Find the links of a site's pages that lead nowhere.

    Args:
        folder: The site.
        paths: Files of the site, pages and others, from its root.
        base_path: Where the site is published on its server, such as ``/repo/``: the page for
            missing addresses links from there.

    Returns:
        One line a link, by page: ``runs/a.html: b.html does not exist``.
    """
    files = frozenset(paths)
    pages = {path: _read_page(folder / path) for path in sorted(files) if path.endswith(".html")}
    broken = []
    for path, (links, _) in pages.items():
        for link in dict.fromkeys(links):
            problem = _check(
                link, path, base_path=base_path, files=files, ids=lambda p: pages[p][1]
            )
            if problem:
                broken.append(f"{path}: {problem}")
    return broken


def _read_page(path: Path) -> tuple[list[str], frozenset[str]]:
    links, ids = [], set()
    for tag in _TAG.finditer(path.read_text(encoding="utf-8")):
        for name, value in _ATTRIBUTE.findall(tag[1]):
            if name == "id":
                ids.add(html.unescape(value))
            else:
                links.append(html.unescape(value))
    return links, frozenset(ids)


def _check(
    link: str,
    path: str,
    *,
    base_path: str,
    files: frozenset[str],
    ids: Callable[[str], frozenset[str]],
) -> str:
    if _OUTSIDE.match(link):
        return ""
    address, _, fragment = link.partition("#")
    address = unquote(address.partition("?")[0])
    if not address:
        target = path
    elif base_path and address.startswith(base_path):
        target = address.removeprefix(base_path)
    else:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), address))
    if target not in files:
        return f"{link} does not exist"
    # A fragment with a "=" is what a script reads: a view, or the run to show.
    if fragment and "=" not in fragment and target.endswith(".html"):
        return "" if unquote(fragment) in ids(target) else f"{link} has no such place"
    return ""
