"""Datasets: what a run read, identified by a digest of the content.

The same data gives the same digest, whichever library holds it: a pandas DataFrame, a Polars one and
an Arrow table with the same columns agree. Nothing of the data itself is stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runsite.data.digests import digest_arrays, digest_files, digest_table, list_files
from runsite.data.frames import name_type, table_from_pandas, table_from_polars
from runsite.errors import InvalidValueError, NotFoundError, quote
from runsite.records import InputRecord

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = [
    "Dataset",
    "DatasetSource",
    "as_dataset",
    "from_arrow",
    "from_file",
    "from_numpy",
    "from_pandas",
    "from_polars",
    "from_spark",
    "get_source",
    "make_record",
]


@dataclass(frozen=True, slots=True)
class DatasetSource:
    """Where data came from: a path or URL, and which kind it is (local, http, s3, code)."""

    uri: str = ""
    kind: str = "code"

    def load(self, dst_path: str | None = None) -> str:
        """Return a path where the data can be read; only local sources have one.

        Raises:
            NotFoundError: The source is elsewhere, or gone.
        """
        if self.kind != "local" or not Path(self.uri).exists():
            raise NotFoundError(
                f"the source {quote(self.uri)} cannot be read from here",
                hint="fetch it by its URL yourself" if self.uri else None,
            )
        return self.uri

    def to_dict(self) -> dict[str, str]:
        """Return the source as a dictionary."""
        return {"uri": self.uri, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class Dataset:
    """Data that a run read.

    Attributes:
        name: What people call it.
        digest: 16 hex digits of a SHA-256 over the content.
        source: Where it came from.
        schema: JSON: columns with types, or tensors with dtypes and shapes.
        rows: How many; None where it is not known.
        targets: Column of what is to be predicted.
        predictions: Column of a model's answers.
        data: The data itself, as it was given. It is not stored.
    """

    name: str
    digest: str
    source: DatasetSource = field(default_factory=DatasetSource)
    schema: str = ""
    rows: int | None = None
    targets: str | None = None
    predictions: str | None = None
    data: Any = field(default=None, repr=False, compare=False)

    @property
    def df(self) -> Any:
        """The DataFrame, under the name that MLflow's datasets have for it."""
        return self.data

    @property
    def profile(self) -> dict[str, int]:
        """The number of rows, as MLflow's datasets have it."""
        return {} if self.rows is None else {"num_rows": self.rows}

    def to_dict(self) -> dict[str, str]:
        """Return what is stored, as a dictionary of texts."""
        return {
            "name": self.name,
            "digest": self.digest,
            "source": json.dumps(self.source.to_dict()),
            "source_type": self.source.kind,
            "schema": self.schema,
            "profile": json.dumps(self.profile),
        }


def from_pandas(
    df: pd.DataFrame,
    source: str | Path | DatasetSource | None = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    predictions: str | None = None,
) -> Dataset:
    """Describe a pandas DataFrame; its index is no part of the content.

    Args:
        df: The data.
        source: Path or URL that it was read from.
        targets: Column of what is to be predicted.
        name: What people call it; by default the source's file name.
        digest: Identifies the content; computed by default.
        predictions: Column of a model's answers.

    Raises:
        InvalidValueError: There is no such column.
    """
    _check_columns(df.columns, targets, predictions)
    table = table_from_pandas(df)
    made = _from_table(table, df, source=source, targets=targets, name=name, digest=digest)
    return replace(made, predictions=predictions)


def from_polars(
    df: pl.DataFrame,
    source: str | Path | DatasetSource | None = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    predictions: str | None = None,
) -> Dataset:
    """Describe a Polars DataFrame. The arguments are those of `from_pandas`."""
    _check_columns(df.columns, targets, predictions)
    table = table_from_polars(df)
    made = _from_table(table, df, source=source, targets=targets, name=name, digest=digest)
    return replace(made, predictions=predictions)


def from_arrow(
    table: pa.Table,
    source: str | Path | DatasetSource | None = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
) -> Dataset:
    """Describe an Arrow table. The arguments are those of `from_pandas`."""
    _check_columns(table.column_names, targets)
    return _from_table(table, table, source=source, targets=targets, name=name, digest=digest)


def from_numpy(
    features: np.ndarray | dict[str, np.ndarray],
    source: str | Path | DatasetSource | None = None,
    targets: np.ndarray | dict[str, np.ndarray] | None = None,
    name: str | None = None,
    digest: str | None = None,
) -> Dataset:
    """Describe arrays (SciPy's sparse ones too): features, and targets where there are any."""
    groups = {"features": _as_arrays(features)}
    if targets is not None:
        groups["targets"] = _as_arrays(targets)
    specs = {
        group: json.dumps([_tensor_spec(key, array) for key, array in arrays.items()])
        for group, arrays in groups.items()
    }
    first = next(iter(groups["features"].values()), None)
    shape = getattr(first, "shape", ())
    made = _make_source(source)
    return Dataset(
        name=name or _name_of(made),
        digest=digest or digest_arrays(groups),
        source=made,
        schema=json.dumps({"mlflow_tensorspec": specs}),
        rows=int(shape[0]) if shape else None,
        data=features,
    )


