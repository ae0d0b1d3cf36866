"""One page to one HTML string. Pure but for the templates that it reads."""

from __future__ import annotations

import dataclasses
import re
from typing import TypeAlias

from jinja2 import Environment, TemplateError, UndefinedError

from runsite.errors import BuildError, quote
from runsite.pages.data import DataPage
from runsite.pages.experiment import ExperimentPage
from runsite.pages.models import ModelPage, ModelsPage
from runsite.pages.overview import ExperimentsPage, OverviewPage
from runsite.pages.plain import AnyRunPage, ComparePage, NotFoundPage, SearchPage
from runsite.pages.run import RunPage
from runsite.pages.version import VersionPage

__all__ = ["TEMPLATES", "Page", "make_context", "render_page"]

Page: TypeAlias = (
    OverviewPage
    | ExperimentsPage
    | ExperimentPage
    | RunPage
    | AnyRunPage
    | ModelsPage
    | ModelPage
    | VersionPage
    | ComparePage
    | SearchPage
    | DataPage
    | NotFoundPage
)

TEMPLATES: dict[type[Page], str] = {
    OverviewPage: "overview.html",
    ExperimentsPage: "experiments.html",
    ExperimentPage: "experiment.html",
    RunPage: "run.html",
    AnyRunPage: "any-run.html",
    ModelsPage: "models.html",
    ModelPage: "model.html",
    VersionPage: "version.html",
    ComparePage: "compare.html",
    SearchPage: "search.html",
    DataPage: "data.html",
    NotFoundPage: "404.html",
}
"""Which template shows which context."""

_CONTROLS = {*range(0x20), *range(0x7F, 0xA0)} - {0x09, 0x0A, 0x0D}
_PLANES = {plane << 16 | end for plane in range(17) for end in (0xFFFE, 0xFFFF)}
# Source: HTML Standard, 13.2.3.5 "Preprocessing the input stream".
_UNFIT = dict.fromkeys(_CONTROLS | _PLANES | {*range(0xFDD0, 0xFDF0)}, "\ufffd")
# A look for them, and a few more: most pages have none, and a look is twenty times faster.
_PERHAPS_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0010ffff]"
)


def make_context(page: Page) -> dict[str, object]:
    """Return what a template sees: the fields of the page's dataclass, nothing else."""
    return {item.name: getattr(page, item.name) for item in dataclasses.fields(page)}


def render_page(environment: Environment, page: Page) -> str:
    """Render a page.

    Raises:
        BuildError: A template uses a name that does not exist, or is not valid.
    """
    name = TEMPLATES[type(page)]
    try:
        html = environment.get_template(name).render(make_context(page))
    except UndefinedError as error:
        raise BuildError(
            f"the template {quote(name)} uses what does not exist: {error}",
            where=name,
            hint="docs/themes.md lists what each template can use",
        ) from error
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        place = getattr(error, "name", None) or name
        raise BuildError(
            f"the template {quote(name)} cannot be rendered: {error}",
            where=f"{place}:{line}" if line else str(place),
        ) from error
    # A lone surrogate (a badly decoded file name) cannot be written as UTF-8, and HTML has no
    # place for other control characters than white space.
    html = html.encode("utf-8", "replace").decode()
    return html.translate(_UNFIT) if _PERHAPS_UNFIT.search(html) else html
