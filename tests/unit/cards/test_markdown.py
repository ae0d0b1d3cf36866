from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.cards import parse_card, render_markdown
from support.hostile import HOSTILE_MARKDOWN as HOSTILE
from support.html import find_active_content, parse_elements


def find(html: str, tag: str):
    return [element for element in parse_elements(html) if element.tag == tag]


def test_headings_take_their_place_on_the_page():
    """The card's first level becomes the page's next one, raw headings too, and h6 is the last."""
    html = render_markdown("# A\n\n##### B\n\n###### C\n\n<h1 align=center>D</h1>", base_level=3)
    outline = [(e.tag, e.text) for e in parse_elements(html) if e.tag.startswith("h")]
    assert outline == [("h3", "A"), ("h6", "B"), ("h6", "C"), ("h3", "D")]


def test_headings_have_the_anchors_that_the_sections_name(tmp_path):
    """A link to a section of a card finds it on the page."""
    text = "# Größe\n\n## A\n\n## A\n\n## A-1\n\n# 用途\n"
    ids = [e.attrs["id"] for e in parse_elements(render_markdown(text)) if "id" in e.attrs]
    assert ids == [s.anchor for s in parse_card(text, path=tmp_path).sections]
    assert len(set(ids)) == 5


def test_links_inside_the_card_reach_its_headings():
    """A table of contents works, whichever prefix keeps two texts on a page apart."""
    html = render_markdown("[to](#a-b)\n\n# A b\n\nnote[^1]\n\n[^1]: foot", id_prefix="note-")
    ids = {e.attrs["id"] for e in parse_elements(html) if "id" in e.attrs}
    targets = {e.attrs["href"] for e in find(html, "a")}
    assert ids == {"note-a-b", "note-fn1", "note-fnref1"}
    assert targets == {f"#{anchor}" for anchor in ids}


def test_tables_say_what_heads_a_column_and_how_it_is_aligned():
    """A table needs no style attribute, and a wide one can be scrolled from the keyboard."""
    html = render_markdown("| a | b |\n|:-:|--:|\n| 1 | 2 |\n")
    assert [(e.attrs, e.text) for e in find(html, "th")] == [
        ({"scope": "col", "class": "align-center"}, "a"),
        ({"scope": "col", "class": "align-right"}, "b"),
    ]
    frame = find(html, "div")[0].attrs
    assert frame == {
        "class": "table-scroll",
        "tabindex": "0",
        "role": "region",
        "aria-label": "Table 1",
    }


def test_task_lists_say_what_is_done():
    """A task is a picture with a name and not a form control without one."""
    html = render_markdown("- [x] a\n- [ ] b\n")
    assert [(e.attrs["role"], e.attrs["aria-label"]) for e in find(html, "span")] == [
        ("img", "done"),
        ("img", "not done"),
    ]
    assert find(html, "input") == []


def test_callouts_strikethrough_and_bare_links_are_understood():
    """The dialect is what people write on code hosts."""
    html = render_markdown("> [!WARNING]\n> Careful, ~~always~~ www.example.org\n")
    assert find(html, "div")[0].attrs["class"] == "markdown-alert markdown-alert-warning"
    assert find(html, "p")[0].text == "Warning"
    assert find(html, "s")[0].text == "always"
    assert find(html, "a")[0].attrs["href"] == "http://www.example.org"


def test_math_becomes_mathml():
    """A formula can be read by a screen reader, inline and on lines of its own."""
    html = render_markdown("so $x^2$\n\n$$\n\\frac{a}{b}\n$$\n")
    assert [e.attrs["display"] for e in find(html, "math")] == ["inline", "block"]
    assert [e.text for e in find(html, "mi")] == ["x", "a", "b"]


def test_money_is_not_math():
    """Two prices in a sentence stay prices."""
    html = render_markdown("It costs $5 and $10 today.")
    assert find(html, "math") == []
    assert find(html, "p")[0].text == "It costs $5 and $10 today."


@pytest.mark.parametrize(
    "latex",
    [
        r"\begin{matrix}",
        r"\newcommand{\a}{\a\a}\a",
        r"\href{javascript:alert(1)}{x}",
        r"\text{<img src=x onerror=alert(1)>}",
        "x" * 3000,
    ],
)
def test_math_that_cannot_be_converted_is_shown_as_written(latex):
    """A formula is never lost and never a way in: what the converter cannot do stands as code."""
    html = render_markdown(f"${latex}$")
    assert [e.text for e in find(html, "code")] == [latex]
    assert find_active_content(html) == []


def test_code_is_coloured_by_classes():
    """Words of a known language are marked; an unknown one is only shown."""
    known, unknown = (
        render_markdown(f"```{name}\ndef f(): return '<b>'\n```") for name in ("python", "klingon")
    )
    assert [e.text for e in find(known, "span") if e.attrs["class"] == "k"] == ["def", "return"]
    assert find(unknown, "span") == []
    assert find(known, "code")[0].text == find(unknown, "code")[0].text
    assert find(known, "pre")[0].attrs == {"class": "code", "tabindex": "0"}


def test_pictures_stand_where_the_page_has_them():
    """A picture that was copied is shown from there, whether or not its name was encoded."""
    html = render_markdown(
        '![a](<fig/a b.png> "t") <img src="c.png" alt="c" width="40">',
        figures={"fig/a b.png": "assets/1.png", "c.png": "assets/2.png"},
    )
    assert [e.attrs for e in find(html, "img")] == [
        {"src": "assets/1.png", "alt": "a", "title": "t"},
        {"src": "assets/2.png", "alt": "c", "width": "40"},
    ]


