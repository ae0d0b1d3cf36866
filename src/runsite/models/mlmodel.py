"""The MLmodel file: what a model folder holds and how to load it.

The format is MLflow's, so that MLflow and what serves it read the folders that runsite writes,
and the other way round. Only YAML is read here: nothing of the model itself is opened, which is
what lets ``build``, ``check`` and ``diff`` look at models that nobody trusts yet.

Source: https://mlflow.org/docs/latest/ml/model/
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from runsite.errors import YAML_VALUE_ERRORS, ModelError, NotFoundError, quote
from runsite.models.schema import ParamSchema, Schema
from runsite.models.signature import ModelSignature

__all__ = [
    "MLMODEL_NAME",
    "PYFUNC",
    "MLModel",
    "format_mlmodel",
    "parse_mlmodel",
    "read_mlmodel",
    "write_mlmodel",
]

MLMODEL_NAME = "MLmodel"
PYFUNC = "python_function"
_MAX_BYTES = 16 * 1024 * 1024  # a signature of 100,000 columns fits; a YAML bomb does not


@dataclass(frozen=True, slots=True)
class MLModel:
    """The contents of an MLmodel file.

    Attributes:
        flavors: Flavor name → how to load the model in that way.
        signature: What it takes and gives.
        artifact_path: Its path among the run's artifacts.
        run_id: The run that logged it.
        model_id: ``m-`` and 32 hex digits for a logged model.
        model_uuid: One for each saving.
        utc_time_created: Text, such as ``2026-11-23 07:04:08.878519``.
        model_size_bytes: All files without this one.
        saved_input_example_info: Where the input example lies and of which type it is.
        metadata: What the author wanted to keep with it.
        extra: Every other key, kept as it was.
    """

    flavors: Mapping[str, Mapping[str, object]]
    signature: ModelSignature | None = None
    artifact_path: str | None = None
    run_id: str | None = None
    model_id: str | None = None
    model_uuid: str | None = None
    utc_time_created: str | None = None
    model_size_bytes: int | None = None
    saved_input_example_info: Mapping[str, object] | None = None
    metadata: Mapping[str, object] | None = None
    extra: Mapping[str, object] = field(default_factory=dict)

    def get_input_schema(self) -> Schema | None:
        """Return what the model takes; None where it has no signature."""
        return None if self.signature is None else self.signature.inputs

    def get_output_schema(self) -> Schema | None:
        """Return what the model gives; None where it has no signature."""
        return None if self.signature is None else self.signature.outputs

    def get_params_schema(self) -> ParamSchema | None:
        """Return the model's inference parameters; None where it has none."""
        return None if self.signature is None else self.signature.params

    def get_flavor(self, name: str) -> Mapping[str, object]:
        """Return one flavor's settings.

        Raises:
            ModelError: The model does not have that flavor.
        """
        try:
            return self.flavors[name]
        except KeyError:
            names = ", ".join(sorted(map(str, self.flavors)))
            raise ModelError(
                f"the model has no flavor {quote(name)}", hint=f"its flavors are: {names}"
            ) from None


_TEXTS = ("artifact_path", "run_id", "model_id", "model_uuid", "utc_time_created")
_MAPPINGS = ("saved_input_example_info", "metadata")


def parse_mlmodel(text: str, *, name: str = MLMODEL_NAME) -> MLModel:
    """Turn the text of an MLmodel file into an `MLModel`.

    Args:
        text: YAML.
        name: File name for messages.

    Raises:
        ModelError: It is not YAML, not a mapping, or lists no flavor.
    """
    data = _load_yaml(text, name=name)
    flavors = data.pop("flavors", None)
    if not isinstance(flavors, Mapping) or not all(
        isinstance(conf, Mapping) for conf in flavors.values()
    ):
        raise ModelError(f"{name} lists no flavors", where=name)
    signature = data.pop("signature", None)
    if signature is not None and not isinstance(signature, Mapping):
        raise ModelError(f"the signature is a mapping, not {quote(signature)}", where=name)
    try:
        parsed = ModelSignature.from_dict(signature) if signature else None
    except ModelError as error:
        raise ModelError(error.problem, where=name, hint=error.hint) from error
    except RecursionError as error:
        raise ModelError("the signature is nested too deeply", where=name) from error
    size = data.pop("model_size_bytes", None)
    return MLModel(
        artifact_path=_text(data.pop("artifact_path", None)),
        run_id=_text(data.pop("run_id", None)),
        model_id=_text(data.pop("model_id", None)),
        model_uuid=_text(data.pop("model_uuid", None)),
        utc_time_created=_text(data.pop("utc_time_created", None)),
        saved_input_example_info=_mapping(data.pop("saved_input_example_info", None)),
        metadata=_mapping(data.pop("metadata", None)),
        flavors={str(k): dict(v) for k, v in flavors.items()},
        signature=parsed,
        model_size_bytes=size if isinstance(size, int) else None,
        extra={k: v for k, v in data.items() if v is not None},
    )


