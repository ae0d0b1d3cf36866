"""A file store is read as it lies there, whatever is missing or broken in it."""

from __future__ import annotations

import math

import pytest

from runsite.importers.mlflow_files import FileSource, find_file_store
from runsite.importers.runs import import_runs
from runsite.store import Store
from runsite.tracking import MlflowClient

RUN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def root(tmp_path):
    """Make a store of one experiment and one run."""
    folder = tmp_path / "mlruns" / "1" / RUN
    for name in ("params", "metrics", "tags"):
        (folder / name).mkdir(parents=True)
    folder.parent.joinpath("meta.yaml").write_text("experiment_id: '1'\nname: taxi\n")
    folder.joinpath("meta.yaml").write_text(
        f"run_id: {RUN}\nstatus: 3\nstart_time: 1000\nend_time: 2000\nuser_id: ada\n"
    )
    return tmp_path / "mlruns"


def read_one(root):
    source = FileSource(root)
    (run,) = source.read_runs()
    return run, source.problems


def test_the_folder_around_it_will_do(root, tmp_path):
    """`mlruns` is found at the path and in it; another folder is none."""
    assert find_file_store(root) == find_file_store(root.parent) == root
    assert find_file_store(root / "1" / RUN) is None


def test_points_are_read_line_by_line(root):
    """Old lines without a step, doubled ones, NaN, and one that is no point and is named."""
    path = root / "1" / RUN / "metrics" / "val" / "loss rate"
    path.parent.mkdir()
    path.write_text("5 1.5\n5 2.5 0\n5 2.5 0\n9 nan 2\nhalf a li\n")
    run, problems = read_one(root)
    points = run.metrics["val/loss rate"]
    assert points[:2] == ((5, 0, 1.5), (5, 0, 2.5))
    assert points[2][:2] == (9, 2)
    assert math.isnan(points[2][2])
    assert problems == [
        (f"1/{RUN}/metrics/val/loss rate", "line 5 is no point: 'half a li'"),
    ]


def test_a_run_whose_description_is_broken_is_named(root):
    """The others are read."""
    for name, text in (
        ("a" * 32, None),
        ("b" * 32, "{"),
        ("c" * 32, "- a list"),
        ("d" * 32, "a: !!bool x"),
    ):
        (root / "1" / name).mkdir()
        if text is not None:
            (root / "1" / name / "meta.yaml").write_text(text)
    run, problems = read_one(root)
    assert run.run_id == RUN
    assert [place for place, _ in problems] == [
        f"1/{'a' * 32}",
        f"1/{'b' * 32}/meta.yaml",
        f"1/{'c' * 32}/meta.yaml",
        f"1/{'d' * 32}/meta.yaml",
    ]


def test_links_are_not_followed(root, tmp_path):
    """A link among params or in place of the artifacts brings nothing in."""
    secret = tmp_path / "secret"
    secret.write_text("s")
    folder = root / "1" / RUN
    (folder / "params" / "stolen").symlink_to(secret)
    (folder / "artifacts").symlink_to(tmp_path)
    run, _ = read_one(root)
    assert (run.params, run.artifacts) == ({}, None)


def test_what_lies_in_the_trash_is_deleted(root):
    """MLflow moves a deleted experiment there and leaves its runs as they were."""
    (root / ".trash").mkdir()
    (root / "1").rename(root / ".trash" / "1")
    run, _ = read_one(root)
    assert run.deleted
    assert run.experiment.deleted


def test_yaml_makes_no_objects(root):
    """A tag that would run code is refused, not run."""
    (root / "1" / RUN / "meta.yaml").write_text("!!python/object/apply:os.system ['true']")
    source = FileSource(root)
    assert list(source.read_runs()) == []
    assert source.problems[0][1].startswith("cannot be read: could not determine a constructor")


def test_runs_stay_apart_from_an_experiment_that_was_renamed(root, tmp_store):
    """An experiment of the same name is another one, which the import makes."""
    client = MlflowClient(str(tmp_store))
    renamed = client.create_experiment("taxi")
    client.rename_experiment(renamed, "cabs")
    import_runs(FileSource(root), store=Store.open(tmp_store))
    assert client.get_experiment(renamed).name == "cabs"
    assert client.search_runs([renamed]) == []
    assert [run.info.run_id for run in client.search_runs(["taxi"])] == [RUN]
