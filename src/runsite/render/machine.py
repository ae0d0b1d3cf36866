"""What programs read: feed, sitemap, llms.txt and the Markdown twin of a model's page. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from runsite.cards.escape import escape_markdown
from runsite.pages.context import Site
from runsite.pages.models import ModelCard, ModelPage
from runsite.pages.overview import ExperimentCard

__all__ = ["FeedEntry", "render_feed", "render_llms", "render_model_markdown", "render_sitemap"]

POINTS = "every logged value of a metric with its run, key, step and time"

# What XML 1.0 has no place for, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One thing that happened.

    Attributes:
        key: Tells it from all others, and stays the same in every build.
        path: Page that it leads to, from the site's root.
        at: Exact time, as ``2026-11-23T03:12:00Z``.
        author: Who did it; may be empty.
    """

    key: str
    title: str
    path: str
    at: str
    summary: str = ""
    author: str = ""


def render_feed(site: Site, entries: Sequence[FeedEntry]) -> str:
    """Render an Atom feed; its addresses need `Site.base_url`.

    Source: RFC 4287.
    """
    base = site.base_url
    updated = max((entry.at for entry in entries), default="1970-01-01T00:00:00Z")
    body = "".join(_render_entry(site, entry) for entry in entries)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{_xml(site.title)}</title>\n"
        f"<id>{_xml(base)}</id>\n"
        f"<link href={_attribute(base)}/>\n"
        f'<link rel="self" href={_attribute(base + "feed.xml")}/>\n'
        f"<updated>{updated}</updated>\n"
        f"<generator>runsite</generator>\n{body}</feed>\n"
    )


def _render_entry(site: Site, entry: FeedEntry) -> str:
    author = entry.author or site.title
    address = site.base_url + entry.path
    return (
        "<entry>\n"
        f"<title>{_xml(entry.title)}</title>\n"
        f"<id>{_xml(site.base_url)}#{quote(entry.key)}</id>\n"
        f"<link href={_attribute(address)}/>\n"
        f"<updated>{entry.at}</updated>\n"
        f"<author><name>{_xml(author)}</name></author>\n"
        f"<summary>{_xml(entry.summary)}</summary>\n"
        "</entry>\n"
    )


def render_sitemap(base_url: str, paths: Iterable[str]) -> str:
    """Render a sitemap of up to 50,000 pages.

    Source: https://www.sitemaps.org/protocol.html
    """
    body = "".join(f"<url><loc>{_xml(base_url + path)}</loc></url>\n" for path in paths)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{body}</urlset>\n'
    )


def render_llms(
    site: Site,
    *,
    models: Sequence[ModelCard],
    experiments: Sequence[ExperimentCard],
    has_points: bool = False,
) -> str:
    """Render what a language model reads first: what the site is, and where the plain texts lie.

    Args:
        site: What is the same on every page.
        models: The registered models.
        experiments: All experiments.
        has_points: Whether the site has the table of all logged points.

    Source: https://llmstxt.org/
    """
    base = site.base_url
    lines = [f"# {escape_markdown(site.title)}", ""]
    if site.description:
        lines += [f"> {escape_markdown(site.description)}", ""]
    lines += ["Runs of machine-learning experiments and the models that came from them.", ""]
    if models:
        lines += ["## Models", ""]
        lines += [_link_model(base, model) for model in models] + [""]
    if experiments:
        lines += ["## Experiments", ""]
        lines += [_link_experiment(base, experiment) for experiment in experiments] + [""]
    lines += [
        "## Data",
        "",
        f"- [Runs as Parquet]({base}data/runs.parquet): a column for each param, metric and tag",
        *([f"- [Points as Parquet]({base}data/metrics.parquet): {POINTS}"] if has_points else []),
        f"- [Runs as JSON]({base}data/runs.json): the newest runs",
        f"- [Registry as JSON]({base}data/registry.json): models, versions, stages",
    ]
    return "\n".join(lines) + "\n"


def render_model_markdown(page: ModelPage) -> str:
    """Render a model's page as Markdown: what holds which stage, and all versions."""
    model = page.model
    lines = [f"# {escape_markdown(model.name)}", ""]
    if model.description:
        lines += [escape_markdown(model.description), ""]
    lines += ["## Stages", ""]
    lines += [
        f"- {escape_markdown(holder.stage)}: [version {holder.version}]({holder.version}.md)"
        for holder in model.holders
    ] or ["No version holds a stage."]
    head = ["Version", "Stage", *page.metric_names, "Run", "Registered (UTC)", "By", "Description"]
    lines += ["", "## Versions", "", _row(head), _row(("---" for _ in head), raw=True)]
    for version in page.versions:
        metrics = [metric.exact for metric in version.metrics]
        told = [version.run_id, version.registered, version.registered_by, version.description]
        number, stage = version.ref.version, escape_markdown(version.ref.stage)
        cells = [f"[{number}]({number}.md)", stage, *metrics, *map(escape_markdown, told)]
        lines.append(_row(cells, raw=True))
    if page.timeline:
        lines += ["", "## Timeline", ""]
    for row in page.timeline:
        when = row.when or "not committed yet"
        what = "; ".join(map(str, row.moves))
        lines.append(f"- {when} {escape_markdown(row.author)}: {escape_markdown(what)}")
    lines += ["", "## Use it", "", "```python", page.snippet.rstrip("\n"), "```"]
    return "\n".join(lines) + "\n"


def _row(cells: Iterable[str], *, raw: bool = False) -> str:
    texts = cells if raw else map(escape_markdown, cells)
    return f"| {' | '.join(' '.join(text.split()) for text in texts)} |"


def _link_model(base: str, model: ModelCard) -> str:
    path = model.path.removesuffix(".html") + ".md"
    about = ", ".join(f"{holder.stage}: version {holder.version}" for holder in model.holders)
    told = "; ".join(filter(None, (model.description, about)))
    return f"- [{escape_markdown(model.name)}]({base}{path}): {escape_markdown(told)}"


def _link_experiment(base: str, experiment: ExperimentCard) -> str:
    best = experiment.best
    told = f", best {best.metric} {best.value}" if best else ""
    runs = "1 run" if experiment.n_runs == "1" else f"{experiment.n_runs} runs"
    text = escape_markdown(f"{runs}{told}")
    return f"- [{escape_markdown(experiment.name)}]({base}{experiment.path}): {text}"


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text), quote=False)


def _attribute(text: str) -> str:
    return _quote(_NOT_XML.sub("\ufffd", text))


def _quote(address: str) -> str:
    """Write the value of an attribute."""
    return f'"{escape(address)}"'
