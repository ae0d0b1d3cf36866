"""Templates see what is documented: every field has a meaning, is used, and nothing else is."""

from __future__ import annotations

import dataclasses
import typing

import pytest
from jinja2 import nodes
from jinja2.meta import find_referenced_templates

from runsite.pages.context import describe_context
from runsite.render.environment import make_environment
from runsite.render.page import TEMPLATES
from runsite.render.themes import load_theme
from support.repository import ROOT

GLOBALS = {"asset", "has_asset", "loop"}
LOOP = {"first", "index", "last"}
PAGES = sorted(TEMPLATES, key=lambda page: page.__name__)


@pytest.fixture(scope="module")
def environment():
    theme = load_theme()
    return make_environment(theme, assets=dict.fromkeys(theme.list_static(), "0"))


def read_tree(environment, name):
    """Parse a template and all that it extends."""
    source, _, _ = environment.loader.get_source(environment, name)
    tree = environment.parse(source)
    yield tree
    for extended in tree.find_all(nodes.Extends):
        yield from read_tree(environment, extended.template.value)


def find_names(environment, name):
    """Find the names that a template and its layout take from their context."""
    used, own = set(), set(GLOBALS)
    for tree in read_tree(environment, name):
        for node in tree.find_all(nodes.Name):
            (own if node.ctx in {"store", "param"} else used).add(node.name)
        own |= {node.target for node in tree.find_all(nodes.Import)}
    return used - own


def find_parts(kind, found):
    """Collect the dataclasses that a context is made of."""
    for argument in typing.get_args(kind):
        find_parts(argument, found)
    if dataclasses.is_dataclass(kind) and kind not in found:
        found.add(kind)
        for hint in typing.get_type_hints(kind).values():
            find_parts(hint, found)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_a_template_uses_its_context_whole(environment, page):
    """No field is documented in vain, and no template reads a name that does not exist."""
    assert find_names(environment, TEMPLATES[page]) == set(describe_context(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_every_part_of_a_context_carries_its_meaning(page):
    """Also the small parts inside a context say what each field is, and are frozen."""
    for part in find_parts(page, set()):
        assert all(describe_context(part).values())
        assert part.__dataclass_params__.frozen


def test_every_attribute_in_a_template_exists(environment):
    """``run.nmae`` in a template is found here, not by a reader of the site."""
    known = {
        name
        for page in PAGES
        for part in find_parts(page, set())
        for name in describe_context(part)
    }
    names = set(TEMPLATES.values())
    macros, used, seen = set(), set(), set()
    while names - seen:
        name = (names - seen).pop()
        seen.add(name)
        tree = environment.parse(environment.loader.get_source(environment, name)[0])
        names |= set(find_referenced_templates(tree))
        macros |= {macro.name for macro in tree.find_all(nodes.Macro)}
        used |= {node.attr for node in tree.find_all(nodes.Getattr)}
    assert used - known - macros - LOOP == set()


def test_every_referenced_template_exists(environment):
    """Layouts and parts that a template names are in the theme."""
    names = set(environment.list_templates())
    for name in environment.list_templates(["html"]):
        tree = environment.parse(environment.loader.get_source(environment, name)[0])
        assert set(find_referenced_templates(tree)) <= names


def test_the_documentation_lists_every_context():
    """docs/themes.md names each template, each field and its meaning."""
    text = (ROOT / "docs" / "themes.md").read_text(encoding="utf-8")
    for page in PAGES:
        assert f"### `{TEMPLATES[page]}`" in text
        for name, meaning in describe_context(page).items():
            assert f"| `{name}` | {meaning} |" in text, f"{page.__name__}.{name}"
