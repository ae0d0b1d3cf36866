"""What saving, logging and loading have in common."""

from __future__ import annotations

import importlib
import importlib.metadata

import pytest


@pytest.mark.parametrize(
    ("flavor", "library"),
    [
        ("sklearn", "sklearn"),
        ("xgboost", "xgboost"),
        ("lightgbm", "lightgbm"),
        ("pyfunc", "cloudpickle"),
    ],
)
def test_each_flavor_tells_what_its_models_need(flavor, library):
    """Code that writes an environment by hand begins with the flavor's own requirements."""
    module = importlib.import_module(f"runsite.{flavor}")
    (name,) = set(importlib.metadata.packages_distributions()[library])
    needed = f"{name}=={importlib.metadata.version(name)}"
    assert module.get_default_pip_requirements() == [needed]
    environment = module.get_default_conda_env()
    assert environment["channels"] == ["conda-forge"]
    assert environment["dependencies"][-1] == {"pip": [needed]}


def test_a_pickled_model_s_requirements_are_asked_for_by_an_argument():
    """MLflow's include_cloudpickle adds the library that the model is pickled by."""
    from runsite.sklearn import get_default_conda_env, get_default_pip_requirements

    names = [
        line.partition("==")[0] for line in get_default_pip_requirements(include_cloudpickle=True)
    ]
    assert names == ["cloudpickle", "scikit-learn"]
    (pip,) = get_default_conda_env(include_cloudpickle=True)["dependencies"][2:]
    assert pip == {"pip": get_default_pip_requirements(include_cloudpickle=True)}