def test_a_picture_that_is_not_there_leaves_its_description():
    """A missing picture does not become a broken one."""
    html = render_markdown('![the curve](x.png) <img src="y.png" alt="bars">', figures={})
    assert find(html, "img") == []
    assert [e.text for e in find(html, "span")] == ["the curve", "bars"]


def test_a_picture_elsewhere_becomes_a_link():
    """A reader's browser asks no other host, and the reader can still get there."""
    html = render_markdown(
        "![logo](https://example.org/l.png) "
        '[![badge](https://example.org/b.svg)](https://ci.example.org) <img src="//example.org/z">'
    )
    assert find(html, "img") == []
    assert [(e.attrs["href"], e.text) for e in find(html, "a")] == [
        ("https://example.org/l.png", "logo"),
        ("https://ci.example.org", "badge"),
    ]


def test_a_raw_picture_inside_a_raw_link_leaves_the_link_readable():
    """The button that many cards begin with stays a link that says where it leads."""
    html = render_markdown(
        '<a href="https://example.org/?model=x">\n\t<img width="300px" '
        'src="https://cdn.example.org/exbert/button.png">\n</a>\n'
    )
    assert [(e.attrs["href"], e.text.strip()) for e in find(html, "a")] == [
        ("https://example.org/?model=x", "button.png")
    ]


def test_relative_links_go_where_the_page_says():
    """A link to a file beside the card is turned into an address, or left as words."""
    html = render_markdown(
        "[data](../data.csv) [gone](x.md)",
        make_link=lambda url: f"https://git.example.org/{url[3:]}" if "data" in url else None,
    )
    assert [e.attrs.get("href") for e in find(html, "a")] == [
        "https://git.example.org/data.csv",
        None,
    ]


def test_harmless_html_keeps_its_sense():
    """Details, sub- and superscripts, keys and alignment-free blocks are what people use."""
    html = render_markdown(
        "<details open><summary>More</summary>\n\nH<sub>2</sub>O <kbd>Ctrl</kbd>\n\n</details>"
    )
    assert [e.tag for e in parse_elements(html)] == ["details", "summary", "p", "sub", "kbd"]


def test_ids_of_a_card_do_not_take_those_of_the_page():
    """An author's id gets the prefix and stands once."""
    html = render_markdown('<p id="main">a</p>\n\n<p id="main">b</p>\n\n<a name="forms">c</a>')
    assert [e.attrs for e in parse_elements(html) if e.attrs and e.tag == "p"] == [
        {"id": "card-main"}
    ]
    assert "name" not in find(html, "a")[0].attrs


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_acts_comes_through(text):
    """No script, handler, style, frame, form or foreign picture survives, however it is hidden."""
    assert find_active_content(render_markdown(text)) == []


def test_the_watch_for_active_content_sees_it():
    """The check of the tests here can fail."""
    assert find_active_content("<p onclick=x>a</p><a href=' JavaScript:x'>b</a><iframe>") == [
        "<p onclick>",
        "<a href=' JavaScript:x'>",
        "<iframe>",
    ]


@given(
    st.lists(st.sampled_from([*HOSTILE, "\n\n", "> ", "- ", "`", "$", "<div>", '"']), max_size=6)
)
def test_hostile_pieces_do_not_help_each_other(pieces):
    """What is harmless alone stays so when another piece opens a quotation or a block before it."""
    assert find_active_content(render_markdown("".join(pieces))) == []


@given(st.text(max_size=300))
def test_every_text_can_be_rendered(text):
    """No text makes the renderer fail, and none makes it act."""
    assert find_active_content(render_markdown(text)) == []


def test_known_payloads_do_nothing(shared_data):
    """Thousands of published payloads and strings that break things come out inert."""
    folder = shared_data / "naughty"
    lines = (folder / "xss-payload-list.txt").read_text(errors="replace").splitlines()
    strings = lines + json.loads((folder / "blns.json").read_text(encoding="utf-8"))
    assert len(strings) > 7000
    active = [text for text in strings if find_active_content(render_markdown(text))]
    assert active == []


def test_real_cards_keep_their_words(shared_data):
    """Cards as people wrote them lose no heading, no link and no code."""
    for path in sorted((shared_data / "cards").glob("*.md")):
        card = parse_card(path.read_bytes().decode("utf-8", "replace"), path=path)
        html = render_markdown(card.body, base_level=1)
        seen = parse_elements(html)
        titles = [e.text for e in seen if e.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]
        assert [" ".join(title.split()) for title in titles] == [s.title for s in card.sections]
        assert find_active_content(html) == []
        fences = card.body.count("\n```") + card.body.startswith("```")
        assert len([e for e in seen if e.tag == "pre"]) >= fences // 2, path.name
        for word in ("https://arxiv.org/abs/2004.03659", "https://huggingface.co/NeuML"):
            assert (word in card.body) == any(word in e.attrs.get("href", "") for e in seen)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 400_000,
        "(" + "[" * 999 + ")\n\n",
        "# a\n" * 20_000,
        "> " * 50_000,
        "$" + "{" * 90_000,
        "<div>\n" + "<img " * 80_000,
        "<div>\n" + "<img '" * 80_000,
        "<div>\n" + '<img ""' * 70_000,
    ],
    ids=[
        "brackets",
        "bracket paragraph",
        "headings",
        "quotes",
        "braces",
        "pictures without an end",
        "attributes without an end",
        "attributes of pictures without an end",
    ],
)
def test_text_made_to_keep_the_parser_busy_does_not(text):
    """The time is bounded for texts in which a Markdown parser goes back and forth."""
    start = time.perf_counter()
    render_markdown(text)
    assert time.perf_counter() - start < 20
