"""ARCHITECTURE.md is the architecture: what it says of layers and places is what is enforced."""

from __future__ import annotations

import re
import tomllib

from support.repository import ROOT

TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_the_table_of_layers_is_the_contract():
    """The page's layers, top to bottom, are those that `lint-imports` holds."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {c["id"]: c for c in project["tool"]["importlinter"]["contracts"]}
    held = [set(re.findall(r"\w+", line)) for line in contracts["layers"]["layers"]]
    table = TEXT[TEXT.index("| layer |") :].split("\n\n")[0].splitlines()[2:]
    told = [set(re.findall(r"`(\w+)`", re.split(r"(?<!\\)\|", row)[1])) for row in table]
    assert told == held


def test_the_places_that_it_names_exist():
    """A file that the page points at is there; ``<name>`` stands for any."""
    package = ROOT / "src" / "runsite"
    missing = []
    for path in re.findall(r"`([\w./<>-]+/[\w./<>-]*)`", TEXT):
        pattern = re.sub(r"<\w+>", "*", path).rstrip("/").removeprefix("runsite/")
        if not any(any(base.glob(pattern)) for base in (ROOT, package)):
            missing.append(path)
    assert missing == []
