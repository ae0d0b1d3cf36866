"""The one-file card in a real browser, and as PDF."""

from __future__ import annotations

import pytest

from runsite.build.card_page import CardDocument, embed_pictures, render_card_document, write_pdf
from runsite.cards.figures import Figure
from support.cards import CARD_TEXT, PNG, make_card, make_facts
from support.chromium import find_chromium

pytestmark = pytest.mark.browser


@pytest.fixture
def page_source(tmp_path):
    """Write the card with its picture as one file and return it."""
    (tmp_path / "residuals.png").write_bytes(PNG)
    figures = embed_pictures([Figure("figures/residuals.png", tmp_path / "residuals.png")])
    document = CardDocument(
        facts=make_facts(),
        card=make_card(CARD_TEXT + "\n$$\n\\frac{a}{b}\n$$\n\n```python\nx = 1\n```\n"),
        gaps=("the section 'Citation' is missing",),
        figures=figures,
        plots=figures,
    )
    html = render_card_document(document)
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    return html


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_file_opens_alone_in_both_schemes(open_site, tmp_path, page_source, scheme):
    """Nothing is asked for, nothing complains, pictures and formulas are drawn, text contrasts."""
    page = open_site(tmp_path, color_scheme=scheme)
    assert page.locator("h1").inner_text() == "NYC taxi trip duration"
    assert page.evaluate("[...document.images].map((image) => image.naturalWidth)") == [1, 1]
    assert page.locator("math").first.bounding_box()["height"] > 20
    shades = page.evaluate(
        """() => [document.body, document.querySelector("h1")].map((element) =>
             getComputedStyle(element)[element === document.body ? "backgroundColor" : "color"])"""
    )
    values = [sum(map(int, shade[4:-1].split(","))) for shade in shades]
    assert abs(values[0] - values[1]) > 400


def test_the_file_fits_a_narrow_screen(open_site, tmp_path, page_source):
    """Wide tables scroll in their frames; the page itself never scrolls sideways."""
    page = open_site(tmp_path, viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_card_prints_as_pdf(tmp_path, page_source, monkeypatch, chromium):
    """A PDF comes out, of a browser that was named."""
    monkeypatch.setenv("RUNSITE_CHROMIUM", str(find_chromium()))
    write_pdf(page_source, path=tmp_path / "card.pdf")
    data = (tmp_path / "card.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    assert len(data) > 5_000