def format_mlmodel(model: MLModel) -> str:
    """Write an `MLModel` as YAML, keys sorted."""
    import yaml

    data: dict[str, object] = {
        "flavors": _plain(model.flavors),
        "model_size_bytes": model.model_size_bytes,
        **{key: getattr(model, key) for key in _TEXTS},
        **{key: _plain(getattr(model, key)) for key in _MAPPINGS},
        **model.extra,
    }
    if model.signature is not None:
        data["signature"] = model.signature.to_dict()
    data = {k: v for k, v in data.items() if v is not None}
    # No aliases: one value used twice is written twice, and readers of other tools need not cope.
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    plain = type("_PlainDumper", (dumper,), {"ignore_aliases": lambda _self, _data: True})
    try:
        return str(yaml.dump(data, Dumper=plain, default_flow_style=False, allow_unicode=True))
    except yaml.representer.RepresenterError as error:
        raise ModelError(
            f"the model's description cannot hold {quote(repr(error.args[-1]))}",
            hint="metadata and settings are text, numbers, lists and mappings of these",
        ) from error


def read_mlmodel(folder: str | os.PathLike[str]) -> MLModel:
    """Read the MLmodel file of a model folder.

    Raises:
        NotFoundError: There is none.
        ModelError: It cannot be read as MLmodel.
    """
    path = Path(folder) / MLMODEL_NAME
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe would be waited for
            raise ModelError(f"{MLMODEL_NAME} is not a file", where=str(path))
        with path.open("rb") as stream:
            raw = stream.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            raise ModelError(f"{MLMODEL_NAME} is larger than 16 MB", where=str(path))
        text = raw.decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise NotFoundError(
            f"no model in {quote(str(folder))}",
            hint=f"a model folder holds a file called {MLMODEL_NAME}",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"cannot read {MLMODEL_NAME}: {error}", where=str(path)) from error
    return parse_mlmodel(text, name=str(path))


def write_mlmodel(model: MLModel, *, folder: str | os.PathLike[str]) -> MLModel:
    """Write the MLmodel file of a folder, counting the sizes of the files beside it.

    Returns:
        The model as written, with its size.
    """
    root = Path(folder)
    size = sum(
        p.stat().st_size for p in root.rglob("*") if p.is_file() and p != root / MLMODEL_NAME
    )
    model = replace(model, model_size_bytes=size)
    (root / MLMODEL_NAME).write_text(format_mlmodel(model), encoding="utf-8")
    return model


def _load_yaml(text: str, *, name: str) -> dict[str, object]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, the one in C
    except RecursionError as error:
        raise ModelError(f"{name} is nested too deeply", where=name) from error
    except (yaml.YAMLError, *YAML_VALUE_ERRORS) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        reason = getattr(error, "problem", None) or str(error)
        raise ModelError(f"{name} is not valid YAML: {reason}", where=where) from error
    if not isinstance(data, dict):
        raise ModelError(f"{name} is a mapping, not {quote(data)}", where=name)
    return {str(k): v for k, v in data.items()}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _mapping(value: object) -> Mapping[str, object] | None:
    return {str(k): v for k, v in value.items()} if isinstance(value, Mapping) else None


def _plain(value: object) -> object:
    """Return a value as YAML knows it: NumPy's numbers and arrays as plain ones."""
    if isinstance(value, Mapping):
        return {_plain(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    tolist = getattr(value, "tolist", None)
    return tolist() if callable(tolist) else value
