"""Every error that runsite raises on purpose, in one tree.

::

    RunsiteError
    ├── InvalidValueError (ValueError)      an argument, filter, key or name that cannot be accepted
    ├── NotFoundError (LookupError)         no such run, experiment, model, version, artifact
    ├── AlreadyExistsError (ValueError)     the name is taken
    ├── RunStateError (RuntimeError)        a run is already active, already ended, or not this process's
    ├── StoreError (OSError)                a store that cannot be opened, read or written
    │   ├── ForeignStoreError               a store of another tool, or a URI that means nothing here
    │   ├── FormatVersionError              written by a newer runsite
    │   └── CorruptFileError                a part or a journal that fails its check
    ├── ConfigError (ValueError)            runsite.yaml
    ├── RegistryError (ValueError)          registry.yaml cannot be read, or an edit is refused
    ├── CardError (ValueError)              a model card that cannot be read, filled or exported
    ├── ModelError (ValueError)             a model that cannot be saved, loaded or scored
    │   └── DigestMismatchError             the files are not the ones that were registered
    └── BuildError (RuntimeError)           the site cannot be built

A message states the problem with the offending value quoted; ``where`` and ``hint`` follow on
lines of their own. A traceback on a terminal means a bug in runsite, never a bad input.
"""

from __future__ import annotations

__all__ = [
    "AlreadyExistsError",
    "BuildError",
    "CardError",
    "ConfigError",
    "CorruptFileError",
    "DigestMismatchError",
    "ForeignStoreError",
    "FormatVersionError",
    "InvalidValueError",
    "ModelError",
    "NotFoundError",
    "RegistryError",
    "RunStateError",
    "RunsiteError",
    "StoreError",
    "quote",
]

_MAX_QUOTED = 120


class RunsiteError(Exception):
    """Base of every error that runsite raises on purpose.

    Args:
        problem: What is wrong, the offending value quoted (see `quote`).
        where: The place: ``file``, ``file:line`` or ``file:line:column``.
        hint: What to do, or which names exist.

    Attributes:
        error_code: MLflow's word for this kind of error, for code that asks which one it caught.
    """

    error_code = "INTERNAL_ERROR"

    def __init__(self, problem: str, *, where: str | None = None, hint: str | None = None) -> None:
        self.problem = problem
        self.where = where
        self.hint = hint
        super().__init__(problem)

    def __str__(self) -> str:
        lines = [self.problem]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.hint:
            lines.append(f"  hint:  {self.hint}")
        return "\n".join(lines)

    @property
    def message(self) -> str:
        """The problem alone, as code written for MLflow asks for it."""
        return self.problem

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.problem, self.where, self.hint)


YAML_VALUE_ERRORS = (ValueError, ArithmeticError, LookupError, AttributeError)
"""What PyYAML raises beside `YAMLError`: its own constructors of numbers and times let it through."""


class InvalidValueError(RunsiteError, ValueError):
    """An argument, filter, key or name cannot be accepted."""

    error_code = "INVALID_PARAMETER_VALUE"


class NotFoundError(RunsiteError, LookupError):
    """There is no such run, experiment, model, version or artifact."""

    error_code = "RESOURCE_DOES_NOT_EXIST"


class AlreadyExistsError(RunsiteError, ValueError):
    """The name is taken."""

    error_code = "RESOURCE_ALREADY_EXISTS"


class RunStateError(RunsiteError, RuntimeError):
    """The run is in the wrong state for this call: active, ended, or somebody else's."""

    error_code = "INVALID_STATE"


class StoreError(RunsiteError, OSError):
    """The store cannot be opened, read or written."""


class ForeignStoreError(StoreError):
    """The location is another tool's store, or a URI that means nothing to runsite."""


class FormatVersionError(StoreError):
    """The store or file was written by a newer runsite."""


class CorruptFileError(StoreError):
    """A part or a journal fails its check; the message names file and offset."""


class ConfigError(RunsiteError, ValueError):
    """``runsite.yaml`` cannot be read or holds a wrong value."""


class RegistryError(RunsiteError, ValueError):
    """``registry.yaml`` cannot be read, or an edit of it is refused."""


class CardError(RunsiteError, ValueError):
    """A model card cannot be read, its references filled, or the card exported."""


class ModelError(RunsiteError, ValueError):
    """A model cannot be saved, loaded or scored."""


class DigestMismatchError(ModelError):
    """The model's files are not the ones that were registered."""


class BuildError(RunsiteError, RuntimeError):
    """The site cannot be built."""


def quote(value: object) -> str:
    """Quote a value for a message: printable on one line, escapes shown, long ones cut.

    Control characters are escaped, so a hostile name cannot steer a terminal.
    """
    text = value if isinstance(value, str) else _represent(value)
    text = "".join(ch if ch.isprintable() else ch.encode("unicode_escape").decode() for ch in text)
    if len(text) > _MAX_QUOTED:
        text = text[: _MAX_QUOTED - 1] + "…"
    return f"'{text}'"


def _represent(value: object) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - a message must come out whatever the value's class does
        return f"<{type(value).__name__}>"


def _rebuild(
    kind: type[RunsiteError], problem: str, where: str | None, hint: str | None
) -> RunsiteError:
    return kind(problem, where=where, hint=hint)
