"""A model into a run: its folder among the artifacts, its files and digest in the run's record."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from runsite.errors import InvalidValueError, quote
from runsite.models.digest import digest_files, digest_lines
from runsite.models.folder import FlavorFiles, ModelOptions, save_folder
from runsite.models.mlmodel import MLModel
from runsite.models.signature import ModelSignature, format_signature
from runsite.records import ArtifactRecord, ModelRecord
from runsite.store.files import TEMP_PREFIX
from runsite.tracking.active import get_session
from runsite.tracking.registered import find_registrar
from runsite.tracking.uris import find_registry

if TYPE_CHECKING:
    from runsite.tracking.sessions import Session

__all__ = ["DEFAULT_NAME", "ModelInfo", "log_folder"]

DEFAULT_NAME = "model"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What ``log_model`` returns: where the model is and what it is.

    Attributes:
        model_uri: ``runs:/<run_id>/<path>``, for ``load_model`` and ``register_model``.
        registered_model_version: Number of the version, where a name to register was given.
    """

    model_uri: str
    artifact_path: str
    run_id: str
    model_id: str
    model_uuid: str
    digest: str
    flavors: Mapping[str, Mapping[str, object]]
    signature: ModelSignature | None = None
    saved_input_example_info: Mapping[str, object] | None = None
    metadata: Mapping[str, object] | None = None
    utc_time_created: str = ""
    registered_model_version: int | None = None

    @property
    def name(self) -> str:
        """The model's path among the run's artifacts."""
        return self.artifact_path


def log_folder(
    name: str | None,
    *,
    write: Callable[[Path], FlavorFiles],
    options: ModelOptions,
    run_id: str | None = None,
    registered_model_name: str | None = None,
) -> ModelInfo:
    """Save a model into a run's artifacts and record it.

    A model of the same name in the same run is replaced. A disk that refuses does not end the
    training: the run is marked incomplete, and nothing is registered.

    Args:
        name: Path of the model among the artifacts; ``model`` by default.
        write: Writes the flavor's files.
        options: What the caller said of the model.
        run_id: The run; by default the active one, or one that starts now.
        registered_model_name: Register it as the next version of this model.

    Raises:
        InvalidValueError: The name leaves the artifacts' folder.
        ModelError: The model cannot be saved.
    """
    path = _check_name(name or DEFAULT_NAME)
    session = get_session(run_id)
    identity = MLModel(
        flavors={},
        artifact_path=path,
        run_id=session.run_id,
        model_id=f"m-{uuid.uuid4().hex}",
    )
    saved: list[ModelInfo] = []
    session.protect(lambda: saved.append(_save(session, identity, write=write, options=options)))
    if not saved:
        return _describe(identity, digest="")
    info = saved[0]
    if registered_model_name is None:
        return info
    return _register(info, name=registered_model_name)


def _save(
    session: Session,
    identity: MLModel,
    *,
    write: Callable[[Path], FlavorFiles],
    options: ModelOptions,
) -> ModelInfo:
    root = session.writer.artifacts_dir
    path = str(identity.artifact_path)
    target = root / path
    fresh = target.with_name(f"{TEMP_PREFIX}{uuid.uuid4().hex}")
    model = save_folder(fresh, write=write, options=options, identity=identity)
    files = digest_files(fresh)
    _put_in_place(fresh, target)
    session.writer.add_artifacts(
        ArtifactRecord(f"{path}/{file}", (target / file).stat().st_size, digest)
        for file, digest in files.items()
    )
    info = _describe(model, digest=digest_lines(files))
    session.writer.add_model(
        ModelRecord(
            path=path,
            flavors=tuple(model.flavors),
            digest=info.digest,
            signature=format_signature(model.signature),
            model_id=info.model_id,
        )
    )
    return info


def _put_in_place(fresh: Path, target: Path) -> None:
    """Rename the new folder into its place; one that stands there goes only after that."""
    old = target.with_name(f"{TEMP_PREFIX}{uuid.uuid4().hex}")
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    if old.is_dir():
        shutil.rmtree(old, ignore_errors=True)
    else:
        old.unlink(missing_ok=True)


def _describe(model: MLModel, *, digest: str) -> ModelInfo:
    return ModelInfo(
        model_uri=f"runs:/{model.run_id}/{model.artifact_path}",
        artifact_path=str(model.artifact_path),
        run_id=str(model.run_id),
        model_id=str(model.model_id),
        model_uuid=model.model_uuid or "",
        digest=digest,
        flavors=model.flavors,
        signature=model.signature,
        saved_input_example_info=model.saved_input_example_info,
        metadata=model.metadata,
        utc_time_created=model.utc_time_created or "",
    )


def _check_name(name: Any) -> str:
    text = str(name)
    parts = PurePosixPath(text.replace("\\", "/")).parts
    if not text or text.startswith("/") or not parts or ".." in parts or "\x00" in text:
        raise InvalidValueError(
            f"{quote(text)} cannot be a model's name",
            hint="use a path below the run's artifacts, such as 'models'",
        )
    return "/".join(parts)


def _register(info: ModelInfo, *, name: str) -> ModelInfo:
    from runsite.registry import register_version

    path = find_registry()
    version = register_version(
        path,
        name=name,
        run_id=info.run_id,
        artifact=info.artifact_path,
        digest=info.digest,
        registered_at=datetime.now(UTC),
        registered_by=find_registrar(path),
    )
    return replace(info, registered_model_version=version.version)
