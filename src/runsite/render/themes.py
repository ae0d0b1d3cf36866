"""Themes: where the built-in ones lie, and which file of which theme wins.

A theme is a folder: templates at its top and in ``parts/``, files for the browser in ``static/``.
A user's folder comes first, then ``default``, then ``base``; the first that has a file gives it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from runsite.errors import BuildError, quote

__all__ = ["STATIC", "Theme", "find_theme", "find_theme_folder", "load_theme"]

STATIC = "static"
BUNDLES = "bundles.json"
_GROUP = "runsite.themes"
_BUILT_IN = ("default", "base")


@dataclass(frozen=True, slots=True)
class Theme:
    """The folders that a site is rendered with, the strongest first.

    Attributes:
        folders: Name → folder; a template can extend ``default/run.html`` by its name.
    """

    folders: tuple[tuple[str, Path], ...]

    def list_static(self) -> dict[str, Path]:
        """List the files for the browser: path below ``assets/`` → the file that wins."""
        found: dict[str, Path] = {}
        for _, folder in reversed(self.folders):
            static = folder / STATIC
            for path in sorted(static.rglob("*")):
                if path.is_file() and not _is_hidden(path.relative_to(static)):
                    found[path.relative_to(static).as_posix()] = path
        return dict(sorted(found.items()))

    def list_bundles(self) -> dict[str, tuple[str, ...]]:
        """List what is put together: path below ``assets/`` → files of `list_static`, in order.

        Each folder's ``bundles.json`` adds to those of the weaker ones or replaces their lists.

        Raises:
            BuildError: A list is no list, or names a file that no folder has.
        """
        known = self.list_static()
        found: dict[str, tuple[str, ...]] = {}
        for _, folder in reversed(self.folders):
            path = folder / BUNDLES
            if path.is_file():
                found |= _read_bundles(path, known=known)
        return dict(sorted(found.items()))

    def find_digest(self) -> str:
        """Digest every file of the theme: a change of any of them changes pages."""
        digest = hashlib.sha256()
        for name, folder in self.folders:
            for path in sorted(folder.rglob("*")):
                inside = path.relative_to(folder)
                if path.is_file() and not _is_hidden(inside):
                    content = hashlib.sha256(path.read_bytes()).digest()
                    digest.update(f"{name}\0{inside.as_posix()}\0".encode() + content)
        return digest.hexdigest()


def find_theme_folder() -> Path:
    """Find the built-in themes: in the package of a wheel, at the top of a checkout.

    Raises:
        BuildError: They are in neither place: the installation is broken.
    """
    package = Path(__file__).resolve().parents[1]
    for candidate in (package / "themes", package.parents[1] / "themes"):
        if (candidate / "base").is_dir():
            return candidate
    raise BuildError(
        "the built-in themes are missing from this installation",
        where=str(package),
        hint="install runsite again",
    )


def find_theme(name: str, *, base: Path) -> Path:
    """Find the folder of a user's theme: a folder, or a theme that a package brings along.

    A package names it in its entry points, in the group ``runsite.themes``: the value is the
    package that holds the templates, ``my_package`` or ``my_package.theme``. It is not imported.

    Args:
        name: ``site.theme``: a folder, or the name of an entry point.
        base: What a relative folder is relative to.

    Raises:
        BuildError: There is neither such a folder nor such an entry point.
    """
    if (base / name).is_dir():
        return base / name
    found = {entry.name: entry.value for entry in entry_points(group=_GROUP)}
    if name in found:
        return _find_package_folder(name, found[name])
    installed = f"; themes that are installed: {', '.join(sorted(found))}" if found else ""
    raise BuildError(
        f"the theme {quote(name)} is neither a folder nor installed",
        hint=f"correct site.theme in runsite.yaml, or leave it out{installed}",
    )


def _find_package_folder(name: str, value: str) -> Path:
    top, *inside = value.strip().split(".")
    spec = find_spec(top)  # of the top package alone: that runs nothing of it
    for place in (spec and spec.submodule_search_locations) or ():
        folder = Path(place, *inside)
        if folder.is_dir():
            return folder
    raise BuildError(
        f"the theme {quote(name)} is installed without its folder {quote(value)}",
        hint="install the package of the theme again",
    )


def load_theme(folder: Path | None = None) -> Theme:
    """Return the built-in theme, with a user's folder of overrides before it.

    Raises:
        BuildError: The folder does not exist.
    """
    built_in = find_theme_folder()
    folders = [(name, built_in / name) for name in _BUILT_IN]
    if folder is not None:
        if not folder.is_dir():
            raise BuildError(
                f"the theme folder {quote(str(folder))} does not exist",
                hint="correct site.theme in runsite.yaml, or leave it out",
            )
        folders.insert(0, ("site", folder))
    return Theme(folders=tuple(folders))


def _read_bundles(path: Path, *, known: Mapping[str, Path]) -> dict[str, tuple[str, ...]]:
    try:
        lists = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BuildError(f"the bundles are not JSON: {error}", where=str(path)) from error
    if not isinstance(lists, dict) or not all(isinstance(each, list) for each in lists.values()):
        raise BuildError(
            "the bundles are no lists of files",
            where=str(path),
            hint='write {"bundles/team.js": ["scripts/one.js", "scripts/two.js"]}',
        )
    for name, members in lists.items():
        for member in members:
            if str(member) not in known:
                raise BuildError(
                    f"the bundle {quote(name)} names {quote(str(member))}, which no theme has",
                    where=str(path),
                    hint=f"a file of a bundle lies in the folder {STATIC} of a theme",
                )
    return {name: tuple(members) for name, members in lists.items()}


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)
