"""The settings of a model made by code: `ModelConfig`, and the YAML files they may come from."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runsite.errors import YAML_VALUE_ERRORS, InvalidValueError, NotFoundError, quote

__all__ = ["SETTINGS_NAME", "ModelConfig", "handing_settings", "read_settings"]

SETTINGS_NAME = "__model_config__"
"""What a file's settings are called among the globals of the module that runs it."""


class _Handed(threading.local):
    """The settings of the file that is run in this thread."""

    settings: Mapping[str, Any] | None = None


_handed = _Handed()


@contextmanager
def handing_settings(settings: Mapping[str, Any] | None) -> Iterator[None]:
    """Give every `ModelConfig` that this thread makes meanwhile these settings."""
    before, _handed.settings = _handed.settings, settings
    try:
        yield
    finally:
        _handed.settings = before


class ModelConfig:
    """The settings of the model that a file makes, for use in that file.

    Given to ``log_model``, ``save_model`` or ``load_model`` as ``model_config=``, they are the
    same here. While the file is developed, and nobody gives any, ``development_config`` is taken.

    Args:
        development_config: A mapping, or the path of a YAML file.

    Raises:
        InvalidValueError: There are no settings, or the file cannot be read.
    """

    def __init__(
        self, *, development_config: Mapping[str, Any] | str | os.PathLike[str] | None = None
    ) -> None:
        given = _handed.settings
        if not given:
            # Asked by a prediction, after loading: the settings lie beside the caller's names.
            given = sys._getframe(1).f_globals.get(SETTINGS_NAME)  # noqa: SLF001 - documented
        found = given or read_settings(development_config)
        if found is None:
            raise InvalidValueError(
                "the model has no settings",
                hint="give model_config= to log_model or load_model, or development_config= here",
            )
        self._settings = dict(found)

    def get(self, key: str) -> Any:
        """Return one setting.

        Raises:
            NotFoundError: There is none of that name.
        """
        if key not in self._settings:
            names = ", ".join(map(str, self._settings)) or "none"
            raise NotFoundError(f"no setting {quote(key)}", hint=f"those that exist: {names}")
        return self._settings[key]

    def to_dict(self) -> dict[str, Any]:
        """Return all settings."""
        return dict(self._settings)


def read_settings(given: Mapping[str, Any] | str | os.PathLike[str] | None) -> Any:
    """Read a model's settings from a YAML file; a mapping, or None, is what it is.

    Raises:
        InvalidValueError: The file cannot be read, or holds no mapping.
    """
    if not isinstance(given, str | os.PathLike):
        return given
    import yaml

    path = Path(given)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, *YAML_VALUE_ERRORS) as error:
        raise InvalidValueError(
            f"cannot read the settings of a model: {error}", where=str(path)
        ) from error
    if not isinstance(content, Mapping):
        raise InvalidValueError("the settings of a model are no mapping", where=str(path))
    return content
