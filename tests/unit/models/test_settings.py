"""The settings of a model made by code."""

from __future__ import annotations

from pathlib import Path

import pytest

from runsite.errors import InvalidValueError, NotFoundError
from runsite.models import ModelConfig


def test_a_file_under_development_brings_its_own_settings(tmp_path: Path):
    """Nobody gives any: development_config counts, a mapping or a YAML file."""
    (tmp_path / "own.yaml").write_text("factor: 7")
    assert ModelConfig(development_config=tmp_path / "own.yaml").get("factor") == 7
    config = ModelConfig(development_config={"factor": 2})
    assert config.to_dict() == {"factor": 2}
    with pytest.raises(NotFoundError) as caught:
        config.get("depth")
    assert str(caught.value) == "no setting 'depth'\n  hint:  those that exist: factor"
    with pytest.raises(InvalidValueError) as empty:
        ModelConfig()
    assert str(empty.value) == (
        "the model has no settings\n"
        "  hint:  give model_config= to log_model or load_model, or development_config= here"
    )


@pytest.mark.parametrize("text", ["a: [", "2026-13-45", "!!bool x"])
def test_settings_that_yaml_cannot_make_are_one_clear_error(tmp_path: Path, text: str):
    """Its constructors raise errors of many kinds; the file is named for each."""
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(InvalidValueError, match="cannot read the settings of a model"):
        ModelConfig(development_config=tmp_path / "own.yaml")
