from __future__ import annotations

import pytest

from runsite.errors import InvalidValueError, NotFoundError
from runsite.registry.document import parse_document
from runsite.registry.parse import parse_registry
from runsite.registry.versions import resolve_model_uri
from support.registries import REGISTRY

NAME = "nyc-taxi-regressor"
SHAPE = "write models:/NAME/VERSION, models:/NAME/STAGE or models:/NAME@ALIAS"
ONE = parse_registry(parse_document(REGISTRY)).registry
FREE = REGISTRY.replace("Production: 1 ", "Production: 2 ").replace("      Staging: 2\n", "")
OTHER = parse_registry(parse_document(FREE)).registry


@pytest.mark.parametrize(
    ("uri", "registry", "version"),
    [
        (f"models:/{NAME}/2", ONE, 2),
        (f"models:/{NAME}/Production", ONE, 1),
        (f"models:/{NAME}/production", ONE, 1),
        (f"models:/{NAME}/latest", ONE, 2),
        (f"models:/{NAME}@champion", ONE, 1),
        (f"models://{NAME}/1", ONE, 1),
        (f"models:/{NAME}/None", OTHER, 1),
    ],
)
def test_a_uri_names_a_version(uri, registry, version):
    """Numbers, stages in any case, aliases and latest all lead to one version."""
    assert resolve_model_uri(uri, registry).version == version


@pytest.mark.parametrize(
    ("uri", "kind", "message"),
    [
        (
            "models:/x",
            InvalidValueError,
            f"'models:/x' names no registered model\n  hint:  {SHAPE}",
        ),
        (
            f"models:/{NAME}/Archived",
            NotFoundError,
            f"model '{NAME}' has no version in stage Archived",
        ),
        (
            f"models:/{NAME}@challenger",
            NotFoundError,
            f"model '{NAME}' has no alias 'challenger'\n  hint:  its aliases are champion",
        ),
        (
            f"models:/{NAME}/Prod",
            InvalidValueError,
            "unknown stage 'Prod'\n  hint:  use one of: Staging, Production, Archived, None",
        ),
    ],
)
def test_a_uri_that_leads_nowhere_says_what_there_is(uri, kind, message):
    """The message is whole: value, and what could be meant."""
    with pytest.raises(kind) as caught:
        resolve_model_uri(uri, ONE)

    assert str(caught.value) == message


def test_a_stage_that_nobody_holds_is_not_found():
    """An empty stage names the ones that are held."""
    with pytest.raises(NotFoundError) as caught:
        resolve_model_uri(f"models:/{NAME}/Staging", OTHER)

    assert str(caught.value) == (
        f"no version of model '{NAME}' is in stage 'Staging'\n  hint:  its stages are Production: 2"
    )
