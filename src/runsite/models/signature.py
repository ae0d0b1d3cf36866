"""What a model takes and gives: the signature of an MLmodel file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from runsite.errors import ModelError, quote
from runsite.models.schema import ParamSchema, Schema, parse_params, parse_schema

__all__ = ["ModelSignature", "format_signature", "parse_signature"]


@dataclass(frozen=True, slots=True)
class ModelSignature:
    """Inputs, outputs and inference parameters, each of which may be unknown."""

    inputs: Schema | None = None
    outputs: Schema | None = None
    params: ParamSchema | None = None

    def __str__(self) -> str:
        return (
            f"inputs: \n  {self.inputs}\noutputs: \n  {self.outputs}\nparams: \n  {self.params}\n"
        )

    def to_dict(self) -> dict[str, str | None]:
        """Give the form inside an MLmodel file: each part as JSON text."""
        return {
            "inputs": None if self.inputs is None else json.dumps(self.inputs.to_dict()),
            "outputs": None if self.outputs is None else json.dumps(self.outputs.to_dict()),
            "params": None if self.params is None else json.dumps(self.params.to_dict()),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> ModelSignature:
        """Read the form inside an MLmodel file.

        Raises:
            ModelError: A part is not JSON, or not a schema.
        """
        inputs, outputs, params = (_parse_part(data, k) for k in ("inputs", "outputs", "params"))
        return cls(
            inputs=parse_schema(inputs) if inputs else None,
            outputs=parse_schema(outputs) if outputs else None,
            params=parse_params(params) if params else None,
        )


def format_signature(signature: ModelSignature | None) -> str:
    """Write a signature as one JSON text, the form that a run's record keeps.

    ``{"inputs": […], "outputs": […], "params": […]}``; a part that is unknown is null, and no
    signature at all is the empty text.
    """
    if signature is None:
        return ""
    parts = {
        "inputs": signature.inputs,
        "outputs": signature.outputs,
        "params": signature.params,
    }
    return json.dumps({k: None if v is None else v.to_dict() for k, v in parts.items()})


def parse_signature(text: str) -> ModelSignature | None:
    """Read what `format_signature` wrote.

    Raises:
        ModelError: The text is neither empty nor a signature.
    """
    if not text:
        return None
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ModelError(f"a signature is not JSON: {error}") from error
    if not isinstance(data, Mapping):
        raise ModelError(f"a signature is a mapping, not {quote(data)}")
    return ModelSignature.from_dict(data)


def _parse_part(data: Mapping[str, object], key: str) -> object:
    part = data.get(key)
    if not isinstance(part, str):
        return part
    try:
        return json.loads(part)
    except ValueError as error:
        raise ModelError(f"the signature's {key} are not JSON: {error}") from error


def __getattr__(name: str) -> object:
    """Find two functions here too, where code written for MLflow imports them from."""
    if name in ("infer_signature", "set_signature"):
        from runsite import models

        return getattr(models, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