def from_file(path: str | Path, name: str | None = None, digest: str | None = None) -> Dataset:
    """Describe a file, or a folder of files, by the bytes in it.

    Raises:
        NotFoundError: There is none.
    """
    target = Path(path)
    files = list_files(target)
    if not files:
        raise NotFoundError(f"no file {quote(str(path))} to describe")
    rows = None
    if all(file.suffix == ".parquet" for file in files):
        import pyarrow.parquet as pq

        rows = sum(pq.read_metadata(file).num_rows for file in files)
    return Dataset(
        name=name or target.name,
        digest=digest or digest_files(target),
        source=DatasetSource(str(path), "local"),
        rows=rows,
        data=target,
    )


def from_spark(
    df: Any,
    path: str | None = None,
    table_name: str | None = None,
    version: str | None = None,
    sql: str | None = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    predictions: str | None = None,
) -> Dataset:
    """Describe a Spark DataFrame by its plan: nothing is computed.

    Args:
        df: The DataFrame.
        path: Where it was read from.
        table_name: The table that it was read from.
        version: Version of that table or path.
        sql: The query that made it.
        targets: Column of what is to be predicted.
        name: What people call it.
        digest: Identifies the content; by default the plan's and the schema's.
        predictions: Column of a model's answers.
    """
    import hashlib

    _check_columns(df.columns, targets, predictions)
    origin = table_name or path or sql or ""
    if version and origin:
        origin = f"{origin}@{version}"
    text = f"{df.semanticHash()} {df.schema.json()} {version or ''}"
    columns = [{"type": f.dataType.simpleString(), "name": f.name} for f in df.schema.fields]
    return Dataset(
        name=name or table_name or (Path(path).name if path else "dataset"),
        digest=digest or hashlib.sha256(text.encode()).hexdigest()[:16],
        source=DatasetSource(origin, "spark"),
        schema=json.dumps({"mlflow_colspec": columns}),
        targets=targets,
        predictions=predictions,
        data=df,
    )


def as_dataset(data: Any, *, name: str | None = None) -> Dataset:
    """Describe whatever it is: a dataset, a DataFrame, a table, an array, a path.

    Raises:
        InvalidValueError: It is none of these.
    """
    if isinstance(data, Dataset):
        return data
    for package, kind, make in _MAKERS:
        if any(
            cls.__module__.partition(".")[0] == package and cls.__name__ == kind
            for cls in type(data).__mro__
        ):
            return make(data, name=name)
    if isinstance(data, str | Path):
        return from_file(data, name=name)
    if hasattr(data, "shape") and hasattr(data, "dtype"):
        return from_numpy(data, name=name)
    raise InvalidValueError(
        f"{type(data).__name__} is no dataset",
        hint="use one of runsite.data.from_pandas, from_polars, from_arrow, from_numpy, from_file",
    )


def get_source(dataset: Any) -> DatasetSource:
    """Return where a dataset came from: ours, or one that was read back from a run."""
    source = getattr(dataset, "source", None)
    if isinstance(source, DatasetSource):
        return source
    inner = getattr(dataset, "dataset", dataset)
    return DatasetSource(str(inner.source), str(inner.source_type))


def make_record(dataset: Dataset, *, context: str | None = None) -> InputRecord:
    """Turn a dataset into what the store keeps of it."""
    return InputRecord(
        name=dataset.name,
        digest=dataset.digest,
        context=context or "",
        source_type=dataset.source.kind,
        source=dataset.source.uri,
        schema=dataset.schema,
        rows=dataset.rows,
    )


def _from_table(
    table: pa.Table,
    data: object,
    *,
    source: str | Path | DatasetSource | None,
    targets: str | None,
    name: str | None,
    digest: str | None,
) -> Dataset:
    made = _make_source(source)
    columns = [
        {"type": name_type(column.type), "name": column.name, "required": not column.nullable}
        for column in table.schema
    ]
    return Dataset(
        name=name or _name_of(made),
        digest=digest or digest_table(table),
        source=made,
        schema=json.dumps({"mlflow_colspec": columns}),
        rows=table.num_rows,
        targets=targets,
        data=data,
    )


def _make_source(source: object) -> DatasetSource:
    if source is None:
        return DatasetSource()
    if isinstance(source, DatasetSource):
        return source
    text = str(source)
    scheme, found, _ = text.partition("://")
    kinds = {"https": "http", "s3a": "s3", "file": "local"}
    return DatasetSource(text, kinds.get(scheme, scheme) if found else "local")


def _name_of(source: DatasetSource) -> str:
    return source.uri.rstrip("/").rpartition("/")[2] or "dataset"


def _check_columns(columns: object, *names: str | None) -> None:
    there = [str(column) for column in columns]  # type: ignore[attr-defined]  # an index or a list
    for name in names:
        if name is not None and str(name) not in there:
            raise InvalidValueError(
                f"the data has no column {quote(name)}",
                hint=f"the columns are {', '.join(there[:20])}",
            )


def _as_arrays(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {"": value}


def _tensor_spec(key: str, array: Any) -> dict[str, object]:
    spec = {"dtype": str(array.dtype), "shape": [-1, *map(int, array.shape[1:])]}
    return {"type": "tensor", "tensor-spec": spec, **({"name": key} if key else {})}


_MAKERS: tuple[tuple[str, str, Callable[..., Dataset]], ...] = (
    ("pandas", "DataFrame", from_pandas),
    ("polars", "DataFrame", from_polars),
    ("pyarrow", "Table", from_arrow),
    ("pyspark", "DataFrame", from_spark),
)
