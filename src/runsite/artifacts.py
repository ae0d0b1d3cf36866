"""Artifacts by their URI or run: listed, read, downloaded.

An artifact's URI is ``runs:/<run_id>/<path>``, what `runsite.get_artifact_uri` returns, or a path;
``models:/<name>/<version or stage>`` and ``models:/<name>@<alias>`` are a registered model's files.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from runsite.entities import FileInfo
from runsite.errors import YAML_VALUE_ERRORS, InvalidValueError, NotFoundError, quote
from runsite.store.locations import is_remote
from runsite.tracking import artifact_files, uris

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["download_artifacts", "list_artifacts", "load_dict", "load_image", "load_text"]

_MODEL = re.compile(
    r"(?P<model>models:/+(?:m-[0-9a-f]{32}|[^/@]+/[^/@]+|[^/@]+@[^/@]+))(?:/(?P<path>.*))?"
)


def download_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    dst_path: str | None = None,
    tracking_uri: str | None = None,
    registry_uri: str | None = None,
) -> str:
    """Return a local path of a file or folder of a run, or of a registered model.

    Args:
        artifact_uri: ``runs:/<run_id>/<path>``, ``models:/<name>/<version or stage>`` with or
            without a path in the model, a ``file:`` URL, a path; or else:
        run_id: The run, and
        artifact_path: the path among its artifacts; all of them by default.
        dst_path: Folder to copy into, made if missing. By default nothing is copied, and the
            path is that in the store: do not write to it.
        tracking_uri: The store; by default that of `set_tracking_uri`.
        registry_uri: Accepted for MLflow's sake: models are those of ``registry.yaml``.

    Raises:
        NotFoundError: There is no such run, artifact or registered model.
        DigestMismatchError: A registered model's files are not those that were registered.
        InvalidValueError: Neither URI nor run is given, or both, or the path leads elsewhere.
    """
    root, path = _locate(artifact_uri, run_id, artifact_path, tracking_uri)
    into = Path(dst_path) if dst_path is not None else None
    if into is not None:
        into.mkdir(parents=True, exist_ok=True)
    return artifact_files.fetch(root, path, into=into)


def list_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    tracking_uri: str | None = None,
) -> list[FileInfo]:
    """List what lies directly in a folder of a run's artifacts; see `download_artifacts`."""
    root, path = _locate(artifact_uri, run_id, artifact_path, tracking_uri)
    return artifact_files.list_files(root, path)


def load_text(artifact_uri: str) -> str:
    """Read a text file.

    Raises:
        NotFoundError: There is none.
        InvalidValueError: It is no text in UTF-8.
    """
    try:
        return _find(artifact_uri).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidValueError(f"artifact {quote(artifact_uri)} is no text in UTF-8") from error


def load_dict(artifact_uri: str) -> dict[str, Any]:
    """Read a JSON or YAML file, whatever its name says.

    Raises:
        NotFoundError: There is none.
        InvalidValueError: It is neither, or holds no mapping.
    """
    text = load_text(artifact_uri)
    try:
        data = json.loads(text)
    except ValueError:
        data = _parse_yaml(text)
    if not isinstance(data, dict):
        raise InvalidValueError(f"artifact {quote(artifact_uri)} holds no mapping in JSON or YAML")
    return data


def load_image(artifact_uri: str) -> Image:
    """Read an image, by Pillow.

    Raises:
        NotFoundError: There is none.
    """
    from PIL import Image

    with Image.open(_find(artifact_uri)) as image:
        image.load()
        return image


def _parse_yaml(text: str) -> object:
    import yaml

    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, *YAML_VALUE_ERRORS):
        return None


def _find(artifact_uri: str) -> Path:
    root, path = _locate(artifact_uri, None, None, None)
    found = artifact_files.find_artifact(root, path)
    if not found.is_file():
        raise NotFoundError(f"artifact {quote(artifact_uri)} is a folder")
    return found


def _locate(
    artifact_uri: str | None, run_id: str | None, path: str | None, tracking_uri: str | None
) -> tuple[Path, str]:
    """Return the folder that an artifact must lie in, and its path there."""
    if (artifact_uri is None) == (run_id is None):
        raise InvalidValueError("name the artifact by artifact_uri= or by run_id=, not both")
    if run_id is None:
        text = str(artifact_uri)
        scheme, found, rest = text.partition(":")
        if found and scheme == "runs":
            run_id, _, path = rest.lstrip("/").partition("/")
        elif found and scheme == "file":
            return _split(Path(unquote(urlsplit(text).path)), path)
        elif found and scheme == "models":
            return _locate_in_model(text)
        elif is_remote(text) and (inner := _find_inner(text, tracking_uri)):
            run_id, _, path = inner.partition("/")
        elif "://" in text:
            raise InvalidValueError(
                f"an artifact cannot be read from {quote(text)}",
                hint="use runs:/<run_id>/<path>, models:/<name>/<version or stage>, "
                "a file: URL or a path",
            )
        else:
            return _split(Path(text), path)
    store = uris.open_store(tracking_uri)
    return store.artifacts_dir(store.read_run(run_id).run_id), path or ""


def _locate_in_model(text: str) -> tuple[Path, str]:
    from runsite.integrations.model_loading import find_model_folder

    parts = _MODEL.fullmatch(text)
    if parts is None:
        return find_model_folder(text), ""
    return find_model_folder(parts["model"]), parts["path"] or ""


def _find_inner(text: str, tracking_uri: str | None) -> str | None:
    """Return ``<run_id>/<path>`` of an artifact's URL in the store, as `get_artifact_uri` has it."""
    root = uris.open_store(tracking_uri).layout.artifact_root + "/"
    return text.removeprefix(root) if text.startswith(root) else None


def _split(target: Path, path: str | None) -> tuple[Path, str]:
    if path or target.is_dir():
        return target, path or ""
    return target.parent, target.name
