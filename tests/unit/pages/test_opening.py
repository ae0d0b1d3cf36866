"""How a long card begins on its model's page."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runsite.pages.context import Link
from runsite.pages.opening import make_opening

PATH = "models/taxi/2.html"
LONG = "<p>" + "word " * 300 + "</p>\n"


def open_up(html):
    return make_opening(html, path=PATH, root="../../")


def make_section(name, content=LONG, level=2):
    return f'<h{level} id="{name}">The <em>{name}</em> &amp; more</h{level}>\n{content}'


def test_a_short_text_or_one_of_few_sections_stays_whole():
    """There is nothing to gain from a link to the last paragraph."""
    short = "".join(make_section(name, "<p>x</p>") for name in "abcdef")
    few = "".join(make_section(name) for name in "abc")
    assert [open_up(text).html for text in (short, few, "")] == [short, few, ""]
    assert open_up(few).rest == ()


def test_a_long_text_keeps_two_sections_and_names_the_others():
    """What comes before the first heading stays; places in the text are on the whole page."""
    text = '<p>See <a href="#d">d</a>.</p>' + "".join(make_section(name) for name in "abcd")
    opening = open_up(text)
    start = f'<p>See <a href="../../{PATH}#d">d</a>.</p>'
    assert opening.html == start + make_section("a") + make_section("b")
    assert opening.rest == (
        Link("The c & more", f"{PATH}#c"),
        Link("The d & more", f"{PATH}#d"),
    )


def test_the_title_of_a_text_is_no_section():
    """Sections are the headings of the highest level that occurs twice."""
    text = '<h2 id="title">T</h2>' + "".join(make_section(name, level=3) for name in "abcd")
    assert [link.label for link in open_up(text).rest] == ["The c & more", "The d & more"]


def test_a_heading_inside_a_quotation_cuts_nothing():
    """The opening is whole elements: what is quoted stays in its quotation."""
    quoted = "<blockquote>" + make_section("q") + "<br><img src='x'></blockquote>\n"
    text = quoted * 5 + "".join(make_section(name) for name in "abcd")
    assert open_up(text).html == quoted * 5 + make_section("a") + make_section("b")


@given(
    st.lists(st.sampled_from(["a", "\r", "\x0b", "\u2028", "é", "\n", "<br>", "&lt;"]), max_size=40)
)
def test_the_place_is_found_whatever_ends_lines(pieces):
    """Only line feeds count as line ends, as the parser has it."""
    filling = f"<p>{''.join(pieces)}</p>" + LONG
    sections = [make_section(name, filling) for name in "abcd"]
    assert open_up("".join(sections)).html == "".join(sections[:2])
