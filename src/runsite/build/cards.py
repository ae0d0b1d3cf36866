"""The card of each version on the site: its words filled with facts, its pictures copied."""

from __future__ import annotations

import dataclasses
import hashlib
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote as quote_url
from urllib.parse import unquote

from runsite.build.workshop import Workshop
from runsite.cards.check import CardRules, check_card, describe_meta
from runsite.cards.collect import read_estimates, read_example
from runsite.cards.document import Card
from runsite.cards.exports.document import format_markdown
from runsite.cards.facts import CardFacts, CardSources, StageMove, assemble_facts
from runsite.cards.figures import Figure
from runsite.cards.files import find_figures, load_card
from runsite.cards.markdown import render_filled
from runsite.cards.sections import drop_empty_sections, drop_title
from runsite.cards.values import make_values
from runsite.errors import CardError
from runsite.pages.models import CardSection
from runsite.pages.paths import find_root, make_model_path, make_version_path
from runsite.records import RunRecord
from runsite.registry import Model, ModelVersion, Problem

__all__ = ["CardWriter", "WrittenCard"]

_FAULTS = frozenset({"card-figure", "card-metadata", "card-reference"})


@dataclass(frozen=True, slots=True)
class WrittenCard:
    """What a page shows of a card.

    Attributes:
        facts: What data says.
        sections: Words, rendered and safe.
        about: Label and text of what the front matter says.
        gaps: What the card lacks, one line each.
        warnings: What in the card is wrong, with file and line: a strict build fails for it, while
            a card that is not written yet is no fault of the site.
        markdown: The whole card as Markdown.
    """

    facts: CardFacts
    sections: tuple[CardSection, ...] = ()
    about: tuple[tuple[str, str], ...] = ()
    gaps: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    markdown: str = ""


class CardWriter:
    """Renders the cards of one model and copies their pictures; lives for that model's pages."""

    def __init__(
        self,
        shop: Workshop,
        model: Model,
        *,
        runs: Mapping[str, RunRecord],
        moves: tuple[StageMove, ...],
    ) -> None:
        config = shop.options.config
        self._shop = shop
        self._model = model
        self._folder = config.folder / config.cards.folder
        self._rules = CardRules(config.cards.required, config.cards.fields)
        site = config.site
        self._sources = CardSources(
            runs=runs,
            history=moves,
            directions=site.directions,
            repository_url=site.repository_url,
        )
        self._pictures: dict[str, str] = {}

    def write_card(self, version: ModelVersion) -> WrittenCard:
        """Render the card of one version for its page.

        Raises:
            CardError: The card's file cannot be read.
        """
        card = load_card(self._folder, model=self._model.name, version=version.version)
        facts = self._collect(version)
        values = make_values(facts)
        figures, missing = find_figures(card, folder=self._folder) if card else ((), ())
        problems = check_card(card, rules=self._rules, values=values, figure_problems=missing)
        gaps = tuple(problem.message for problem in problems)
        if card is None:
            return WrittenCard(facts, gaps=gaps, markdown=_format_markdown(facts, None))
        root = find_root(make_version_path(self._model.name, version.version))
        shown = drop_empty_sections(drop_title(card, name=self._model.name))
        html, _ = render_filled(
            shown,
            values=values,
            base_level=3 - min((s.level for s in shown.sections), default=1),  # the highest is h2
            figures=self._copy_pictures(figures, root=root),
            make_link=self._link_of(card),
        )
        return WrittenCard(
            facts,
            sections=(CardSection(title="", html=html),) if html.strip() else (),
            about=describe_meta(card),
            gaps=gaps,
            warnings=_list_warnings(problems, name=card.path.name),
            markdown=_format_markdown(facts, card),
        )

    def _collect(self, version: ModelVersion) -> CardFacts:
        run = self._sources.runs.get(version.run)
        sources = self._sources
        if run is not None:
            store = self._shop.data.store
            sources = dataclasses.replace(
                sources,
                estimates=read_estimates(store, run),
                example=read_example(store, run, artifact=version.artifact),
            )
        return assemble_facts(self._model, version, sources=sources)

    def _copy_pictures(self, figures: Sequence[Figure], *, root: str) -> dict[str, str]:
        """Write each picture once, under the digest of its content; return their addresses."""
        addresses = {}
        folder = posixpath.dirname(make_model_path(self._model.name))
        for figure in figures:
            data = figure.path.read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            path = f"{folder}/pictures/{digest[:16]}{figure.path.suffix.lower()}"
            if path not in self._pictures:
                self._pictures[path] = digest
                self._shop.writer.write(path, data)
            addresses[figure.source] = f"{root}{path}"
        return addresses

    def _link_of(self, card: Card) -> _RepositoryLink:
        url = self._shop.site.repository_url
        base = self._shop.options.config.folder.resolve()
        place = card.path.parent.resolve()
        inside = place.relative_to(base).as_posix() if place.is_relative_to(base) else ""
        return _RepositoryLink(url if inside else "", inside)


def _format_markdown(facts: CardFacts, card: Card | None) -> str:
    """Format the card as Markdown; its facts alone where its words name a fact that is not."""
    try:
        return format_markdown(facts, card=card)
    except CardError:
        return format_markdown(facts, card=None)


def _list_warnings(problems: Sequence[Problem], *, name: str) -> tuple[str, ...]:
    return tuple(f"{p.where(name)}: {p.message}" for p in problems if p.code in _FAULTS)


@dataclass(frozen=True, slots=True)
class _RepositoryLink:
    """Turns a card's relative link into the file's page on the code host.

    Equal for all versions that share a card, so that its Markdown is rendered once.
    """

    repository_url: str
    folder: str

    def __call__(self, url: str) -> str | None:
        path = unquote(url.partition("#")[0].partition("?")[0])
        target = posixpath.normpath(posixpath.join(self.folder, path))
        if not self.repository_url or not path or target.startswith(("..", "/")):
            return None
        return f"{self.repository_url}/blob/HEAD/{quote_url(target)}"
