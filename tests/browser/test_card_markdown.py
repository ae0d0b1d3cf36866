"""Markdown of cards in a real browser, whose parser has the last word on what runs."""

from __future__ import annotations

import json

import pytest

from runsite.cards import render_markdown
from support.hostile import HOSTILE_MARKDOWN

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>t</title>
<script>
window.ran = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"]) {{
  window[name] = (...args) => window.ran.push(name);
}}
</script><main>{body}</main></html>"""

LOOK = """() => {
  const bad = [];
  for (const element of document.querySelectorAll("main *")) {
    const tag = element.localName;
    if (["script", "iframe", "object", "embed", "style", "form", "input", "link", "meta", "base",
         "svg", "video", "audio", "button", "noscript", "template"].includes(tag)) bad.push(tag);
    for (const attribute of element.attributes) {
      if (/^on|^style$|^srcdoc$|^srcset$/i.test(attribute.name)) bad.push(attribute.name);
    }
    if (tag === "img") bad.push(`img ${element.src}`);
    if (element.href && !["", "http:", "https:", "mailto:", "file:"].includes(element.protocol)) {
      bad.push(element.href);
    }
  }
  for (const element of document.querySelectorAll("main *")) {
    for (const kind of ["click", "mouseover", "mouseenter", "focus", "error", "load", "toggle"]) {
      element.dispatchEvent(new Event(kind, { bubbles: false, cancelable: true }));
    }
  }
  return [...bad, ...window.ran];
}"""


def open_texts(open_site, tmp_path, texts: list[str]) -> list[str]:
    """Render every text into one page, open it, and return what could act or did."""
    body = "\n".join(
        f"<section>{render_markdown(text, id_prefix=f'c{index}-', figures={})}</section>"
        for index, text in enumerate(texts)
    )
    (tmp_path / "index.html").write_text(PAGE.format(body=body), encoding="utf-8")
    page = open_site(tmp_path)
    page.wait_for_timeout(100)
    return page.evaluate(LOOK)


def test_the_look_sees_what_runs(chromium, tmp_path):
    """The check itself can fail: an unsanitised payload is noticed."""
    (tmp_path / "index.html").write_text(
        PAGE.format(body="<p onclick='alert(1)'>a</p><a href='javascript:1'>b</a>"),
        encoding="utf-8",
    )
    page = chromium.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    found = page.evaluate(LOOK)
    page.close()
    assert found == ["onclick", "javascript:1", "alert"]


def test_hostile_markdown_executes_nothing(open_site, tmp_path):
    """The payloads of the unit tests are inert in a browser, alone and one after another."""
    assert (
        open_texts(
            open_site,
            tmp_path,
            [*HOSTILE_MARKDOWN, "\n\n".join(HOSTILE_MARKDOWN), "".join(HOSTILE_MARKDOWN)],
        )
        == []
    )


def test_known_payloads_execute_nothing(open_site, tmp_path, shared_data):
    """Thousands of published payloads, rendered into one page, run and fetch nothing."""
    folder = shared_data / "naughty"
    lines = (folder / "xss-payload-list.txt").read_text(errors="replace").splitlines()
    strings = lines + json.loads((folder / "blns.json").read_text(encoding="utf-8"))
    assert open_texts(open_site, tmp_path, [*strings, "\n".join(lines)]) == []
