"""What a model is, read without loading it."""

from __future__ import annotations

from pathlib import Path

from runsite.integrations.model_loading import find_model_folder
from runsite.integrations.model_logging import ModelInfo
from runsite.models.digest import digest_folder
from runsite.models.mlmodel import MLModel, read_mlmodel

__all__ = ["Model", "get_model_info"]


class Model:
    """MLflow's way to read an MLmodel file: ``Model.load(path)``."""

    @staticmethod
    def load(path: str | Path) -> MLModel:
        """Read the MLmodel file of a model; nothing of the model is loaded.

        Args:
            path: A model's URI, its folder, or the MLmodel file in it.

        Raises:
            NotFoundError: There is no such model.
            ModelError: The file cannot be read.
        """
        found = Path(path)
        if found.is_file():
            return read_mlmodel(found.parent)
        return read_mlmodel(find_model_folder(str(path)))


def get_model_info(model_uri: str) -> ModelInfo:
    """Tell what a model is: flavors, signature, example, digest. Nothing of it is loaded.

    Args:
        model_uri: ``runs:/…``, ``models:/…`` or a path.

    Raises:
        NotFoundError: There is no such model.
        ModelError: Its MLmodel file cannot be read.
        DigestMismatchError: A registered version's files are not those that were registered.
    """
    folder = find_model_folder(str(model_uri))
    model = read_mlmodel(folder)
    return ModelInfo(
        model_uri=str(model_uri),
        artifact_path=model.artifact_path or folder.name,
        run_id=model.run_id or "",
        model_id=model.model_id or "",
        model_uuid=model.model_uuid or "",
        digest=digest_folder(folder),
        flavors=model.flavors,
        signature=model.signature,
        saved_input_example_info=model.saved_input_example_info,
        metadata=model.metadata,
        utc_time_created=model.utc_time_created or "",
    )
