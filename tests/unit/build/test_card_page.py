from __future__ import annotations

import dataclasses
import re

import pytest

from runsite.build.card_page import CardDocument, embed_pictures, render_card_document, write_pdf
from runsite.cards.figures import Figure
from runsite.errors import CardError
from support.cards import CARD_TEXT, PNG, RUN_IDS, make_card, make_facts, make_runs
from support.hostile import HOSTILE_MARKDOWN
from support.html import find_active_content, parse_elements

DATA = "data:image/png;base64,AAAA"


def render(text: str | None = CARD_TEXT, **fields: object) -> str:
    card = make_card(text) if text is not None else None
    return render_card_document(CardDocument(facts=make_facts(), card=card, **fields))


def test_the_file_needs_nothing_beside_it():
    """No address in it leads to another file or host for anything that is loaded."""
    html = render(figures={"figures/residuals.png": DATA}, plots={"plots/importance.png": DATA})
    loaded = [
        e.attrs[name]
        for e in parse_elements(html)
        for name in ("src", "srcset", "data", "poster")
        if name in e.attrs
    ]
    assert loaded == [DATA, DATA]
    assert [e.tag for e in parse_elements(html) if e.tag in {"link", "script", "iframe"}] == []
    assert re.findall(r"url\((?!#)|@import", html) == []
    (policy,) = [
        e.attrs["content"]
        for e in parse_elements(html)
        if e.attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none';")


def test_the_file_tells_which_version_who_answers_and_what_is_missing():
    """Its head says what a reader must know first."""
    html = render(gaps=("the section 'Citation' is missing",))
    head = html.split("<main")[1]
    assert "nyc-taxi-regressor · version 2" in head
    for text in ("Staging", "Fleet team", "the section &#39;Citation&#39; is missing"):
        assert text in head
    assert [e.text for e in parse_elements(html) if e.tag == "h1"] == ["NYC taxi trip duration"]


def test_a_picture_that_was_not_embedded_leaves_its_description():
    """A file that was not there does not become a broken picture."""
    html = render(figures={})
    assert [e for e in parse_elements(html) if e.tag == "img"] == []
    assert [e.text for e in parse_elements(html) if e.attrs.get("class") == "figure-text"] == [
        "residuals"
    ]


def test_hostile_words_and_facts_do_nothing():
    """Neither the card nor the data can put anything into the file that acts."""
    runs = make_runs()
    text = "</style><script>alert(1)</script>"
    runs[RUN_IDS[1]] = dataclasses.replace(runs[RUN_IDS[1]], params={text: text}, run_name=text)
    facts = make_facts(runs=runs)
    facts = dataclasses.replace(
        facts, identity=dataclasses.replace(facts.identity, model=text, description=text)
    )
    for words in [*HOSTILE_MARKDOWN, f"---\nowner: '{text}'\n---\n{text}"]:
        document = CardDocument(
            facts=facts, card=make_card(words), gaps=(text,), plots={text: DATA}
        )
        html = render_card_document(document)
        body = html.split("</head>")[1]
        active = [thing for thing in find_active_content(body) if DATA not in thing]
        assert active == []
        assert html.count("</style>") == 1


def test_pictures_become_data_addresses(tmp_path):
    """Known kinds of bounded size are embedded; everything else is left out."""
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "b.exe").write_bytes(PNG)
    with (tmp_path / "big.png").open("wb") as file:
        file.truncate(9 * 1024 * 1024)
    names = ("a.png", "b.exe", "big.png", "gone.png")
    embedded = embed_pictures([Figure(name, tmp_path / name) for name in names])
    assert list(embedded) == ["a.png"]
    assert embedded["a.png"].startswith("data:image/png;base64,iVBOR")


def test_a_browser_that_prints_nothing_is_an_error(tmp_path, monkeypatch):
    """A program that is no browser is named, with what it said."""
    program = tmp_path / "browser"
    program.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("RUNSITE_CHROMIUM", str(program))
    with pytest.raises(CardError) as caught:
        write_pdf("<p>x</p>", path=tmp_path / "card.pdf")
    assert str(caught.value) == f"the browser printed nothing: broken\n  where: {program}"
    assert not (tmp_path / "card.pdf").exists()
