from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.cards import CardProblem, parse_card
from runsite.cards.markdown import render_filled
from runsite.cards.references import fill_references, find_references
from support.html import find_active_content, parse_elements

VALUES = {
    "metrics.rmse": 6.6123456,
    "metrics.val/auc roc": 0.91,
    "data.eval.rows": 61921,
    "code.dirty": True,
    "params.note": "<b>|`*x*`\n[a](javascript:alert(1))",
    "previous.*": "–",
}


def render(text: str, values=VALUES):
    return render_filled(parse_card(text, path=Path("taxi.md")), values=values)


@pytest.mark.parametrize(
    ("written", "filled"),
    [
        ("{{ metrics.rmse }}", "6.612"),
        ("{{metrics.rmse}}", "6.612"),
        ("{{ metrics.rmse:.1f }}", "6.6"),
        ("{{ data.eval.rows }}", "61,921"),
        ("{{ data.eval.rows:,.0f }}", "61,921"),
        ("{{ metrics.val/auc roc }}", "0.91"),
        ("{{ code.dirty }}", "yes"),
        ("{{ previous.metrics.rmse }}", "–"),
        ("> {{ metrics.rmse }}", "6.612"),
        ("# {{ metrics.rmse }}", "6.612"),
        ("- {{ metrics.rmse }}\n  {{ metrics.rmse }}", "6.612\n6.612"),
        ("**{{ metrics.rmse }}**", "6.612"),
    ],
)
def test_a_reference_becomes_its_fact(written, filled):
    """Numbers have four digits or a format of their own, wherever the words stand."""
    html, problems = render(written)
    assert (parse_elements(html)[-1].text.strip(), problems) == (filled, ())


@pytest.mark.parametrize(
    "text",
    [
        "`{{ metrics.rmse }}`",
        "``a ` {{ metrics.rmse }}``",
        "```\n{{ metrics.rmse }}\n```",
        "    {{ metrics.rmse }}",
        r"\{{ metrics.rmse }}",
        "$x^{{a}}$",
        "$$\nx_{{ab}}\n$$",
        "<!-- {{ metrics.rmse }} -->",
        "<!--\n{{ nothing.like }}\n-->",
        "[a](x/{{y}})",
        '<a title="{{ metrics.rmse }}">a</a>',
    ],
)
def test_two_braces_mean_something_else_in_code_math_and_comments(text):
    """Nothing is filled, and nothing complained about, where a reader sees no sentence."""
    assert find_references(text) == ()
    assert fill_references(text, values={}) == (text, ())


def test_code_beside_a_reference_is_left_alone():
    """The same braces are code in one place and a fact in the next."""
    text = "`{{ metrics.rmse }}` gives {{ metrics.rmse }}, ``{{ metrics.rmse }}`` again"
    filled, _ = fill_references(text, values=VALUES)
    assert filled == "`{{ metrics.rmse }}` gives 6.612, ``{{ metrics.rmse }}`` again"


def test_references_in_a_table_are_filled_in_their_cells():
    """A value with a pipe in it does not make another column."""
    html, _ = render("| a | {{ metrics.rmse }} |\n|---|---|\n| {{ params.note }} | c |\n")
    cells = [e.text for e in parse_elements(html) if e.tag in {"th", "td"}]
    assert cells == ["a", "6.612", VALUES["params.note"], "c"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("metrics.rsme", "did you mean 'metrics.rmse'?"),
        (
            "data.zzz",
            "the facts there are data.eval.rows",
        ),
        ("some_data", "a reference begins with code., data., metrics., params., previous."),
    ],
)
def test_a_wrong_reference_is_told_with_its_line(name, hint):
    """A name that no fact has is an error at its place in the file, and stays as written."""
    text = f"---\nlicense: mit\n---\n\n# A\n\nIt is\nabout {{{{ {name} }}}} now\n"
    html, problems = render(text)
    assert problems == (CardProblem(f"no fact is called '{name}'", 8, 7, hint),)
    assert f"{{{{ {name} }}}}" in parse_elements(html)[-1].text


@pytest.mark.parametrize(
    ("name", "spec", "hint"),
    [
        ("metrics.rmse", "d", "use one such as .2f, .3g, .1% or ,"),
        ("metrics.rmse", ">100000", "use one such as .2f, .3g, .1% or ,"),
        ("params.note", ".2f", "only numbers take a format"),
    ],
)
def test_a_format_that_does_not_fit_is_told(name, spec, hint):
    """The fact is there: what is wrong is the format behind the colon."""
    _, problems = render(f"about {{{{ {name}:{spec} }}}} now\n")
    message = f"'{name}' cannot be written in the format '{spec}'"
    assert problems == (CardProblem(message, 1, 7, hint),)


def test_a_hostile_value_is_text():
    """A fact is never read as Markdown or HTML, on the page and in an export."""
    text = "a {{ params.note }} b ![{{ params.note }}](x.png)"
    html, _ = render(text)
    assert find_active_content(html) == []
    assert [e.attrs["alt"] for e in parse_elements(html) if e.tag == "img"] == [
        VALUES["params.note"]
    ]
    exported, _ = fill_references("a {{ params.note }} b", values=VALUES)
    again, _ = render(exported, {})
    assert parse_elements(again)[0].text == "a <b>|`*x*` [a](javascript:alert(1)) b"


def test_private_characters_of_an_author_fill_nothing():
    """Nobody can write the mark that stands for a reference inside the renderer."""
    html, _ = render("\ue000\ue010\ue001 {{ metrics.rmse }}")
    assert parse_elements(html)[0].text.endswith(" 6.612")
    assert html.count("6.612") == 1


def test_a_card_is_rendered_once_for_all_versions_that_share_it():
    """Only the facts differ between versions; the anchors do not."""
    text = "# Error of {{ metrics.rmse }}\n\n{{ metrics.rmse }}"
    pages = [render(text, {"metrics.rmse": value})[0] for value in (1.5, 2.5)]
    assert pages[0].replace("1.5", "2.5") == pages[1]
    assert parse_elements(pages[0])[0].attrs["id"] == "card-error-of"
    assert parse_card(text, path=Path("x")).sections[0].anchor == "card-error-of"


@given(
    st.lists(
        st.sampled_from(
            ["{{ a.b }}", "`", "``", "\n\n", "\n", "*", "|", "$", "> ", "- ", "\\", "x"]
        ),
        max_size=12,
    )
)
def test_page_and_export_fill_the_same_references(pieces):
    """Whatever Markdown stands around them, a value shows up as often as there are references."""
    text = "".join(pieces)
    count = len(find_references(text))
    filled, problems = fill_references(text, values={"a.b": 17.25})
    assert (filled.count("17.25"), problems) == (count, ())
    html, _ = render(text, {"a.b": 17.25})
    assert html.count("17.25") == count
