from __future__ import annotations

from runsite.cards.references import resolve_reference
from runsite.cards.values import make_values
from support.cards import make_facts


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
