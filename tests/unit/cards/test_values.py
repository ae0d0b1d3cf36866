from __future__ import annotations

import re

from runsite.cards.references import resolve_reference
from runsite.cards.values import make_values
from support.cards import make_facts
from support.repository import ROOT


def test_facts_have_the_names_that_the_documentation_lists():
    """A card can name everything that its page shows."""
    values = make_values(make_facts())
    assert values["model.version"] == 2
    assert values["model.size"] == "2.2 kB"
    assert values["metrics.rmse[borough=Queens]"] == 7.9
    assert values["metrics.rmse.low"] == 6.5
    assert values["params.max_depth"] == "29"
    assert values["tags.developer"] == "Nadia"
    assert values["data.eval.rows"] == 61921
    assert values["code.dirty"] is True
    assert values["packages.xgboost"] == "3.2.0"
    assert values["run.experiment"] == "nyc-taxi"
    assert values["previous.version"] == values["production.version"] == 1
    assert values["previous.metrics.rmse"] == 6.61


def read_documented_names() -> set[str]:
    """Return the names of the table in docs/cards.md, ``.member`` joined to its group."""
    text = (ROOT / "docs" / "cards.md").read_text(encoding="utf-8")
    table = text.split("## Facts in a sentence")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.*`) \| [^|]+ \|$", table, re.MULTILINE)
    names = set()
    for row in rows:
        group = ""
        for name in re.findall(r"`([^`]+)`", row):
            group = group if name.startswith(".") else name.rpartition(".")[0]
            names.add(f"{group}{name}" if name.startswith(".") else name)
    return names


def test_the_documentation_lists_the_groups_and_members_that_there_are():
    """Every name of the table gives a fact, and every group of facts is in the table."""
    values = make_values(make_facts())
    examples = {"KEY": "rmse", "SLICE": "borough=Queens", "CONTEXT": "eval", "NAME": "xgboost"}
    documented = read_documented_names()
    assert {name.partition(".")[0] for name in values} == {
        name.partition(".")[0] for name in documented
    }
    for word, example in examples.items():
        documented = {name.replace(word, example) for name in documented}
    assert documented - set(values) == {"params.rmse", "tags.rmse"}


def test_what_cannot_be_known_is_a_dash_and_no_mistake():
    """The first version has none before it, and a lost run has no metrics: the card is shared."""
    first = make_values(make_facts(version=1))
    assert resolve_reference("previous.metrics.rmse", values=first) == "–"
    lost = make_values(make_facts(runs={}, estimates=()))
    assert resolve_reference("metrics.rmse", values=lost) == "–"
    assert resolve_reference("model.nmae", values=lost) is None


def test_a_run_whose_metric_shares_a_key_with_an_estimate_keeps_its_own_value():
    """The name alone is what the run logged; an evaluation's is named by its interval and slice."""
    values = make_values(make_facts())
    assert round(values["metrics.rmse"], 2) == 6.51
    assert values["metrics.rmse.high"] == 6.72
