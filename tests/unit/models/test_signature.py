"""The forms of a signature: inside MLmodel, and in a run's record."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.errors import ModelError
from runsite.models.schema import (
    AnyType,
    Array,
    ColSpec,
    DataType,
    Map,
    Object,
    ParamSchema,
    ParamSpec,
    Property,
    Schema,
    TensorSpec,
)
from runsite.models.signature import ModelSignature, format_signature, parse_signature

scalars = st.sampled_from(list(DataType))
types = st.recursive(
    scalars | st.just(AnyType()),
    lambda inner: (
        inner.map(Array)
        | inner.map(Map)
        | st.dictionaries(st.text(min_size=1), st.tuples(inner, st.booleans()), min_size=1).map(
            lambda fields: Object(
                tuple(Property(k, t, required=r) for k, (t, r) in sorted(fields.items()))
            )
        )
    ),
    max_leaves=5,
)
column_schemas = st.dictionaries(
    st.text(), st.tuples(types, st.booleans()), min_size=1, max_size=5
).map(lambda d: Schema(tuple(ColSpec(t, name, required=r) for name, (t, r) in d.items())))
tensor_schemas = st.tuples(
    st.sampled_from(["float64", "int32", "str"]), st.lists(st.integers(-1, 9), max_size=3)
).map(lambda pair: Schema((TensorSpec(pair[0], tuple(pair[1])),)))
params = st.dictionaries(st.text(), st.integers() | st.text(), min_size=1, max_size=3).map(
    lambda d: ParamSchema(
        tuple(
            ParamSpec(k, DataType.long if isinstance(v, int) else DataType.string, default=v)
            for k, v in d.items()
        )
    )
)
signatures = st.builds(
    ModelSignature,
    inputs=st.none() | column_schemas | tensor_schemas,
    outputs=st.none() | tensor_schemas,
    params=st.none() | params,
)


@given(signatures)
def test_survives_the_mlmodel_form(signature):
    """Whatever a signature says is the same after writing and reading it."""
    assert ModelSignature.from_dict(signature.to_dict()) == signature


@given(signatures)
def test_survives_the_records_form(signature):
    """The text in a run's record holds all of the signature."""
    assert parse_signature(format_signature(signature)) == signature


def test_no_signature_is_the_empty_text():
    """A model without a signature leaves no text in the record."""
    assert format_signature(None) == ""
    assert parse_signature("") is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"inputs": "{"}, "the signature's inputs are not JSON"),
        ({"inputs": '{"a": 1}'}, "a schema is a list of inputs"),
        ({"inputs": "[1]"}, "an input of a signature is a mapping"),
        ({"inputs": '[{"name": "a"}]'}, "an input of a signature has no 'type'"),
        ({"inputs": '[{"type": "decimal", "name": "a"}]'}, "unknown column type 'decimal'"),
        (
            {"inputs": '[{"type": "tensor", "tensor-spec": {"dtype": "f", "shape": "x"}}]'},
            "a shape",
        ),
        (
            {"inputs": '[{"type": "long"}, {"type": "long", "name": "a"}]'},
            "name every input of a schema or none",
        ),
        ({"params": '[{"name": "a", "type": "long"}, {"name": "a", "type": "long"}]'}, "twice"),
    ],
)
def test_hostile_signatures_are_model_errors(data, message):
    """A broken signature in a downloaded model is a message, never a traceback from inside."""
    with pytest.raises(ModelError, match=message):
        ModelSignature.from_dict(data)


def test_types_may_be_given_as_text():
    """``ColSpec("double", "x")`` works as it does in MLflow."""
    assert ColSpec("double", "x") == ColSpec(DataType.double, "x")
    with pytest.raises(ModelError) as caught:
        ColSpec("decimal", "x")
    assert str(caught.value) == (
        "unknown column type 'decimal'\n"
        "  hint:  use one of: boolean, integer, long, float, double, string, binary, datetime"
    )


def test_a_schema_tells_of_each_input_as_mlflow_s_does():
    """Notebooks that explore a signature find the same methods, and a round trip by JSON text."""
    schema = Schema([ColSpec("double", "distance"), ColSpec("string", "zone", required=False)])
    assert schema.inputs[0].to_dict() == {"type": "double", "name": "distance", "required": True}
    assert schema.required_input_names() == ["distance"]
    assert schema.optional_input_names() == ["zone"]
    assert schema.input_types() == [DataType.double, DataType.string]
    assert list(schema.input_dict()) == ["distance", "zone"]
    assert Schema.from_json(schema.to_json()) == schema
    tensor = TensorSpec("float32", (-1, 3))
    assert Schema.from_json(Schema([tensor]).to_json()).inputs == (tensor,)


def test_a_parameter_tells_what_it_is():
    """The JSON form of one parameter is that of the list."""
    spec = ParamSpec("factor", DataType.long, 2)
    assert spec.to_dict() == {"name": "factor", "default": 2, "shape": None, "type": "long"}
    assert json.loads(ParamSchema([spec]).to_json()) == [spec.to_dict()]
