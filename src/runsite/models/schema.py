"""The types of a model's inputs, outputs and parameters, as the MLmodel format writes them.

Pure values and their JSON forms. A schema is either made of columns (`ColSpec`: named and typed,
for tables and records) or of tensors (`TensorSpec`: dtype and shape, for arrays).

Source: the MLmodel format, https://mlflow.org/docs/latest/ml/model/signatures/
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from runsite.errors import ModelError, quote

__all__ = [
    "AnyType",
    "Array",
    "ColSpec",
    "ColumnType",
    "DataType",
    "Map",
    "Object",
    "ParamSchema",
    "ParamSpec",
    "Property",
    "Schema",
    "TensorSpec",
    "parse_params",
    "parse_schema",
]


class DataType(StrEnum):
    """The scalar types of columns and parameters."""

    boolean = "boolean"
    integer = "integer"
    long = "long"
    float = "float"
    double = "double"
    string = "string"
    binary = "binary"
    datetime = "datetime"


@dataclass(frozen=True, slots=True)
class AnyType:
    """A column whose type says nothing: only missing values were seen, or mixed ones."""


@dataclass(frozen=True, slots=True)
class Array:
    """A list of values of one type."""

    items: ColumnType


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping from text to values of one type, its keys not known beforehand."""

    values: ColumnType


@dataclass(frozen=True, slots=True)
class Property:
    """One field of an `Object`."""

    name: str
    type: ColumnType
    required: bool = True


@dataclass(frozen=True, slots=True)
class Object:
    """A record with known fields, sorted by name."""

    properties: tuple[Property, ...]


ColumnType: TypeAlias = DataType | Array | Object | Map | AnyType


