"""Where each page lies: slugs from hostile names, and paths relative to the site's root.

Pure. A slug depends on its own name only, so a link to a page stays good whatever else is added.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata

__all__ = [
    "COMPARE_PATH",
    "DATA_PATH",
    "EXPERIMENTS_PATH",
    "MODELS_PATH",
    "NOT_FOUND_PATH",
    "OVERVIEW_PATH",
    "RUN_BY_ID_PATH",
    "SEARCH_PATH",
    "find_root",
    "make_experiment_path",
    "make_markdown_path",
    "make_model_path",
    "make_run_path",
    "make_slug",
    "make_social_path",
    "make_version_path",
]

OVERVIEW_PATH = "index.html"
EXPERIMENTS_PATH = "experiments/index.html"
MODELS_PATH = "models/index.html"
COMPARE_PATH = "compare.html"
DATA_PATH = "data/index.html"
SEARCH_PATH = "search.html"
NOT_FOUND_PATH = "404.html"
RUN_BY_ID_PATH = "run.html"

_MAX_STEM = 48
_DIGEST_LENGTH = 10
_PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DIGESTED = re.compile(rf".*-[a-z2-7]{{{_DIGEST_LENGTH}}}")
# Names that Windows keeps for itself, and the one that every folder of the site uses.
_RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]|index")


def make_slug(name: str) -> str:
    """Turn any name into a short, readable, unique name of a folder.

    A name that is already plain (lower-case words joined by hyphens) stays as it is; every other
    one gets ten characters of its digest, so that ``A``, ``a`` and ``ä`` never share a folder, also
    where file names ignore case.

    Examples:
        >>> make_slug("nyc-taxi-regressor")
        'nyc-taxi-regressor'
        >>> make_slug("NYC taxi / α")
        'nyc-taxi-oiwmo5wleo'
    """
    if (
        len(name) <= _MAX_STEM
        and _PLAIN.fullmatch(name)
        and not _DIGESTED.fullmatch(name)
        and not _RESERVED.fullmatch(name)
    ):
        return name
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", ascii_name)[:_MAX_STEM].strip("-")
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
    mark = base64.b32encode(digest).decode().lower()[:_DIGEST_LENGTH]
    return f"{stem}-{mark}" if stem else f"n-{mark}"


def make_experiment_path(name: str) -> str:
    """Return the path of an experiment's page."""
    return f"experiments/{make_slug(name)}/index.html"


def make_run_path(run_id: str) -> str:
    """Return the path of a run's page; ids of other tools become slugs."""
    return f"runs/{make_slug(run_id)}.html"


def make_model_path(name: str) -> str:
    """Return the path of a model's page."""
    return f"models/{make_slug(name)}/index.html"


def make_version_path(name: str, version: int) -> str:
    """Return the path of a model version's page."""
    return f"models/{make_slug(name)}/{version}.html"


def make_markdown_path(path: str) -> str:
    """Return the path of the Markdown that says the same as a page."""
    return path.removesuffix(".html") + ".md"


def make_social_path(path: str) -> str:
    """Return the path of the picture that stands for a page in link previews."""
    return f"social/{path.removesuffix('.html').removesuffix('/index')}.png"


def find_root(path: str) -> str:
    """Return the way from a page back to the site's root: empty, or ``../`` some times."""
    return "../" * path.count("/")
