"""The options that every ``save_model`` and ``log_model`` takes, under MLflow's names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from runsite.errors import InvalidValueError, quote
from runsite.models.folder import ModelOptions
from runsite.models.signature import ModelSignature

__all__ = ["LogOptions", "SaveOptions", "find_example", "make_options"]


class SaveOptions(TypedDict, total=False):
    """Options of every ``save_model``; `ModelOptions` says what each does."""

    signature: ModelSignature | bool | None
    input_example: Any
    pip_requirements: Sequence[str] | str | None
    extra_pip_requirements: Sequence[str] | str | None
    conda_env: Mapping[str, object] | str | None
    code_paths: Sequence[str] | None
    metadata: Mapping[str, object] | None
    extra_files: Sequence[str] | None


class LogOptions(SaveOptions, total=False):
    """Options of every ``log_model``.

    ``run_id`` logs to another run than the active one. ``params``, ``tags``, ``model_type`` and
    ``step`` are kept in the MLmodel file's metadata. ``await_registration_for`` and ``model_id``
    are taken for MLflow's sake: registering here is done when the call returns, and each logged
    model gets an id of its own.
    """

    registered_model_name: str | None
    run_id: str | None
    params: Mapping[str, Any] | None
    tags: Mapping[str, Any] | None
    model_type: str | None
    step: int
    await_registration_for: int | None
    model_id: str | None


_KEPT = ("params", "tags", "model_type", "step")


def make_options(given: LogOptions | SaveOptions, *, to_log: bool = False) -> ModelOptions:
    """Turn what the caller gave into the options of a model folder.

    ``signature=False`` means: none, not even an inferred one.

    Args:
        given: By name.
        to_log: Options that only ``log_model`` has are taken too.

    Raises:
        InvalidValueError: An option is unknown, or the signature is none.
    """
    known = LogOptions.__optional_keys__ if to_log else SaveOptions.__optional_keys__
    unknown = sorted(set(given) - known)
    if unknown:
        raise InvalidValueError(
            f"unknown option {quote(unknown[0])} of a model",
            hint=f"there are: {', '.join(sorted(known))}",
        )
    signature = given.get("signature")
    if not (signature is None or signature is False or isinstance(signature, ModelSignature)):
        raise InvalidValueError(
            f"{quote(repr(signature))} is no signature",
            hint="make one by runsite.models.infer_signature(inputs, outputs), or give False",
        )
    metadata = dict(given.get("metadata") or {})
    metadata |= {key: given.get(key) for key in _KEPT if given.get(key)}
    return ModelOptions(
        signature=signature if isinstance(signature, ModelSignature) else None,
        input_example=given.get("input_example"),
        pip_requirements=given.get("pip_requirements"),
        extra_pip_requirements=given.get("extra_pip_requirements"),
        conda_env=given.get("conda_env"),
        code_paths=given.get("code_paths"),
        metadata=metadata or None,
        extra_files=given.get("extra_files"),
    )


def find_example(given: LogOptions | SaveOptions) -> Any:
    """Return the example to infer a signature from: None where one is given or unwanted."""
    return given.get("input_example") if given.get("signature") is None else None
