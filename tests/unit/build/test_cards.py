from __future__ import annotations

import pytest

from runsite.build import BuildOptions
from runsite.build import build as build_site
from runsite.config import load_config
from support.cards import CARD_TEXT, MODEL, PNG, write_project
from support.html import find_active_content, parse_elements


def build(project, *, repository_url: str = ""):
    """Build the site of a project and return its report and the version pages by number."""
    settings = f"site: {{repository_url: '{repository_url}'}}\n" if repository_url else ""
    (project / "runsite.yaml").write_text(settings, encoding="utf-8")
    output = project / "site"
    report = build_site(
        BuildOptions(
            store=str(project / "runs"),
            registry=project / "registry.yaml",
            output=output,
            config=load_config(project),
        )
    )
    folder = output / "models" / MODEL
    pages = {p.stem: p.read_text(encoding="utf-8") for p in folder.glob("*.html")}
    return report, pages, folder


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(write_project(tmp_path_factory.mktemp("project")))


def test_each_version_shows_the_words_with_its_own_facts(built):
    """One file of words serves all versions, and no number in it is another version's."""
    report, pages, _ = built
    assert report.warnings == ()
    assert "The typical error is 6.5 minutes" in pages["2"]
    assert "The typical error is 6.6 minutes" in pages["1"]
    assert "version 1 had 6.61" in pages["2"]
    assert "version – had –" in " ".join(pages["1"].split())


def test_the_models_page_shows_the_card_of_production(built):
    """Who asks for the model reads what holds now."""
    assert "The typical error is 6.5 minutes" in built[1]["index"]


def test_pictures_are_copied_and_shown(built):
    """A figure lies under the digest of its content, once for all versions."""
    _, pages, folder = built
    (picture,) = (folder / "pictures").iterdir()
    assert picture.read_bytes() == PNG
    for page in pages.values():
        sources = [e.attrs["src"] for e in parse_elements(page) if e.tag == "img"]
        assert sources == [f"../../models/{MODEL}/pictures/{picture.name}"]


def test_the_front_matter_is_shown(built):
    """Who answers for the model, and on which terms, stands at the head of the page."""
    for text in ("Fleet team", "fleet@example.org", "apache-2.0"):
        assert text in built[1]["2"]


def test_the_headings_of_a_card_fit_the_page(built):
    """The card's highest heading comes right below the page's own."""
    headings = [
        e for e in parse_elements(built[1]["2"]) if e.attrs.get("id", "").startswith("card-")
    ]
    assert [(e.tag, e.text) for e in headings[:2]] == [
        ("h2", "NYC taxi trip duration"),
        ("h3", "Intended use"),
    ]


def test_what_is_wrong_in_a_card_is_a_warning_and_what_is_missing_a_gap(tmp_path):
    """A strict build fails for a broken sentence or picture, not for a section yet to be written."""
    text = CARD_TEXT.replace("metrics.rmse:.1f", "metrics.x").replace("residuals.png", "gone.png")
    project = write_project(tmp_path, card=text.replace("## Limitations", "## Notes"))
    report, pages, _ = build(project)
    assert report.warnings == (
        f"{MODEL}.md:14:50: no fact is called 'metrics.x'",
        f"{MODEL}.md:17:1: the picture 'figures/gone.png' is not there",
    )
    gaps = [e.text for e in parse_elements(pages["2"]) if e.attrs.get("class") == "gaps"]
    assert "the section 'Limitations' is missing" in gaps[0]
    assert find_active_content(pages["2"].split("<main")[1].split("</main")[0]) == []


def test_relative_links_lead_to_the_code_host(tmp_path):
    """A file of the repository is found where the repository is, and nothing above it."""
    card = "# t\n\n[data](../docs/data%20sheet.md) [out](../../x.md) [here](#t)\n"
    project = write_project(tmp_path, card=card)
    _, pages, _ = build(project, repository_url="https://git.example.org/taxi")
    links = {
        e.text: e.attrs.get("href")
        for e in parse_elements(pages["2"])
        if e.tag == "a" and e.text in {"data", "out", "here"}
    }
    assert links == {
        "data": "https://git.example.org/taxi/blob/HEAD/docs/data%20sheet.md",
        "out": None,
        "here": "#card-t",
    }


def test_a_model_without_a_card_has_a_page_that_says_so(tmp_path):
    """The facts are there, and the gap is named."""
    _, pages, _ = build(write_project(tmp_path, card=None))
    assert "there is no card" in pages["2"]
