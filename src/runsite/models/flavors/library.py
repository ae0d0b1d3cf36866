"""The framework that a model was made with, where it is loaded."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from runsite.errors import ModelError

__all__ = ["import_library"]


def import_library(name: str, *, folder: Path) -> Any:
    """Import the framework of a model folder.

    Raises:
        ModelError: It is not installed here.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ModelError(
            f"{name} is not installed, and the model needs it",
            where=str(folder),
            hint=f"pip install {name}; requirements.txt beside it has the versions",
        ) from error
