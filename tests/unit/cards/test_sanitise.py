from __future__ import annotations

import pytest

from runsite.cards.sanitise import classify_url, resolve_figure, sanitise_html


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("#a", "fragment"),
        ("a.png", "relative"),
        ("../a/b.md#c:d", "relative"),
        ("/root", "relative"),
        ("?q=a:b", "relative"),
        ("", "relative"),
        ("https://example.org", "web"),
        ("HTTP://example.org", "web"),
        ("mailto:a@example.org", "mail"),
        ("javascript:alert(1)", "unsafe"),
        (" java\nscript:alert(1)", "unsafe"),
        ("\x01javascript:alert(1)", "unsafe"),
        ("data:image/png;base64,AA==", "unsafe"),
        ("file:///etc/passwd", "unsafe"),
        ("C:\\x.png", "unsafe"),
        ("//example.org/x", "unsafe"),
        ("\\\\example.org\\x", "unsafe"),
        ("/\\example.org", "unsafe"),
    ],
)
def test_an_address_is_read_as_a_browser_reads_it(url, kind):
    """Only what a browser would take for it counts as relative, web or mail."""
    assert classify_url(url) == kind


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("a.png", "1.png"),
        ("b%20c.png", "2.png"),
        ("b c.png", "2.png"),
        ("d.png", None),
        ("https://example.org/a.png", None),
    ],
)
def test_a_picture_is_found_as_written_or_decoded(source, address):
    """Markdown encodes a space in an address; the author's file has it."""
    assert resolve_figure(source, figures={"a.png": "1.png", "b c.png": "2.png"}) == address


def test_a_picture_without_an_address_is_gone():
    """What cannot be shown leaves no empty frame, also where the raw tag was malformed."""
    assert sanitise_html('a<img src="data:x" alt="b > c">b', id_prefix="c-") == "ab"


def test_classes_of_the_page_cannot_be_borrowed():
    """A card cannot dress its words as a part of the page around it."""
    clean = sanitise_html('<div class="navbar math"><p class="x">a</p></div>', id_prefix="c-")
    assert clean == '<div class="math"><p class="">a</p></div>'
