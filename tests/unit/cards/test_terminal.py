from __future__ import annotations

import json
import time

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.cards.terminal import render_terminal
from support.hostile import HOSTILE_MARKDOWN

TEXT = """\
# Title

A paragraph that is long enough to be wrapped at forty characters.

> [!NOTE]
> Read *this*.

1. one
   - [x] done
   - [ ] open
2. two

| a | long column |
|---|------------:|
| 1 | 2           |

```python
x = 1
```

See [the paper](https://example.org) and https://example.org/x, ![a curve](c.png).[^1]

<p align="center">centred<br>words</p>

---

[^1]: A note.
"""


def test_a_card_is_laid_out_for_the_width():
    """Headings, lists, tables, code, links and notes can be read without a browser."""
    assert render_terminal(TEXT, width=40).split("\n") == [
        "Title",
        "",
        "A paragraph that is long enough to be",
        "wrapped at forty characters.",
        "",
        "│ NOTE:",
        "│ Read this.",
        "",
        "1. one",
        "   ☑ done",
        "   ☐ open",
        "",
        "2. two",
        "",
        "a  long column",
        "1  2",
        "",
        "    x = 1",
        "",
        "See the paper (https://example.org) and",
        "https://example.org/x, [picture: a",
        "curve].[1]",
        "",
        "centred",
        "words",
        "",
        "────────────────────────────────────────",
        "",
        "[1] A note.",
        "",
    ]


def is_safe(text: str) -> bool:
    return all(char == "\n" or char.isprintable() for char in text)


def test_nothing_steers_the_terminal():
    """Escapes, bells, carriage returns and direction marks are shown, not obeyed."""
    shown = render_terminal("a\x1b[31mred\x1b[0m \x07 \u202e \x9b2J\n\n    \x1b]0;t\x07\n")
    assert is_safe(shown)
    assert "\\x1b[31mred" in shown
    assert "\\u202e" in shown


@given(st.text(max_size=200), st.integers(1, 200))
def test_every_text_can_be_shown(text, width):
    """No Markdown makes the layout fail, and none gets a control character through."""
    assert is_safe(render_terminal(text, width=width))


def test_hostile_markdown_is_shown_as_text():
    """The strings that try to act in a browser do nothing here either."""
    for text in HOSTILE_MARKDOWN:
        assert is_safe(render_terminal(text))


@pytest.mark.parametrize("piece", ["<!-- ", "<img ", "</p "])
def test_html_made_to_keep_the_layout_busy_does_not(piece):
    """Tags and comments that nobody ends are shown, in a time that grows with their length."""
    costs = []
    for count in (20_000, 80_000):
        start = time.process_time()
        shown = render_terminal("<div>\n<b>x</b> " + piece * count, width=10_000_000)
        costs.append(time.process_time() - start)
    # Four times the text would cost sixteen times as much if each piece were looked for to the end.
    assert costs[1] < 10 * costs[0] + 0.5
    assert shown.split()[0] == "x"
    assert shown.count(piece.strip()) == 80_000


def test_the_real_cards_and_strange_strings_are_shown(shared_data):
    """Cards as people wrote them, and strings that break things, are laid out."""
    strings = json.loads((shared_data / "naughty" / "blns.json").read_text(encoding="utf-8"))
    cards = [p.read_text(errors="replace") for p in (shared_data / "cards").glob("*.md")]
    for text in [*strings, *cards]:
        assert is_safe(render_terminal(text))


def test_styles_are_the_callers():
    """A terminal gets bold headings, a file none."""
    assert "\x1b[1m" in render_terminal("## a", style=click.style)
    assert render_terminal("## a") == "a\n"
