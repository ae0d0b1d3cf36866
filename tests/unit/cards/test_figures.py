from __future__ import annotations

import pytest

from runsite.cards import CardProblem, load_card
from runsite.cards.figures import FigureReference, list_figures
from runsite.cards.files import find_figures
from support.cards import PNG, make_card

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">%s</svg>'


def test_pictures_are_listed_once_with_their_line():
    """Markdown, raw HTML, tables and lists: every relative picture that a reader would see."""
    card = make_card(
        "---\na: b\n---\n![x](a.png)\n\n<p><img src='b%20c.svg?raw=true'></p>\n\n"
        "- ![y](<b c.svg>) and <img alt=z src=d.gif>\n\n| ![t](e.webp#x) |\n|---|\n\n"
        "![web](https://example.org/f.png) ![a](a.png) `![code](g.png)`\n"
    )
    assert list_figures(card) == (
        FigureReference("a.png", 4),
        FigureReference("b c.svg", 6),
        FigureReference("d.gif", 8),
        FigureReference("e.webp", 10),
    )


@pytest.fixture
def folder(tmp_path):
    cards = tmp_path / "cards"
    (cards / "taxi").mkdir(parents=True)
    (cards / "a.png").write_bytes(PNG)
    (tmp_path / "secret.png").write_bytes(PNG)
    (cards / "link.png").symlink_to("../secret.png")
    return cards


def find(folder, text: str, *, version: bool = False):
    path = folder / ("taxi/3.md" if version else "taxi.md")
    path.write_text(text, encoding="utf-8")
    card = load_card(folder, model="taxi", version=3 if version else None)
    figures, problems = find_figures(card, folder=folder)
    return [(f.source, f.path.resolve()) for f in figures], list(problems)


def test_a_picture_is_relative_to_the_cards_own_file(folder):
    """A version's card reaches the pictures of the model's."""
    assert find(folder, "![a](a.png)") == ([("a.png", folder / "a.png")], [])
    assert find(folder, "![a](../a.png)", version=True) == ([("../a.png", folder / "a.png")], [])


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "![a](b.png)",
            "the picture 'b.png' is not there",
            "paths are relative to the card's file",
        ),
        (
            "![a](../secret.png)",
            "the picture '../secret.png' lies outside of the cards folder",
            "put a copy of it there",
        ),
        (
            "![a](link.png)",
            "the picture 'link.png' lies outside of the cards folder",
            "put a copy of it there",
        ),
        (
            "![a](/etc/passwd.png)",
            "the picture '/etc/passwd.png' lies outside of the cards folder",
            "put a copy of it there",
        ),
        (
            "![a](taxi.md)",
            "the picture 'taxi.md' is of no kind that is shown",
            "use .avif, .gif, .jpeg, .jpg, .png, .svg, .webp",
        ),
        (
            "![a](a%00.png)",
            r"the picture 'a\x00.png' is not there",
            "paths are relative to the card's file",
        ),
    ],
)
def test_a_picture_that_cannot_be_shown_is_a_problem(folder, text, message, hint):
    """Missing files, files of other kinds, and every way out of the folder."""
    assert find(folder, f"# t\n\n{text}\n") == ([], [CardProblem(message, 3, 1, hint)])


@pytest.mark.parametrize(
    "content",
    [
        b"<script>alert(1)</script>",
        b'<rect onload="alert(1)"/>',
        b'<a xlink:href="javascript:alert(1)"><text>x</text></a>',
        b'<a href=" java&#10;script:alert(1)"><text>x</text></a>',
        b'<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>',
        b'<image href="data:image/svg+xml;base64,AAAA"/>',
        b'<a><set attributeName="href" to="javascript:alert(1)"/></a>',
        b'<form xmlns="http://www.w3.org/1999/xhtml" action="javascript:alert(1)"/>',
        b'<x:template xmlns:x="http://www.w3.org/1999/XSL/Transform"/>',
        b"<?xml-stylesheet type='text/xsl' href='other.svg'?>",
        b"<rect>",
    ],
)
def test_a_drawing_that_could_act_is_refused(folder, content):
    """An SVG is published as a file of its own, where its scripts would run."""
    (folder / "x.svg").write_bytes(SVG % content)
    figures, problems = find(folder, "![a](x.svg)")
    assert (figures, [p.message for p in problems]) == (
        [],
        ["the picture 'x.svg' could act when it is opened by itself"],
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_drawing_with_a_style_sheet_is_refused(folder, encoding):
    """A browser that opens the file runs the scripts that an XSLT style sheet makes."""
    text = (
        "<?xml-stylesheet type='text/xsl' href='t.svg'?><svg xmlns='http://www.w3.org/2000/svg'/>"
    )
    (folder / "x.svg").write_bytes(
        f"<?xml version='1.0' encoding='{encoding}'?>{text}".encode(encoding)
    )
    (figures, problems) = find(folder, "![a](x.svg)")
    assert (figures, len(problems)) == ([], 1)


@pytest.mark.parametrize(
    "content",
    [
        b'<use xlink:href="#a"/><rect style="fill: red"/>',
        b'<image xlink:href="data:image/png;base64,AAAA"/>',
        b"<style>rect { fill: red }</style><rect/>",
        b"<metadata><x:a xmlns:x='http://purl.org/dc/elements/1.1/'/></metadata><?note x?><rect/>",
    ],
)
def test_a_drawing_that_only_draws_is_shown(folder, content):
    """What plotting libraries write is no danger."""
    (folder / "x.svg").write_bytes(SVG % content)
    assert find(folder, "![a](x.svg)") == ([("x.svg", folder / "x.svg")], [])
