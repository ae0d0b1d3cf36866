"""What every page has: the site, its own place in it, and the small parts that pages share.

Pure. `told` gives a field its meaning, `describe_context` reads the meanings back for the docs.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from runsite.pages.paths import make_run_path

__all__ = [
    "Fact",
    "Link",
    "Meta",
    "RunRef",
    "Site",
    "StageRef",
    "describe_context",
    "told",
]


def told(meaning: str, **options: Any) -> Any:
    """Make a dataclass field that carries its meaning; `options` are those of `field`."""
    return field(metadata={"help": meaning}, **options)


def describe_context(page: type) -> dict[str, str]:
    """Return a context's fields, in order, with the meaning of each.

    Raises:
        ValueError: A field carries no meaning.
    """
    meanings: dict[str, str] = {}
    for item in dataclasses.fields(page):
        meaning = item.metadata.get("help")
        if not meaning:
            raise ValueError(f"{page.__name__}.{item.name} carries no meaning")
        meanings[item.name] = meaning
    return meanings


@dataclass(frozen=True, slots=True)
class Site:
    """What is the same on every page."""

    title: str = told("Name of the site.")
    description: str = told("One sentence about the site; may be empty.")
    version: str = told("Version of runsite that built the site.")
    repository_url: str = told("Web address of the Git repository, without a slash; may be empty.")
    base_url: str = told("Where the site is published, a slash at its end; may be empty.")
    n_models: int = told("Registered models; the navigation leaves them out where there are none.")
    run_page: str = told(
        "Page that shows any run, by the id after `#run=`; empty where each run has its own.",
        default="",
    )
    own_pages: frozenset[str] = told(
        "Ids of the runs that have a page of their own; empty where all have.",
        default=frozenset(),
    )

    def find_run_path(self, run_id: str) -> str:
        """Return where a run is shown: its own page, or the page of any run."""
        if not self.run_page or run_id in self.own_pages:
            return make_run_path(run_id)
        return f"{self.run_page}#run={quote(run_id, safe='')}"


@dataclass(frozen=True, slots=True)
class Link:
    """A label and the page that it leads to."""

    label: str = told("Text.")
    path: str = told("Path from the site's root; empty for no link.")


@dataclass(frozen=True, slots=True)
class Meta:
    """A page's own place in the site."""

    path: str = told("Path from the site's root.")
    root: str = told("Way back to the site's root: empty, or `../` some times.")
    title: str = told("Title of the browser's window.")
    description: str = told("One sentence for search engines and link previews.")
    section: str = told("Entry of the navigation that is current.")
    crumbs: tuple[Link, ...] = told("Pages above this one, the outermost first.", default=())
    markdown: str = told("Path of the same as Markdown; empty where there is none.", default="")
    image: str = told("Path of the picture for link previews; may be empty.", default="")


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled value."""

    label: str = told("What the value is.")
    value: str = told("The value as people read it.")
    title: str = told("The exact value, where `value` is shortened.", default="")
    path: str = told("Page that the value leads to; may be empty.", default="")
    url: str = told("Web address that the value leads to; may be empty.", default="")
    kind: str = told("`text`, `code` or `time`.", default="text")


@dataclass(frozen=True, slots=True)
class RunRef:
    """A run as another page mentions it."""

    run_id: str = told("Full id.")
    name: str = told("Name, or the start of the id.")
    status: str = told("RUNNING, FINISHED, FAILED, KILLED or INTERRUPTED.")
    path: str = told("Path of its page.")


@dataclass(frozen=True, slots=True)
class StageRef:
    """A registered version as another page mentions it."""

    model: str = told("Name of the model.")
    version: int = told("Number of the version.")
    stage: str = told("Its stage; `None` where it holds none.")
    path: str = told("Path of the version's page.")
