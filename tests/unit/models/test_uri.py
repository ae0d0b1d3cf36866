"""The URIs of models."""

from __future__ import annotations

import pytest

from runsite.errors import InvalidValueError
from runsite.models.uri import ModelIdUri, PathUri, RegisteredUri, RunUri, parse_model_uri


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("runs:/abc/models", RunUri("abc", "models")),
        ("runs:/abc/deep//model/", RunUri("abc", "deep/model")),
        ("models:/taxi/Production", RegisteredUri("taxi")),
        ("models:/taxi/3", RegisteredUri("taxi")),
        ("models:/taxi@champion", RegisteredUri("taxi")),
        ("models:/m-" + "0a" * 16, ModelIdUri("m-" + "0a" * 16)),
        ("some/folder", PathUri("some/folder")),
        ("/abs/folder", PathUri("/abs/folder")),
        ("file:///abs/a%20b", PathUri("/abs/a b")),
    ],
)
def test_each_form_is_told_from_the_others(text, expected):
    """A run's model, a registered one, a model id and a path are told apart."""
    assert parse_model_uri(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "runs:/abc",
        "runs:/abc/../x",
        "models:/taxi",
        "models:/",
        "s3://bucket/m",
        "models:/a/b/c",
    ],
)
def test_what_names_no_model_is_refused_with_the_forms(text):
    """A URI of another kind is answered by what to write instead."""
    with pytest.raises(InvalidValueError) as caught:
        parse_model_uri(text)
    assert "runs:/<run_id>/<path>" in str(caught.value.hint)
