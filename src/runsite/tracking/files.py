"""The verbs that log files: artifacts, text, dictionaries, figures, images, tables."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runsite.tracking import artifact_files, media, sessions, tables, uris
from runsite.tracking.active import get_session
from runsite.tracking.checks import check_artifact_path, check_local_path
from runsite.tracking.convert import find_artifact_root
from runsite.tracking.reading import find_runs

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "flush_artifact_async_logging",
    "get_artifact_uri",
    "load_table",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_stream",
    "log_table",
    "log_text",
]


def log_artifact(
    local_path: str | Path, artifact_path: str | None = None, run_id: str | None = None
) -> None:
    """Copy a file, or a folder, into the run's artifacts.

    Args:
        local_path: The file. A symbolic link to one is followed.
        artifact_path: Folder among the artifacts to put it in; their root by default.
        run_id: The run; the active one by default.

    Raises:
        NotFoundError: There is no such file.
        InvalidValueError: `local_path` is no path, or `artifact_path` leads out of the run's folder.
    """
    folder = check_artifact_path(artifact_path)
    artifact_files.save_file(get_session(run_id), check_local_path(local_path), folder=folder)


def log_artifacts(
    local_dir: str | Path, artifact_path: str | None = None, run_id: str | None = None
) -> None:
    """Copy all that is in a folder into the run's artifacts. See `log_artifact`.

    Symbolic links to folders inside are passed over, with a warning.
    """
    folder = check_artifact_path(artifact_path)
    artifact_files.save_folder(get_session(run_id), check_local_path(local_dir), folder=folder)


def log_text(text: str, artifact_file: str, run_id: str | None = None) -> None:
    """Write text, in UTF-8, to a file of the run such as ``notes/model.md``."""
    data = str(text).encode("utf-8", "replace")
    artifact_files.save_bytes(get_session(run_id), artifact_file, data)


def log_dict(dictionary: dict[str, Any], artifact_file: str, run_id: str | None = None) -> None:
    """Write a dictionary to a file of the run: YAML for ``.yaml`` and ``.yml``, else JSON.

    Raises:
        InvalidValueError: It holds something that the format cannot.
    """
    data = media.format_dict(dictionary, name=artifact_file)
    artifact_files.save_bytes(get_session(run_id), artifact_file, data)


def log_stream(
    stream: io.BufferedIOBase | io.RawIOBase, artifact_file: str, run_id: str | None = None
) -> None:
    """Write what a binary stream still holds to a file of the run."""
    artifact_files.save_stream(get_session(run_id), artifact_file, stream)


def log_figure(
    figure: Any, artifact_file: str, *, save_kwargs: dict[str, Any] | None = None
) -> None:
    """Write a figure of Matplotlib, Plotly or Altair to a file of the run.

    Args:
        figure: The figure.
        artifact_file: Its suffix says the format: ``.png``, ``.svg``, ``.pdf``; ``.html`` and
            ``.json`` for Plotly and Altair.
        save_kwargs: Passed to the library's own method that saves.

    Raises:
        InvalidValueError: It is none of these.
    """
    write = media.figure_writer(figure, name=artifact_file, options=save_kwargs or {})
    artifact_files.save_with(get_session(), artifact_file, write)


def log_image(
    image: Any,
    artifact_file: str | None = None,
    key: str | None = None,
    step: int | None = None,
    timestamp: int | None = None,
    synchronous: bool | None = False,
) -> None:
    """Write an image to a file of the run, or as one of a series by step.

    Args:
        image: Pillow image, or array (height, width[, 1, 3 or 4]) of uint8 0 to 255, bool, or
            floats 0 to 1.
        artifact_file: The file; Pillow images know many formats, arrays need ``.png``.
        key: Name of the series instead: the file is ``images/<key>/<step>.png``.
        step: Step in the series; 0 by default.
        timestamp: Accepted for MLflow's sake: the step tells the images apart.
        synchronous: Accepted for MLflow's sake: every call is synchronous.

    Raises:
        InvalidValueError: Neither file nor key is given, or both, or the array is no image.
    """
    name = media.name_image(artifact_file, key=key, step=step)
    write = media.image_writer(image, name=name)
    artifact_files.save_with(get_session(), name, write)


def log_table(
    data: dict[str, Any] | pd.DataFrame, artifact_file: str, run_id: str | None = None
) -> None:
    """Write a table to a file of the run, ``.json`` or ``.parquet``; rows are added to a table there.

    Args:
        data: Columns by name, or a DataFrame of pandas or Polars.
        artifact_file: The file.
        run_id: The run; the active one by default.

    Raises:
        InvalidValueError: The data is no table, or the suffix is another one.
    """
    tables.append_table(get_session(run_id), data, name=artifact_file)


def load_table(
    artifact_file: str,
    run_ids: list[str] | None = None,
    extra_columns: list[str] | None = None,
) -> pd.DataFrame:
    """Read the tables that several runs logged under one name, one below the other.

    Args:
        artifact_file: As in `log_table`.
        run_ids: Runs; by default all of the active experiment that have it.
        extra_columns: Columns ``run_id``, ``experiment_id``, ``start_time`` … of the run to add.

    Raises:
        NotFoundError: None of the runs has such a table.
    """
    store = uris.open_store()
    runs = find_runs(store, run_ids=run_ids)
    return tables.load_tables(store, artifact_file, runs=runs, extra_columns=extra_columns)


def get_artifact_uri(artifact_path: str | None = None) -> str:
    """Return the URI of the active run's artifacts, or of one of them; starts a run if need be."""
    session = get_session()
    path = check_artifact_path(artifact_path)
    root = f"{find_artifact_root(session.store)}/{session.run_id}"
    return f"{root}/{path}" if path else root


def flush_artifact_async_logging() -> None:
    """Seal what was logged to runs that are not active; files are always written at once."""
    sessions.close_idle()
