from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.cards import render_markdown
from runsite.cards.escape import escape_markdown, format_code, format_fact, format_size
from support.html import parse_elements


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.758712, "7.759"),
        (30.0, "30"),
        (1.234e-5, "1.234e-5"),
        (1234567.0, "1234567"),
        (math.nan, "NaN"),
        (-math.inf, "-∞"),
        (True, "yes"),
        (False, "no"),
        (76518, "76,518"),
        (-3, "-3"),
        ("x", "x"),
    ],
)
def test_a_fact_is_written_as_people_read_it(value, text):
    """Four digits for measurements, thousands apart for counts, words for yes and no."""
    assert format_fact(value) == text


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (43_500_000, "43.5 MB")]
)
def test_sizes_are_decimal(size, text):
    """A size is told in the units that disks are sold in."""
    assert format_size(size) == text


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), max_size=60))
def test_an_escaped_text_is_shown_as_it_is(text):
    """Markdown gives back the words, whatever marks are in them."""
    words = " ".join(text.split()).replace("\ufeff", "")
    shown = parse_elements(render_markdown(f"**x:** {escape_markdown(words)}"))
    seen = " ".join(shown[0].text.split())
    assert seen == f"x: {words}".strip()


@pytest.mark.parametrize("text", ["# a", "- a", "+ a", "> a", "1. a", "12) a", "=", "a\nb", "---"])
def test_an_escaped_text_begins_no_block(text):
    """A value at the start of a line is no heading, list or rule."""
    elements = parse_elements(render_markdown(escape_markdown(text)))
    assert [(e.tag, e.text) for e in elements] == [("p", " ".join(text.split()))]


@pytest.mark.parametrize("text", ["a", "`", "a`b", "``a", "a|b", "<script>"])
def test_a_code_span_fits_its_text(text):
    """Backticks and pipes in a value neither end the span nor the table cell."""
    html = render_markdown(f"| h |\n|---|\n| {format_code(text)} |\n")
    assert [e.text for e in parse_elements(html) if e.tag == "code"] == [text]
