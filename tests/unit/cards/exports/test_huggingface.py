from __future__ import annotations

import dataclasses
import math

import pytest
import yaml
from huggingface_hub import ModelCard

from runsite.cards import parse_card
from runsite.cards.exports.huggingface import format_huggingface, make_huggingface_meta
from runsite.cards.facts import Estimate
from support.cards import RUN_IDS, make_card, make_facts, make_runs


def load(text: str) -> tuple[ModelCard, dict]:
    """Read a card as the hub does, and its front matter as it is written."""
    return ModelCard(text), yaml.safe_load(text.split("---\n")[1])


def test_the_hub_reads_the_card_and_writes_the_same_metadata():
    """`model-index` becomes evaluation results, and comes back from them as it was."""
    text = format_huggingface(make_facts(), card=make_card())
    card, written = load(text)
    assert card.data.to_dict() == written
    assert ModelCard(str(card)).data.to_dict() == written
    assert yaml.safe_load(card.data.to_yaml()) == written
    assert card.data.license == "apache-2.0"
    assert card.data.pipeline_tag == "tabular-regression"
    assert card.data.library_name == "xgboost"
    assert card.data.tags == ["taxi", "python_function", "xgboost", "runsite"]


def test_results_name_their_data_split_and_slice():
    """Each result says what it was measured on, so that two of one metric stay apart."""
    card, _ = load(format_huggingface(make_facts(), card=make_card()))
    results = [
        (r.metric_type, r.metric_value, r.dataset_name, r.dataset_split, r.dataset_config)
        for r in card.data.eval_results
    ]
    assert results == [
        ("rmse", pytest.approx(6.51), "green-2021-02", None, None),
        ("rmse", 6.61, "green-2021-02", "test", None),
        ("rmse", 7.9, "green-2021-02", "test", "borough=Queens"),
        ("mae", 4.2, "green-2021-01", "train", None),
    ]
    assert {r.task_type for r in card.data.eval_results} == {"tabular-regression"}


def test_an_empty_item_of_a_list_is_no_tag():
    """A dash with nothing behind it does not become a tag of its own."""
    card = make_card("---\ntags:\n- solo\n-\n---\n")
    meta = make_huggingface_meta(make_facts(), card=card)
    assert meta["tags"] == ["solo", "python_function", "xgboost", "runsite"]


def test_what_the_author_wrote_wins_and_stays():
    """Keys that runsite does not know travel on, empty ones do not, lists are joined."""
    card = make_card(
        "---\nlicence: mit\nlibrary_name: custom\ntags: solo\nlanguage: no\nthumbnail:\n"
        "base_model: org/base\nmodel-index: broken\n---\n"
    )
    meta = make_huggingface_meta(make_facts(), card=card)
    assert meta["license"] == "mit"
    assert meta["library_name"] == "custom"
    assert meta["tags"] == ["solo", "python_function", "xgboost", "runsite"]
    assert (meta["language"], meta["base_model"]) == ("no", "org/base")
    assert "thumbnail" not in meta
    assert isinstance(meta["model-index"], list)
    _, written = load(format_huggingface(make_facts(), card=card))
    assert written["language"] == "no"


def test_numbers_that_the_hub_cannot_take_are_left_out():
    """NaN and infinities are no results; a version without any has no model-index."""
    estimates = (Estimate("rmse", math.nan, split="test"),)
    runs = make_runs()
    runs[RUN_IDS[1]] = dataclasses.replace(runs[RUN_IDS[1]], metrics={})
    facts = make_facts(runs=runs, estimates=estimates)
    assert "model-index" not in make_huggingface_meta(facts, card=None)


def test_data_that_was_not_recorded_is_said_to_be():
    """The hub demands a name: no data set is invented."""
    runs = make_runs()
    runs[RUN_IDS[1]] = dataclasses.replace(runs[RUN_IDS[1]], inputs=())
    card, written = load(format_huggingface(make_facts(runs=runs), card=None))
    assert {r.dataset_name for r in card.data.eval_results} == {"not recorded"}
    assert card.data.to_dict() == written


def test_the_real_cards_survive_the_export(shared_data):
    """Front matter as people wrote it can be read by the hub's library after the export."""
    for path in sorted((shared_data / "cards").glob("*.md")):
        card = parse_card(path.read_bytes().decode("utf-8", "replace"), path=path)
        if "{{" in card.body:
            continue  # a template, not a card
        hub, written = load(format_huggingface(make_facts(), card=card))
        assert hub.data.to_dict() == written, path.name
        assert hub.data.model_name == "nyc-taxi-regressor"
