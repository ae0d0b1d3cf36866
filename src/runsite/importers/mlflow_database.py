"""MLflow's SQLite database, by plain SQL: no MLflow, no SQLAlchemy, opened for reading only.

Source: the tables of MLflow 1 to 3; columns that a version does not have yet are taken as empty.
Infinities stand there as the largest doubles, NaN as 0 with a mark.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from runsite.errors import ForeignStoreError, quote
from runsite.importers.found import (
    FoundExperiment,
    FoundInput,
    FoundModel,
    FoundPoint,
    FoundRun,
    FoundVersion,
    merge_points,
)

__all__ = ["DatabaseSource", "is_database"]

_INFINITE = 1.7976931348623157e308
_MAGIC = b"SQLite format 3\0"


def is_database(path: Path) -> bool:
    """Tell whether a file is an SQLite database."""
    try:
        with open(path, "rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


class DatabaseSource:
    """Reads one database. Lives for one import; changes nothing.

    Args:
        path: The database.
        artifacts: Folder below which the files of the runs lie, where that is not clear from
            their addresses.
    """

    def __init__(self, path: Path, *, artifacts: Path | None = None) -> None:
        self.path = path
        self.artifacts = artifacts
        self.problems: list[tuple[str, str]] = []
        uri = f"{path.absolute().as_uri()}?mode=ro"
        self._connection = sqlite3.connect(uri, uri=True)
        self._connection.row_factory = sqlite3.Row
        self._connection.text_factory = lambda data: data.decode("utf-8", "replace")
        tables = {row["name"] for row in self._ask("SELECT name FROM sqlite_master")}
        if not {"runs", "experiments", "metrics"} <= tables:
            raise ForeignStoreError(
                f"{quote(str(path))} is a database, but not one of MLflow",
                hint="it has no tables runs, experiments and metrics",
            )
        self._tables = tables

    def list_experiments(self) -> list[FoundExperiment]:
        """List the experiments."""
        tags = self._group("experiment_tags", "experiment_id")
        return [
            FoundExperiment(
                experiment_id=str(row["experiment_id"]),
                name=str(row["name"]),
                deleted=row["lifecycle_stage"] == "deleted",
                created_ms=_find_time(row, "creation_time"),
                updated_ms=_find_time(row, "last_update_time"),
                tags=tags.get(row["experiment_id"], {}),
            )
            for row in self._ask("SELECT * FROM experiments ORDER BY experiment_id")
        ]

    def count_runs(self) -> int:
        """Count the runs."""
        return int(next(iter(self._ask("SELECT count(*) AS n FROM runs")))["n"])

    def read_runs(self) -> Iterator[FoundRun]:
        """Read one run after the other, with its points."""
        experiments = {e.experiment_id: e for e in self.list_experiments()}
        for row in list(self._ask("SELECT * FROM runs ORDER BY start_time, run_uuid")):
            run_id = row["run_uuid"]
            experiment = experiments.get(str(row["experiment_id"]))
            if experiment is None:
                self.problems.append((run_id, f"its experiment {row['experiment_id']} is gone"))
                continue
            yield FoundRun(
                run_id=run_id,
                experiment=experiment,
                name=_find(row, "name") or "",
                status=row["status"] or "FINISHED",
                deleted=row["lifecycle_stage"] == "deleted" or experiment.deleted,
                user=row["user_id"] or "",
                start_ms=_find_time(row, "start_time"),
                end_ms=_find_time(row, "end_time"),
                params=self._read_texts("params", "run_uuid", run_id),
                tags=self._read_texts("tags", "run_uuid", run_id),
                metrics=self._read_metrics(run_id),
                inputs=tuple(self._read_inputs(run_id)),
                artifacts=self._find_artifacts(row["artifact_uri"] or "", run_id),
                artifact_uri=row["artifact_uri"] or "",
                models=self._find_logged_models(run_id),
            )

    def list_models(self) -> list[FoundModel]:
        """List what is registered."""
        if "registered_models" not in self._tables:
            return []
        tags = self._group("registered_model_tags", "name")
        versions: dict[str, list[FoundVersion]] = {}
        for row in self._ask("SELECT * FROM model_versions ORDER BY name, version"):
            if row["current_stage"] != "Deleted_Internal":
                versions.setdefault(row["name"], []).append(self._make_version(row))
        aliases: dict[str, dict[str, int]] = {}
        if "registered_model_aliases" in self._tables:
            for row in self._ask("SELECT * FROM registered_model_aliases"):
                aliases.setdefault(row["name"], {})[row["alias"]] = row["version"]
        return [
            FoundModel(
                name=row["name"],
                description=row["description"] or "",
                tags=tags.get(row["name"], {}),
                aliases=aliases.get(row["name"], {}),
                versions=tuple(versions.get(row["name"], ())),
            )
            for row in self._ask("SELECT * FROM registered_models ORDER BY name")
        ]

    def _make_version(self, row: sqlite3.Row) -> FoundVersion:
        tags: dict[str, str] = {}
        if "model_version_tags" in self._tables:
            asked = "SELECT key, value FROM model_version_tags WHERE name = ? AND version = ?"
            tags = _texts(self._ask(asked, (row["name"], row["version"])))
        return FoundVersion(
            version=row["version"],
            run_id=row["run_id"] or "",
            source=row["source"] or "",
            stage=row["current_stage"] or "None",
            created_ms=_find_time(row, "creation_time"),
            user=row["user_id"] or "",
            description=row["description"] or "",
            tags=tags,
        )

    def _read_metrics(self, run_id: str) -> dict[str, tuple[FoundPoint, ...]]:
        points: dict[str, list[FoundPoint]] = {}
        for row in self._ask("SELECT * FROM metrics WHERE run_uuid = ?", (run_id,)):
            try:
                value = math.nan if _find(row, "is_nan") else float(row["value"])
                point_at = int(row["timestamp"]), int(_find(row, "step") or 0)
            except (ValueError, TypeError, OverflowError):  # SQLite keeps any kind in any column
                self.problems.append(
                    (run_id, f"metric {quote(row['key'])} has a row of no numbers")
                )
                continue
            if abs(value) >= _INFINITE:
                value = math.copysign(math.inf, value)
            point = (*point_at, value)
            points.setdefault(row["key"], []).append(point)
        return {key: merge_points(found) for key, found in sorted(points.items())}

    def _read_inputs(self, run_id: str) -> Iterator[FoundInput]:
        if not {"inputs", "datasets", "input_tags"} <= self._tables:
            return
        asked = """
            SELECT d.*, i.input_uuid FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id
            WHERE i.destination_type = 'RUN' AND i.source_type = 'DATASET' AND i.destination_id = ?
            ORDER BY d.name, d.digest"""
        for row in list(self._ask(asked, (run_id,))):
            tags = self._ask(
                "SELECT name AS key, value FROM input_tags WHERE input_uuid = ?",
                (row["input_uuid"],),
            )
            yield FoundInput(
                name=row["name"],
                digest=row["digest"],
                context=_texts(tags).get("mlflow.data.context", ""),
                source_type=row["dataset_source_type"] or "",
                source=row["dataset_source"] or "",
                schema=row["dataset_schema"] or "",
                profile=row["dataset_profile"] or "",
            )

    def _find_logged_models(self, run_id: str) -> dict[str, Path]:
        if "logged_models" not in self._tables:
            return {}
        found = {}
        for row in self._ask("SELECT * FROM logged_models WHERE source_run_id = ?", (run_id,)):
            folder = self._find_folder(row["artifact_location"] or "", "models", row["model_id"])
            if folder is not None:
                found[str(row["name"] or "model")] = folder
        return found

    def _find_artifacts(self, uri: str, run_id: str) -> Path | None:
        return self._find_folder(uri, run_id)

    def _find_folder(self, uri: str, *names: str) -> Path | None:
        """Find a folder of files on this machine: other people's absolute paths mean nothing here.

        What comes after the tracker's own folder in the address is looked for below the folder
        that was named, and beside the database.
        """
        try:
            scheme = urlsplit(uri).scheme
            path = unquote(urlsplit(uri).path) if scheme == "file" else uri
            own = self.path.parent / path if scheme in ("", "file") and path else None
            if own is not None and own.is_dir():
                return own
        except (OSError, ValueError):  # no address, or one that no file system takes
            return None
        parts = path.replace("\\", "/").rstrip("/").split("/")
        if names[-1] not in parts:
            return None
        at = parts.index(names[-1])
        roots = [self.artifacts] if self.artifacts else []
        roots += [self.path.parent / name for name in ("mlruns", "mlartifacts", "artifacts", ".")]
        for root in roots:
            for start in range(max(0, at - 2), at + 1):
                folder = root.joinpath(*parts[start:])
                if folder.is_dir():
                    return folder
        return None

    def _read_texts(self, table: str, column: str, key: object) -> dict[str, str]:
        return _texts(self._ask(f"SELECT key, value FROM {table} WHERE {column} = ?", (key,)))  # noqa: S608 - own names

    def _group(self, table: str, column: str) -> dict[object, dict[str, str]]:
        if table not in self._tables:
            return {}
        groups: dict[object, dict[str, str]] = {}
        for row in self._ask(f"SELECT {column} AS owner, key, value FROM {table}"):  # noqa: S608 - own names
            groups.setdefault(row["owner"], {})[_text(row["key"])] = _text(row["value"])
        return groups

    def _ask(self, question: str, values: Iterable[object] = ()) -> Iterator[sqlite3.Row]:
        try:
            yield from self._connection.execute(question, tuple(values))
        except sqlite3.DatabaseError as error:
            raise ForeignStoreError(f"{quote(str(self.path))} cannot be read: {error}") from error


def _find(row: sqlite3.Row, name: str) -> Any:
    return row[name] if name in row.keys() else None  # noqa: SIM118 - a Row has no `in`


def _find_time(row: sqlite3.Row, name: str) -> int | None:
    """Read milliseconds; None for what is no number, which SQLite keeps in any column."""
    try:
        return int(_find(row, name))
    except (TypeError, ValueError, OverflowError):
        return None


def _texts(rows: Iterable[sqlite3.Row]) -> dict[str, str]:
    return {_text(row["key"]): _text(row["value"]) for row in rows}


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
