"""A signature for a model that was logged or saved without one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from runsite.errors import InvalidValueError, quote
from runsite.integrations.model_loading import find_model_folder
from runsite.models.digest import digest_files, digest_lines
from runsite.models.mlmodel import MLMODEL_NAME, MLModel, format_mlmodel, read_mlmodel
from runsite.models.signature import ModelSignature, format_signature
from runsite.models.uri import RegisteredUri, parse_model_uri
from runsite.records import ArtifactRecord, ModelRecord
from runsite.store.files import write_whole
from runsite.tracking.active import get_session

__all__ = ["set_signature"]


def set_signature(model_uri: str, signature: ModelSignature) -> None:
    """Give a model a signature, in place of the one that it has.

    Args:
        model_uri: ``runs:/<run_id>/<path>`` or a path; a registered version does not change.
        signature: Such as `infer_signature` makes.

    Raises:
        InvalidValueError: It is no signature, or the model is a registered version.
        NotFoundError: There is no such model.
    """
    if not isinstance(signature, ModelSignature):
        raise InvalidValueError(
            f"{quote(signature)} is no signature",
            hint="make one by infer_signature(inputs, outputs)",
        )
    if isinstance(parse_model_uri(str(model_uri)), RegisteredUri):
        raise InvalidValueError(
            f"{quote(model_uri)} is a registered version, whose files do not change",
            hint="set the signature of the run's model by runs:/…, and register it anew",
        )
    folder = find_model_folder(str(model_uri))
    model = replace(read_mlmodel(folder), signature=signature)
    write_whole(folder / MLMODEL_NAME, format_mlmodel(model).encode())
    if model.run_id and not Path(model_uri).exists():
        _record(model, folder)


def _record(model: MLModel, folder: Path) -> None:
    files = digest_files(folder)
    session = get_session(model.run_id)
    path = str(model.artifact_path)
    size = (folder / MLMODEL_NAME).stat().st_size
    session.writer.add_artifacts(
        [ArtifactRecord(f"{path}/{MLMODEL_NAME}", size, files[MLMODEL_NAME])]
    )
    session.writer.add_model(
        ModelRecord(
            path=path,
            flavors=tuple(model.flavors),
            digest=digest_lines(files),
            signature=format_signature(model.signature),
            model_id=str(model.model_id),
        )
    )
