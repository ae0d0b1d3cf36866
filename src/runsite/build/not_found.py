"""The page for missing addresses, which a server shows at any depth: it needs no file beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from runsite.build.workshop import Workshop
from runsite.pages.plain import assemble_not_found_page

__all__ = ["write_not_found"]

STYLES = ("bundles/site.css", "custom.css")
SCRIPT = "bundles/missing.js"
# A file that styles name beside themselves is not beside this page.
_FILES = re.compile(r"""url\(\s*(?!["']?(?:data:|#))[^)]*\)""", re.IGNORECASE)


def write_not_found(shop: Workshop, assets: Mapping[str, bytes]) -> None:
    """Write the page.

    Args:
        shop: The build.
        assets: Path below ``assets/`` → content.
    """
    texts = [assets[name].decode("utf-8", "replace") for name in STYLES if name in assets]
    path = urlsplit(shop.options.base_url).path
    page = assemble_not_found_page(
        site=shop.site,
        base_path=f"{path.rstrip('/')}/" if shop.options.base_url else "",
        styles=_FILES.sub("none", "\n".join(texts)),
        script=assets[SCRIPT].decode("utf-8", "replace"),
    )
    shop.write_page(page)
