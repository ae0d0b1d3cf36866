"""MLflow's file store, ``mlruns/``, as plain files: YAML, one file a param, lines of points.

Source: what ``mlflow.store.tracking.file_store`` of MLflow 1 to 3 leaves on the disk. Deleted
experiments lie in ``.trash``; deleted runs say so in their ``meta.yaml``. Git drops empty folders,
so any folder may be missing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from runsite.errors import YAML_VALUE_ERRORS
from runsite.importers.found import (
    FoundExperiment,
    FoundInput,
    FoundModel,
    FoundPoint,
    FoundRun,
    FoundVersion,
    clean_name,
    merge_points,
)

__all__ = ["FileSource", "find_file_store"]

_TRASH = ".trash"
_MODELS = "models"
_META = "meta.yaml"
_STATUS = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}


def find_file_store(path: Path) -> Path | None:
    """Find the file store at a path, which may also be the folder around ``mlruns``."""
    for root in (path, path / "mlruns"):
        folders = _subfolders(root)
        if any((folder / _META).is_file() for folder in folders) or (root / _TRASH).is_dir():
            return root
    return None


class FileSource:
    """Reads one file store. Lives for one import; changes nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[tuple[str, str]] = []
        self._found = list(self._find_experiments())

    def list_experiments(self) -> list[FoundExperiment]:
        """List the experiments, those in the trash included."""
        return [experiment for experiment, _ in self._found]

    def count_runs(self) -> int:
        """Count the folders that may be runs."""
        return sum(len(_subfolders(folder)) for _, folder in self._found)

    def read_runs(self) -> Iterator[FoundRun]:
        """Read each run; a folder without a readable ``meta.yaml`` is noted and passed over."""
        for experiment, folder in self._found:
            models = self._find_logged_models(folder)
            for run_folder in _subfolders(folder):
                if run_folder.name in ("datasets", _MODELS, "tags", "traces", "assessments"):
                    continue
                meta = self._read_meta(run_folder)
                if meta is None:
                    continue
                try:
                    yield self._make_run(run_folder, experiment, meta=meta, models=models)
                except (OSError, ValueError, TypeError) as error:
                    self._note(run_folder, str(error))

    def list_models(self) -> list[FoundModel]:
        """List what is registered."""
        models = []
        for folder in _subfolders(self.root / _MODELS):
            meta = self._read_meta(folder)
            if meta is None:
                continue
            try:
                models.append(self._make_model(folder, meta))
            except (OSError, ValueError, TypeError) as error:
                self._note(folder, str(error))
        return models

    def _find_experiments(self) -> Iterator[tuple[FoundExperiment, Path]]:
        places = [(folder, False) for folder in _subfolders(self.root)]
        places += [(folder, True) for folder in _subfolders(self.root / _TRASH)]
        for folder, trashed in places:
            if folder.name in (_TRASH, _MODELS):
                continue
            meta = self._read_meta(folder)
            if meta is None:
                continue
            deleted = trashed or meta.get("lifecycle_stage") == "deleted"
            experiment = FoundExperiment(
                experiment_id=str(meta.get("experiment_id", folder.name)),
                name=str(meta.get("name") or folder.name),
                deleted=deleted,
                created_ms=_find_int(meta.get("creation_time")),
                updated_ms=_find_int(meta.get("last_update_time")),
                tags=_read_texts(folder / "tags"),
            )
            yield experiment, folder

    def _make_run(
        self,
        folder: Path,
        experiment: FoundExperiment,
        *,
        meta: Mapping[str, object],
        models: Mapping[str, dict[str, Path]],
    ) -> FoundRun:
        run_id = str(meta.get("run_id") or meta.get("run_uuid") or folder.name)
        status = meta.get("status", "FINISHED")
        files = folder / "artifacts"
        return FoundRun(
            run_id=run_id,
            experiment=experiment,
            name=str(meta.get("run_name") or meta.get("name") or ""),
            status=_STATUS.get(status, "FINISHED") if isinstance(status, int) else str(status),
            deleted=experiment.deleted or meta.get("lifecycle_stage") == "deleted",
            user=str(meta.get("user_id") or ""),
            start_ms=_find_int(meta.get("start_time")),
            end_ms=_find_int(meta.get("end_time")),
            params=_read_texts(folder / "params"),
            tags=_read_texts(folder / "tags"),
            metrics=self._read_metrics(folder / "metrics"),
            inputs=tuple(self._read_inputs(folder)),
            artifacts=files if files.is_dir() and not files.is_symlink() else None,
            artifact_uri=str(meta.get("artifact_uri") or ""),
            models=models.get(run_id, {}),
        )

    def _read_metrics(self, folder: Path) -> dict[str, tuple[FoundPoint, ...]]:
        metrics = {}
        for key, path in _walk_keys(folder):
            points = []
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            for number, line in enumerate(lines, 1):
                fields = line.split()
                if not fields:
                    continue
                try:
                    step = int(fields[2]) if len(fields) > 2 else 0
                    points.append((int(fields[0]), step, float(fields[1])))
                except (ValueError, IndexError):
                    self._note(path, f"line {number} is no point: {line[:80]!r}")
            if points:
                metrics[key] = merge_points(points)
        return metrics

    def _read_inputs(self, folder: Path) -> Iterator[FoundInput]:
        for link in _subfolders(folder / "inputs"):
            meta = self._read_meta(link)
            if meta is None or meta.get("source_type") != "DATASET":
                continue
            dataset = self._read_meta(folder.parent / "datasets" / str(meta.get("source_id")))
            if dataset is None:
                continue
            tags = meta.get("tags")
            context = tags.get("mlflow.data.context", "") if isinstance(tags, Mapping) else ""
            texts = {
                name: str(dataset.get(name) or "")
                for name in ("name", "digest", "source_type", "source", "schema", "profile")
            }
            yield FoundInput(**texts, context=str(context))

    def _find_logged_models(self, folder: Path) -> dict[str, dict[str, Path]]:
        """Find the models that MLflow 3 keeps beside the runs: run → path → folder of files."""
        found: dict[str, dict[str, Path]] = {}
        for model in _subfolders(folder / _MODELS):
            meta = self._read_meta(model)
            if meta is not None and (model / "artifacts").is_dir():
                run_id = str(meta.get("source_run_id") or "")
                found.setdefault(run_id, {})[str(meta.get("name") or "model")] = model / "artifacts"
        return found

    def _make_model(self, folder: Path, meta: Mapping[str, object]) -> FoundModel:
        aliases = {}
        for alias, text in _read_texts(folder / "aliases").items():
            if text.strip().isdigit():
                aliases[alias] = int(text)
        versions = []
        for inner in _subfolders(folder):
            found = self._read_meta(inner) if inner.name.startswith("version-") else None
            if found is None or found.get("current_stage") == "Deleted_Internal":
                continue
            versions.append(
                FoundVersion(
                    version=int(str(found.get("version") or inner.name.removeprefix("version-"))),
                    run_id=str(found.get("run_id") or ""),
                    source=str(found.get("source") or ""),
                    stage=str(found.get("current_stage") or "None"),
                    created_ms=_find_int(found.get("creation_timestamp")),
                    user=str(found.get("user_id") or ""),
                    description=str(found.get("description") or ""),
                    tags=_read_texts(inner / "tags"),
                )
            )
        return FoundModel(
            name=str(meta.get("name") or folder.name),
            description=str(meta.get("description") or ""),
            tags=_read_texts(folder / "tags"),
            aliases=aliases,
            versions=tuple(sorted(versions, key=lambda version: version.version)),
        )

    def _read_meta(self, folder: Path) -> dict[str, object] | None:
        path = folder / _META
        try:
            meta = yaml.load(path.read_bytes(), Loader=_Loader)  # noqa: S506 - a safe loader
        except FileNotFoundError:
            self._note(folder, f"has no {_META}")
            return None
        except (OSError, yaml.YAMLError, *YAML_VALUE_ERRORS) as error:
            self._note(
                path, f"cannot be read: {(str(error).splitlines() or [type(error).__name__])[0]}"
            )
            return None
        if not isinstance(meta, dict):
            self._note(path, "holds no mapping")
            return None
        return meta

    def _note(self, path: Path, reason: str) -> None:
        self.problems.append((path.relative_to(self.root).as_posix(), reason))


_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _subfolders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _walk_keys(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield each file below a folder by its key: MLflow makes folders of slashes in keys."""
    for base, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            path = Path(base, name)
            if not path.is_symlink():
                yield clean_name(path.relative_to(folder)), path


def _read_texts(folder: Path) -> dict[str, str]:
    return {
        key: path.read_text(encoding="utf-8", errors="replace") for key, path in _walk_keys(folder)
    }


def _find_int(value: object) -> int | None:
    try:
        return None if value is None else int(str(value))
    except ValueError:
        return None
