"""Where cards lie and how they are read: the one module of this package that opens files.

::

    cards/<model>.md             the model's card, which every version of it has
    cards/<model>/<version>.md   the card of one version, where it needs words of its own

Characters that cannot stand in a file name on every system are written as ``%XX``, so a model
called ``nyc/taxi`` has its card in ``cards/nyc%2Ftaxi.md``.
"""

from __future__ import annotations

import errno
import re
import stat
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

from runsite.cards.document import Card, parse_card
from runsite.cards.figures import Figure, FigureReference, list_figures
from runsite.cards.front_matter import CardProblem
from runsite.cards.sanitise import classify_url
from runsite.errors import CardError, quote

__all__ = ["find_card_path", "find_figures", "load_card", "make_card_path"]

_MAX_BYTES = 512 * 1024
_PICTURES = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"})
_MAX_SVG_BYTES = 8 * 1024 * 1024
_ACTIVE_SVG = frozenset(
    {"script", "foreignobject", "iframe", "handler", "listener", "set", "animate"}
)
_ACTIVE_NAMESPACES = frozenset(
    {"http://www.w3.org/1999/xhtml", "http://www.w3.org/1999/xsl/transform"}
)
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EINVAL, errno.ELOOP})
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|%]|^\.|[. ]$')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def make_card_path(folder: Path, *, model: str, version: int | None = None) -> Path:
    """Make the path at which the card of a model, or of one of its versions, belongs."""
    name = _UNFIT.sub(lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode()), model)
    if _RESERVED.fullmatch(name):
        name = f"%{ord(name[0]):02X}{name[1:]}"
    return folder / f"{name}.md" if version is None else folder / name / f"{version}.md"


def find_card_path(folder: Path, *, model: str, version: int | None = None) -> Path | None:
    """Return the file that holds the card: the version's own, else the model's, else None."""
    versions = (None,) if version is None else (version, None)
    for candidate in versions:
        path = make_card_path(folder, model=model, version=candidate)
        if _is_file(path):
            return path
    return None


def load_card(folder: Path, *, model: str, version: int | None = None) -> Card | None:
    """Read the card of a model's version, or of the model.

    Args:
        folder: The folder of cards.
        model: Name in the registry.
        version: Version; None for the model's own card only.

    Returns:
        The version's own card, else the model's, else None. What is wrong inside a card is in
        its ``problems``; bytes that are not UTF-8 are replaced and reported there.

    Raises:
        CardError: The file cannot be read, is far too large, or leads out of the folder.
    """
    path = find_card_path(folder, model=model, version=version)
    return None if path is None else _read_card(path, folder=folder)


def find_figures(card: Card, *, folder: Path) -> tuple[tuple[Figure, ...], tuple[CardProblem, ...]]:
    """Find the files of the pictures that a card shows.

    Args:
        card: The card; its pictures are relative to its own file.
        folder: The folder of cards, which no picture may lie outside of: they are published.

    Returns:
        The pictures that are there, and a problem for each that is not.
    """
    figures: list[Figure] = []
    problems: list[CardProblem] = []
    for reference in list_figures(card):
        path = card.path.parent / reference.source
        message, hint = _explain_figure(reference, path=path, folder=folder)
        if message:
            problems.append(CardProblem(message, reference.line, hint=hint))
        else:
            figures.append(Figure(reference.source, path))
    return tuple(figures), tuple(problems)


def _explain_figure(reference: FigureReference, *, path: Path, folder: Path) -> tuple[str, str]:
    """Say why a picture cannot be shown; two empty texts where it can."""
    named = f"the picture {quote(reference.source)}"
    if path.suffix.lower() not in _PICTURES:
        return f"{named} is of no kind that is shown", f"use {', '.join(sorted(_PICTURES))}"
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return f"{named} lies outside of the cards folder", "put a copy of it there"
        found = stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError, RuntimeError):
        found = False
    if not found:
        return f"{named} is not there", "paths are relative to the card's file"
    if path.suffix.lower() == ".svg" and not _is_still(path):
        return f"{named} could act when it is opened by itself", "save it without scripts and links"
    return "", ""


class _StyleSheetError(Exception):
    """The drawing has itself changed by a style sheet: one in XSLT makes scripts of anything."""


class _DrawingBuilder(ET.TreeBuilder):
    """Builds the tree of one drawing, and stops at a style sheet outside of it."""

    def pi(self, target: str, text: str | None = None) -> ET.Element:
        """Take an instruction to whatever reads the file."""
        if target.lower() == "xml-stylesheet":
            raise _StyleSheetError(text)
        return super().pi(target, text)


def _is_still(path: Path) -> bool:
    """Tell whether an SVG only draws: no script, handler, foreign content or link that runs.

    Inside a page an SVG cannot act, but its file is published too and can be opened alone.
    """
    try:
        if path.stat().st_size > _MAX_SVG_BYTES:
            return False
        parser = ET.XMLParser(target=_DrawingBuilder())  # noqa: S314 - expat bounds what entities expand to
        tree = ET.fromstring(path.read_bytes(), parser=parser)  # noqa: S314 - the same
    except (OSError, ET.ParseError, _StyleSheetError):
        return False
    for element in tree.iter():
        namespace, _, tag = str(element.tag).lower().lstrip("{").rpartition("}")
        if tag in _ACTIVE_SVG or namespace in _ACTIVE_NAMESPACES:
            return False
        for name, value in element.attrib.items():
            plain = name.rpartition("}")[2].lower()
            if plain.startswith("on"):
                return False
            if plain == "href" and not _is_harmless_target(value):
                return False
    return True


def _is_harmless_target(url: str) -> bool:
    """Tell whether an SVG may point there: a part of itself, or a picture inside it."""
    if re.match(r"data:image/(png|jpeg|gif|webp);", url):
        return True
    return classify_url(url) in ("fragment", "relative", "web")


def _read_card(path: Path, *, folder: Path) -> Card:
    where = str(path)
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
        data = _read_bytes(path) if inside else b""
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CardError(
            f"the card {quote(path.name)} cannot be read: {reason}", where=where
        ) from error
    if not inside:
        raise CardError(
            f"the card {quote(path.name)} is a link that leads out of the cards folder",
            where=where,
            hint="put the file itself there: a card is published, and other files must not be",
        )
    if len(data) > _MAX_BYTES:
        raise CardError(
            f"the card {quote(path.name)} has more than {_MAX_BYTES:,} bytes",
            where=where,
            hint="keep pictures and tables in files beside it",
        )
    return _decode_card(data, path=path)


def _read_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MAX_BYTES + 1)


def _decode_card(data: bytes, *, path: Path) -> Card:
    try:
        return parse_card(data.decode("utf-8"), path=path)
    except UnicodeDecodeError as error:
        card = parse_card(data.decode("utf-8", "replace"), path=path)
        before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        problem = CardProblem(
            f"the byte 0x{data[error.start]:02x} is not UTF-8 text",
            before.count(b"\n") + 1,
            len(before) - before.rfind(b"\n"),
            hint="save the file as UTF-8",
        )
        return replace(card, problems=(problem, *card.problems))


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except ValueError:  # a name that no file system takes
        return False
    except OSError as error:
        if error.errno in _ABSENT:
            return False
        raise CardError(
            f"the card {quote(path.name)} cannot be read: {error.strerror}", where=str(path)
        ) from error
