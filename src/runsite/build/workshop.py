"""What the parts of one build share: settings, templates, data and the writer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from jinja2 import Environment

from runsite.build.options import BuildOptions
from runsite.build.reading import SiteData
from runsite.output.writer import SiteWriter
from runsite.pages.context import Site
from runsite.render.page import Page, render_page
from runsite.render.pressing import PressSettings

__all__ = ["Workshop"]


@dataclass(frozen=True, slots=True)
class Workshop:
    """One build at work. Lives for that build; one thread.

    Attributes:
        code: Digest of all inputs but the data.
        press: What is the same for all run pages, wherever they are made.
        pictures: The pictures for link previews that were written so far.
    """

    options: BuildOptions
    site: Site
    data: SiteData
    environment: Environment
    writer: SiteWriter
    code: str
    press: PressSettings
    pictures: list[str] = field(default_factory=list)

    def make_key(self, *inputs: object) -> str:
        """Digest what a file is made from; the code and the settings are always part of it."""
        text = repr((self.code, self.site.n_models, self.site.run_page, inputs))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def write_page(self, page: Page, *, key: str = "") -> None:
        """Render a page and write it where it belongs."""
        self.writer.write(page.meta.path, render_page(self.environment, page), key=key)

    def write_text(self, path: str, content: str) -> None:
        """Write text for programs; what a badly decoded name left over becomes a question mark."""
        self.writer.write(path, content.encode("utf-8", "replace"))

    def write_data(self, path: str, content: str | Callable[[], str], *, key: str = "") -> str:
        """Write a data shard; returns its address with a mark that changes with the content.

        Args:
            path: From the site's root.
            content: The shard, or what makes it: only asked where the file of the build before
                was not made from the same inputs.
            key: Digest of all that the shard is made from; empty where it must be made anew.
        """
        if not self.writer.keep(path, key=key):
            text = content if isinstance(content, str) else content()
            self.writer.write(path, text, key=key)
        return f"{path}?v={self.writer.files[path].sha256[:10]}"
