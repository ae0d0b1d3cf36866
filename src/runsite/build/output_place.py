"""Where a site may be written: never among what it is made from."""

from __future__ import annotations

from pathlib import Path

from runsite.build.options import BuildOptions
from runsite.errors import BuildError, quote

__all__ = ["check_output"]

_HINT = "name a folder of its own: --output site"


def check_output(options: BuildOptions, *, store: Path) -> None:
    """Refuse an output folder in which pages would mix with their sources.

    Args:
        options: What to build.
        store: The store's folder.

    Raises:
        BuildError: The output lies in the store, the cards or the theme, or around the store.
    """
    output = options.output.resolve()
    config = options.config
    sources = {"store": store, "folder of cards": config.folder / config.cards.folder}
    if config.site.theme:
        sources["theme"] = config.folder / config.site.theme
    for what, folder in sources.items():
        if output.is_relative_to(folder.resolve()):
            raise BuildError(
                f"the output {quote(str(options.output))} lies in the {what} {quote(str(folder))}",
                hint=_HINT,
            )
    if store.resolve().is_relative_to(output):
        raise BuildError(
            f"the output {quote(str(options.output))} holds the store {quote(str(store))}",
            hint=_HINT,
        )
