"""docs/configuration.md lists every setting, and nothing that is not one."""

from __future__ import annotations

import dataclasses
import re

from runsite.config import CardConfig, Config, SiteConfig, parse_config
from support.docs import parse_blocks
from support.repository import ROOT

TEXT = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
NOT_SETTINGS = {"folder", "explicit", "site", "cards"}


def test_the_table_holds_every_setting():
    """A setting that the code knows has its row, and a row its setting."""
    told = set(re.findall(r"^\| `([a-z_.]+)` \|", TEXT, flags=re.MULTILINE))
    known = {f.name for f in dataclasses.fields(Config)} - NOT_SETTINGS
    known |= {f"site.{f.name}" for f in dataclasses.fields(SiteConfig)}
    known |= {f"cards.{f.name}" for f in dataclasses.fields(CardConfig)}
    assert told == known | {"format"}


def test_the_example_sets_every_one():
    """The example on the page is valid, and differs from the default in each setting."""
    example = parse_config(next(b.text for b in parse_blocks(TEXT) if b.language == "yaml"))
    plain = Config()
    for holder, default in ((example.site, plain.site), (example.cards, plain.cards)):
        for field in dataclasses.fields(holder):
            assert getattr(holder, field.name) != getattr(default, field.name), field.name
    assert (example.store, example.registry) != (plain.store, plain.registry)