@dataclass(frozen=True, slots=True)
class ColSpec:
    """One column: its type, its name (None where the columns are told apart by place).

    ``type`` may be given as text, such as ``"double"``.
    """

    type: ColumnType
    name: str | int | None = None
    required: bool = True

    def __post_init__(self) -> None:
        if isinstance(self.type, str):
            object.__setattr__(self, "type", _parse_scalar(self.type))

    def to_dict(self) -> dict[str, object]:
        """Give the JSON form."""
        return _spec_to_json(self)


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One array: NumPy dtype, shape with -1 for any length, name where there are several.

    ``type`` may be given as anything whose text is a NumPy dtype's name.
    """

    type: str
    shape: tuple[int, ...]
    name: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "type", str(self.type))
        object.__setattr__(self, "shape", tuple(int(n) for n in self.shape))

    def to_dict(self) -> dict[str, object]:
        """Give the JSON form."""
        return _spec_to_json(self)


@dataclass(frozen=True, slots=True)
class Schema:
    """All inputs, or all outputs: columns or tensors, never both.

    Raises:
        ModelError: No input, both kinds, or some named and some not.
    """

    inputs: tuple[ColSpec | TensorSpec, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", tuple(self.inputs))
        if not self.inputs:
            raise ModelError("a schema needs at least one column or tensor")
        if len({isinstance(spec, TensorSpec) for spec in self.inputs}) > 1:
            raise ModelError("a schema has columns or tensors, not both")
        if len({spec.name is None for spec in self.inputs}) > 1:
            raise ModelError("name every input of a schema or none")

    def __len__(self) -> int:
        return len(self.inputs)

    def __str__(self) -> str:
        return "[" + ", ".join(format_spec(spec) for spec in self.inputs) + "]"

    @property
    def columns(self) -> tuple[ColSpec, ...]:
        """The columns; empty where the schema is made of tensors."""
        return tuple(spec for spec in self.inputs if isinstance(spec, ColSpec))

    @property
    def tensors(self) -> tuple[TensorSpec, ...]:
        """The tensors; empty where the schema is made of columns."""
        return tuple(spec for spec in self.inputs if isinstance(spec, TensorSpec))

    @property
    def named(self) -> bool:
        """Whether the inputs are told apart by name."""
        return self.inputs[0].name is not None

    def is_tensor_spec(self) -> bool:
        """Tell whether the schema is made of tensors."""
        return isinstance(self.inputs[0], TensorSpec)

    def has_input_names(self) -> bool:
        """Tell whether the inputs are told apart by name."""
        return self.named

    def input_names(self) -> list[str | int]:
        """List the names, or the positions where there are none."""
        return [i if s.name is None else s.name for i, s in enumerate(self.inputs)]

    def to_dict(self) -> list[dict[str, object]]:
        """Give the JSON form: one object an input."""
        return [spec.to_dict() for spec in self.inputs]

    def to_json(self) -> str:
        """Give the JSON form as text."""
        return json.dumps(self.to_dict())

    @staticmethod
    def from_json(text: str) -> Schema:
        """Read a schema from JSON text.

        Raises:
            ModelError: It is not a list of columns or tensors, or names an unknown type.
            ValueError: It is no JSON.
        """
        return parse_schema(json.loads(text))

    def input_types(self) -> list[ColumnType | str]:
        """List the types of the inputs."""
        return [spec.type for spec in self.inputs]

    def input_dict(self) -> dict[str | int, ColSpec | TensorSpec]:
        """Map names, or positions where there are none, to the inputs."""
        return dict(zip(self.input_names(), self.inputs, strict=True))

    def required_input_names(self) -> list[str | int]:
        """List the names of the inputs that may not be missing."""
        return [k for k, s in self.input_dict().items() if getattr(s, "required", True)]

    def optional_input_names(self) -> list[str | int]:
        """List the names of the inputs that may be missing."""
        return [k for k, s in self.input_dict().items() if not getattr(s, "required", True)]


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """One inference parameter: its type, default and shape (None: a scalar, (-1,): a list)."""

    name: str
    dtype: DataType
    default: object = None
    shape: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "dtype", _parse_scalar(self.dtype))
        if self.shape is not None:
            object.__setattr__(self, "shape", tuple(self.shape))

    def to_dict(self) -> dict[str, object]:
        """Give the JSON form."""
        return {
            "name": self.name,
            "default": _json_default(self.default),
            "shape": None if self.shape is None else list(self.shape),
            "type": self.dtype.value,
        }


@dataclass(frozen=True, slots=True)
class ParamSchema:
    """All inference parameters, told apart by name."""

    params: tuple[ParamSpec, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "params", tuple(self.params))
        names = [spec.name for spec in self.params]
        for name in names:
            if names.count(name) > 1:
                raise ModelError(f"parameter {quote(name)} is declared twice")

    def __len__(self) -> int:
        return len(self.params)

    def __str__(self) -> str:
        return "[" + ", ".join(_format_param(spec) for spec in self.params) + "]"

    def to_dict(self) -> list[dict[str, object]]:
        """Give the JSON form: one object a parameter."""
        return [spec.to_dict() for spec in self.params]

    def to_json(self) -> str:
        """Give the JSON form as text."""
        return json.dumps(self.to_dict())


def parse_schema(data: object) -> Schema:
    """Read a schema from its JSON form.

    Raises:
        ModelError: It is not a list of columns or tensors, or names an unknown type.
    """
    if not isinstance(data, list):
        raise ModelError(f"a schema is a list of inputs, not {quote(data)}")
    return Schema(tuple(_parse_spec(entry) for entry in data))


def parse_params(data: object) -> ParamSchema:
    """Read parameters from their JSON form.

    Raises:
        ModelError: It is not a list of parameters, or names an unknown type.
    """
    if not isinstance(data, list):
        raise ModelError(f"parameters are a list, not {quote(data)}")
    specs = []
    for item in data:
        entry = _mapping(item, what="a parameter")
        shape = entry.get("shape")
        specs.append(
            ParamSpec(
                name=str(_member(entry, "name", what="a parameter")),
                dtype=_parse_scalar(_member(entry, "type", what="a parameter")),
                default=entry.get("default"),
                shape=_parse_shape(shape) if isinstance(shape, list) else None,
            )
        )
    return ParamSchema(tuple(specs))


def format_spec(spec: ColSpec | TensorSpec) -> str:
    """Write one input for a person: ``'trip_distance': double (required)``."""
    if isinstance(spec, TensorSpec):
        text = f"Tensor({spec.type!r}, {spec.shape})"
    else:
        text = f"{format_type(spec.type)} ({'required' if spec.required else 'optional'})"
    return text if spec.name is None else f"{spec.name!r}: {text}"


def format_type(kind: ColumnType) -> str:
    """Write a type for a person: ``double``, ``Array(long)``, ``{x: long, y: string?}``."""
    match kind:
        case Array():
            return f"Array({format_type(kind.items)})"
        case Map():
            return f"Map({format_type(kind.values)})"
        case Object():
            fields = (
                f"{p.name}: {format_type(p.type)}{'' if p.required else '?'}"
                for p in kind.properties
            )
            return "{" + ", ".join(fields) + "}"
        case AnyType():
            return "any"
        case _:
            return kind.value


def _spec_to_json(spec: ColSpec | TensorSpec) -> dict[str, object]:
    if isinstance(spec, TensorSpec):
        head: dict[str, object] = {} if spec.name is None else {"name": spec.name}
        shape = {"dtype": spec.type, "shape": list(spec.shape)}
        return {**head, "type": "tensor", "tensor-spec": shape}
    name = {} if spec.name is None else {"name": spec.name}
    return {**_type_to_json(spec.type), **name, "required": spec.required}


def _type_to_json(kind: ColumnType) -> dict[str, object]:
    match kind:
        case Array():
            return {"type": "array", "items": _type_to_json(kind.items)}
        case Map():
            return {"type": "map", "values": _type_to_json(kind.values)}
        case Object():
            fields = {
                p.name: {**_type_to_json(p.type), "required": p.required} for p in kind.properties
            }
            return {"type": "object", "properties": fields}
        case AnyType():
            return {"type": "any"}
        case _:
            return {"type": kind.value}


def _parse_spec(data: object) -> ColSpec | TensorSpec:
    entry = _mapping(data, what="an input")
    name = entry.get("name")
    if entry.get("type") == "tensor":
        tensor = _mapping(_member(entry, "tensor-spec", what="a tensor"), what="a tensor")
        return TensorSpec(
            type=str(_member(tensor, "dtype", what="a tensor")),
            shape=_parse_shape(_member(tensor, "shape", what="a tensor")),
            name=None if name is None else str(name),
        )
    required = entry.get("required", not entry.get("optional", False))
    return ColSpec(
        type=_parse_type(entry),
        name=name if name is None or isinstance(name, int) else str(name),
        required=bool(required),
    )


def _parse_type(entry: Mapping[str, object]) -> ColumnType:
    kind = _member(entry, "type", what="an input")
    match kind:
        case "array":
            return Array(_parse_nested(entry, "items"))
        case "sparkml_vector":
            return Array(DataType.double)
        case "map":
            return Map(_parse_nested(entry, "values"))
        case "any":
            return AnyType()
        case "object":
            fields = _mapping(_member(entry, "properties", what="an object"), what="an object")
            return Object(tuple(_parse_property(k, v) for k, v in sorted(fields.items())))
        case _:
            return _parse_scalar(kind)


def _parse_nested(entry: Mapping[str, object], key: str) -> ColumnType:
    return _parse_type(_mapping(_member(entry, key, what="an input"), what="a type"))


def _parse_property(name: str, data: object) -> Property:
    entry = _mapping(data, what="a property")
    return Property(name, _parse_type(entry), required=bool(entry.get("required", True)))


def _parse_scalar(name: object) -> DataType:
    try:
        return DataType(str(name))
    except ValueError:
        names = ", ".join(DataType)
        raise ModelError(
            f"unknown column type {quote(name)}", hint=f"use one of: {names}"
        ) from None


def _parse_shape(data: object) -> tuple[int, ...]:
    if not isinstance(data, list) or not all(isinstance(n, int) for n in data):
        raise ModelError(f"a shape is a list of whole numbers, not {quote(data)}")
    return tuple(data)


def _mapping(data: object, *, what: str) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        raise ModelError(f"{what} of a signature is a mapping, not {quote(data)}")
    return data


def _member(data: Mapping[str, object], key: str, *, what: str) -> object:
    if key not in data:
        raise ModelError(f"{what} of a signature has no {quote(key)}: {quote(dict(data))}")
    return data[key]


def _format_param(spec: ParamSpec) -> str:
    shape = "" if spec.shape is None else f" {spec.shape}"
    return f"{spec.name!r}: {spec.dtype.value}{shape} (default: {spec.default!r})"


def _json_default(value: object) -> object:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else value
