"""What saving, logging and loading have in common, whatever library a model comes from."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from runsite.integrations.model_loading import find_model_folder
from runsite.integrations.model_logging import ModelInfo, log_folder
from runsite.integrations.model_options import LogOptions, SaveOptions, find_example, make_options
from runsite.models.folder import save_folder
from runsite.models.mlmodel import read_mlmodel
from runsite.models.requirements import find_requirements, make_conda_env

__all__ = ["ModelFlavor"]


@dataclass(frozen=True, slots=True)
class ModelFlavor:
    """How models of one library become files and models again.

    Attributes:
        name: As MLmodel files call it.
        write: Called with the model, ``folder``, ``example`` and the flavor's own choices.
        read: Called with the folder and ``model``, its MLmodel.
    """

    name: str
    write: Callable[..., Any]
    read: Callable[..., Any]

    def save(
        self, model: Any, path: str | os.PathLike[str], *, options: SaveOptions, **choices: object
    ) -> None:
        """Save a model to a new folder.

        Raises:
            AlreadyExistsError: The folder holds something.
        """
        write = self._bind(model, options, choices)
        save_folder(path, write=write, options=make_options(options))

    def log(
        self, model: Any, name: str | None, *, options: LogOptions, **choices: object
    ) -> ModelInfo:
        """Log a model in the active run, or in one that starts now."""
        return log_folder(
            name,
            write=self._bind(model, options, choices),
            options=make_options(options, to_log=True),
            run_id=options.get("run_id"),
            registered_model_name=options.get("registered_model_name"),
        )

    def load(self, uri: str, *, dst_path: str | None) -> Any:
        """Load a model as it was logged.

        Raises:
            NotFoundError: There is no such model.
            DigestMismatchError: A registered version's files were changed.
            ModelError: It is no model of this flavor, or cannot be loaded.
        """
        folder = find_model_folder(uri, dst_path=dst_path)
        model = read_mlmodel(folder)
        model.get_flavor(self.name)
        return self.read(folder, model=model)

    def get_default_pip_requirements(
        self,
        include_cloudpickle: bool = False,  # noqa: FBT001, FBT002 - MLflow's argument
    ) -> list[str]:
        """List what every model of this library needs, as installed now: ``name==version``.

        What one model needs is found from the model when it is saved.
        """
        return find_requirements([self.name, *(["cloudpickle"] if include_cloudpickle else [])])

    def get_default_conda_env(
        self,
        include_cloudpickle: bool = False,  # noqa: FBT001, FBT002 - MLflow's argument
    ) -> dict[str, object]:
        """Make the content of a ``conda.yaml`` of `get_default_pip_requirements`."""
        return make_conda_env(self.get_default_pip_requirements(include_cloudpickle))

    def _bind(
        self, model: Any, options: SaveOptions, choices: dict[str, object]
    ) -> Callable[..., Any]:
        def write(folder: Any, **more: Any) -> Any:
            return self.write(model, folder=folder, **more)

        return partial(write, example=find_example(options), **choices)
