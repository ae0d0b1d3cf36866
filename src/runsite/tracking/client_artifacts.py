"""The client's part for files: logged to runs, listed, downloaded."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runsite.entities import FileInfo
from runsite.tracking import artifact_files, media, tables
from runsite.tracking.checks import check_artifact_path
from runsite.tracking.client_base import ClientBase
from runsite.tracking.convert import run_from_record
from runsite.tracking.reading import search_page

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ArtifactMethods"]


class ArtifactMethods(ClientBase):
    """Files of runs by the runs' ids."""

    def log_artifact(
        self, run_id: str, local_path: str | Path, artifact_path: str | None = None
    ) -> None:
        """Copy a file, or a folder, into a run's artifacts; see `runsite.log_artifact`."""
        folder = check_artifact_path(artifact_path)
        artifact_files.save_file(self._open_session(run_id), Path(local_path), folder=folder)

    def log_artifacts(
        self, run_id: str, local_dir: str | Path, artifact_path: str | None = None
    ) -> None:
        """Copy all that is in a folder into a run's artifacts."""
        folder = check_artifact_path(artifact_path)
        artifact_files.save_folder(self._open_session(run_id), Path(local_dir), folder=folder)

    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        """Write text to a file of a run."""
        data = str(text).encode("utf-8", "replace")
        artifact_files.save_bytes(self._open_session(run_id), artifact_file, data)

    def log_dict(self, run_id: str, dictionary: dict[str, Any], artifact_file: str) -> None:
        """Write a dictionary to a file of a run, as YAML or JSON."""
        data = media.format_dict(dictionary, name=artifact_file)
        artifact_files.save_bytes(self._open_session(run_id), artifact_file, data)

    def log_stream(
        self, run_id: str, stream: io.BufferedIOBase | io.RawIOBase, artifact_file: str
    ) -> None:
        """Write what a binary stream still holds to a file of a run."""
        artifact_files.save_stream(self._open_session(run_id), artifact_file, stream)

    def log_figure(
        self,
        run_id: str,
        figure: Any,
        artifact_file: str,
        *,
        save_kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Write a figure to a file of a run; see `runsite.log_figure`."""
        write = media.figure_writer(figure, name=artifact_file, options=save_kwargs or {})
        artifact_files.save_with(self._open_session(run_id), artifact_file, write)

    def log_image(
        self,
        run_id: str,
        image: Any,
        artifact_file: str | None = None,
        key: str | None = None,
        step: int | None = None,
        timestamp: int | None = None,
        synchronous: bool | None = None,
    ) -> None:
        """Write an image to a file of a run; see `runsite.log_image`."""
        name = media.name_image(artifact_file, key=key, step=step)
        artifact_files.save_with(
            self._open_session(run_id), name, media.image_writer(image, name=name)
        )

    def log_table(
        self, run_id: str, data: dict[str, Any] | pd.DataFrame, artifact_file: str
    ) -> None:
        """Write a table to a file of a run, or add rows to it; see `runsite.log_table`."""
        tables.append_table(self._open_session(run_id), data, name=artifact_file)

    def load_table(
        self,
        experiment_id: str,
        artifact_file: str,
        run_ids: list[str] | None = None,
        extra_columns: list[str] | None = None,
    ) -> pd.DataFrame:
        """Read the tables of an experiment's runs; see `runsite.load_table`."""
        store = self._open_store()
        if run_ids is None:
            found = search_page(store, experiment_ids=[experiment_id], max_results=100_000)
            run_ids = found.frame["run_id"].to_list()
        chosen = [run_from_record(store, store.read_run(run_id)) for run_id in run_ids]
        return tables.load_tables(store, artifact_file, runs=chosen, extra_columns=extra_columns)

    def list_artifacts(self, run_id: str, path: str | None = None) -> list[FileInfo]:
        """List what lies directly in a folder of a run's artifacts.

        Raises:
            NotFoundError: There is no such run.
        """
        store = self._open_store()
        return artifact_files.list_files(store.artifacts_dir(store.read_run(run_id).run_id), path)

    def download_artifacts(self, run_id: str, path: str, dst_path: str | None = None) -> str:
        """Return a local path of an artifact: the file in the store, or a copy in `dst_path`.

        Raises:
            NotFoundError: There is no such run or artifact.
        """
        store = self._open_store()
        root = store.artifacts_dir(store.read_run(run_id).run_id)
        return artifact_files.fetch(root, path, into=Path(dst_path) if dst_path else None)
