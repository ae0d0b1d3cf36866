from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from support.examples import taxi_module

__all__ = ["taxi_module"]

BEGIN = datetime(2021, 1, 5, 8, tzinfo=UTC)


@pytest.fixture
def data(taxi_module, monkeypatch):
    monkeypatch.delenv("RUNSITE_TAXI_DATA", raising=False)
    return taxi_module("data")


def write_month(path, *, minutes: list[float]) -> None:
    pl.DataFrame(
        {
            "lpep_pickup_datetime": [BEGIN] * len(minutes),
            "lpep_dropoff_datetime": [BEGIN + timedelta(minutes=m) for m in minutes],
            "PULocationID": [43] * len(minutes),
            "DOLocationID": [151] * len(minutes),
            "trip_distance": [1.5] * len(minutes),
        }
    ).write_parquet(path)


@pytest.fixture
def folder(data, tmp_path):
    for name in data.TAXI_FILES:
        write_month(tmp_path / name, minutes=[0.5, 1.0, 7.25, 60.0, 60.5])
    return tmp_path


def test_trips_of_one_to_sixty_minutes_are_kept(data, folder):
    """Both ends count; the route is one word; the target is drop-off minus pick-up in minutes."""
    trips = data.load_trips(folder)
    assert trips.train.to_dict(as_series=False) == {
        "PULocationID_DOLocationID": ["43_151"] * 3,
        "trip_distance": [1.5] * 3,
        "duration": [1.0, 7.25, 60.0],
    }
    assert trips.features == ["PULocationID_DOLocationID", "trip_distance"]


def test_the_environment_names_the_folder_where_the_caller_does_not(data, folder, monkeypatch):
    """``RUNSITE_TAXI_DATA`` is asked when there is no ``--data``."""
    monkeypatch.setenv("RUNSITE_TAXI_DATA", str(folder))
    assert data.load_trips().name == "green-taxi"


def test_a_folder_without_the_files_is_an_error_that_names_the_missing_one(data, tmp_path):
    """A wrong ``--data`` is said plainly instead of training on something else."""
    with pytest.raises(data.DataError) as caught:
        data.load_trips(tmp_path)
    assert str(caught.value) == f"there is no green_tripdata_2021-01.parquet in {tmp_path}"


def test_without_a_network_there_are_flights(data, monkeypatch):
    """The package from the index has 26,398 and 23,611 flights with an air time."""
    monkeypatch.setattr(data, "fetch_files", lambda _names: None)
    trips = data.load_trips()
    assert (trips.name, trips.train.height, trips.validation.height) == ("flights", 26_398, 23_611)
    assert trips.train.columns == ["origin_dest", "distance", "air_time"]


def test_with_neither_network_nor_package_the_message_says_what_to_do(data, monkeypatch):
    """The person learns both ways out."""
    monkeypatch.setattr(data, "fetch_files", lambda _names: None)
    monkeypatch.setattr(data, "FLIGHTS_PACKAGE", "no-such-package")
    with pytest.raises(data.DataError) as caught:
        data.load_trips()
    assert str(caught.value) == (
        "there is no network, and the package no-such-package is not installed: install it, or "
        "name a folder with green_tripdata_2021-01.parquet and green_tripdata_2021-02.parquet "
        "by --data"
    )


def test_quick_takes_the_first_trips_of_each_month(data, monkeypatch, folder):
    """``--quick`` shortens both months."""
    monkeypatch.setattr(data, "QUICK_ROWS", 2)
    trips = data.load_trips(folder, quick=True)
    assert (trips.train.height, trips.validation.height) == (2, 2)
