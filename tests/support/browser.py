"""Pages in a real Chromium that fail their test when anything goes wrong on them.

A console error, an exception in a script, a failed request and a request to anywhere outside
the site are each a problem; a test that opened a page fails at its end when there was one.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from support.chromium import FLAGS, find_chromium
from support.static_server import serve_folder

__all__ = ["SiteWatch", "browser_page", "chromium", "open_site", "serve_site", "wait_until"]

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
HARMLESS_SCHEMES = {"about", "blob", "data"}
PATIENCE_S = 30


class SiteWatch:
    """Collects what goes wrong on a page. One per page; lives as long as its test.

    Attributes:
        root: Folder that ``file:`` requests must stay in; None allows every file.
        base: Address that all other requests must begin with; empty allows this machine's.
        missing: Addresses of which a server may say that they do not exist.
        problems: What went wrong so far, one line each.
    """

    def __init__(self, page, *, root: Path | None = None, base: str = "") -> None:
        self.root = root.resolve() if root else None
        self.base = base
        self.missing: set[str] = set()
        self.problems: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"exception: {error}"))
        page.on("request", self._on_request)
        page.on("requestfailed", self._on_failed)

    def _on_console(self, message) -> None:
        address = message.location["url"].partition("?")[0]
        if "status of 404" in message.text and address in self.missing:
            return
        if message.type in {"error", "warning"}:
            self.problems.append(f"console {message.type}: {message.text}")

    def _on_request(self, request) -> None:
        if not self._is_inside(request.url):
            self.problems.append(f"request outside the site: {request.url}")

    def _on_failed(self, request) -> None:
        # Going on to the next page aborts what the last one still loads.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"request failed: {request.url} ({request.failure})")

    def _is_inside(self, url: str) -> bool:
        parts = urlsplit(url)
        if parts.scheme in HARMLESS_SCHEMES:
            return True
        if parts.scheme == "file":
            path = Path(unquote(parts.path))
            return self.root is None or path.is_relative_to(self.root)
        return url.startswith(self.base) if self.base else parts.hostname in LOOPBACK


@pytest.fixture(scope="session")
def chromium():
    """Return one browser (Playwright, sync API) for all tests of a worker."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium: `make browser` installs one, RUNSITE_CHROMIUM names one")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, headless=True, args=list(FLAGS), chromium_sandbox=False
        )
        yield browser
        browser.close()


@pytest.fixture
def browser_page(chromium) -> Iterator:
    """Return an empty page; the test fails when anything goes wrong on it."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    watch = SiteWatch(page)
    yield page
    context.close()
    assert watch.problems == []


@pytest.fixture
def open_site(chromium) -> Iterator[Callable]:
    """Return ``open_site(folder, path="index.html", **context_options) -> Page``, from disk.

    Requests must stay in the folder; ``context_options`` are Playwright's, such as
    ``color_scheme="dark"`` or ``viewport={"width": 390, "height": 844}``.
    """
    opened: list[tuple[object, SiteWatch]] = []

    def open_page(folder, *, path: str = "index.html", **options):
        options.setdefault("viewport", {"width": 1280, "height": 900})
        context = chromium.new_context(locale="en-GB", **options)
        page = context.new_page()
        opened.append((context, SiteWatch(page, root=Path(folder))))
        page.goto(f"{Path(folder).resolve().as_uri()}/{path}")
        return page

    yield open_page
    for context, _ in opened:
        context.close()
    assert [problem for _, watch in opened for problem in watch.problems] == []


@pytest.fixture
def serve_site(chromium) -> Iterator[Callable]:
    """Return ``serve_site(folder, path="", missing=False, **context_options) -> Page``.

    The folder is served on loopback under a sub-path, as a project's site on GitHub Pages is;
    requests must stay below it. ``missing`` says that the path is of no file of the site: the page
    that is shown instead may look for the site's icon in the folders above it.
    """
    opened: list[tuple[object, SiteWatch]] = []
    with contextlib.ExitStack() as stack:
        addresses: dict[Path, str] = {}

        def open_page(folder, *, path: str = "", missing: bool = False, **options):
            if folder not in addresses:
                addresses[folder] = stack.enter_context(serve_folder(Path(folder)))
            base = addresses[folder]
            options.setdefault("viewport", {"width": 1280, "height": 900})
            context = chromium.new_context(locale="en-GB", **options)
            page = context.new_page()
            watch = SiteWatch(page, base=base)
            if missing:
                watch.missing.add(base + path)
                *folders, _ = path.split("/")
                watch.missing |= {
                    f"{base}{'/'.join(folders[: depth + 1])}/assets/icon.svg"
                    for depth in range(len(folders))
                }
            opened.append((context, watch))
            page.goto(base + path)
            return page

        yield open_page
        for context, _ in opened:
            context.close()
    assert [problem for _, watch in opened for problem in watch.problems] == []


def wait_until(page, expression: str) -> None:
    """Wait until a JavaScript expression holds on a page.

    Playwright's ``wait_for_function`` asks again from inside the page, where the site's
    Content-Security-Policy forbids the evaluation of text; this asks from outside.
    """
    end = time.monotonic() + PATIENCE_S
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < end, f"never true: {expression}"
        page.wait_for_timeout(20)
