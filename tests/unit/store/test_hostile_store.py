"""Files whose checksums fit, and whose content no writer of ours made: one reason, and no harm."""

from __future__ import annotations

import os
import sys
import zlib

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from runsite.errors import CorruptFileError
from runsite.store import Store
from runsite.store.doctor import examine
from runsite.store.journal_reading import read_journal
from runsite.store.parts import points_columns, points_table
from runsite.store.schema import METRICS, RUNS, runs_table
from runsite.store.slots import HEADER, format_event, format_point, parse_slots
from support.runs import BEGAN, a_run

LATE = pa.scalar(2**62, pa.int64()).cast(RUNS.field("start_time").type)


def add_row(store: Store, **columns) -> str:
    """Write a runs part whose row has these values instead; returns its path in the store."""
    table = runs_table([a_run(9, session="f" * 20, sessions=("f" * 20,))])
    for name, value in columns.items():
        field = RUNS.field(name)
        scalar = value if isinstance(value, pa.Scalar) else pa.scalar(value, field.type)
        array = pa.repeat(scalar, 1) if scalar.is_valid else pa.nulls(1, field.type)
        table = table.set_column(table.schema.get_field_index(name), field, array)
    path = store.layout.runs / "part"
    pq.write_table(table, path)
    crc = zlib.crc32(path.read_bytes())
    return path.rename(path.with_name(f"{9:032x}.{'f' * 20}.{crc:08x}.parquet")).name


@pytest.mark.parametrize(
    "columns",
    [
        {"run_id": "../../../etc"},
        {"run_id": ""},
        {"run_id": None},
        {"session": None},
        {"status": "\x1b[2J"},
        {"lifecycle_stage": None},
        {"experiment": None},
        {"run_name": None},
        {"start_time": None},
        {"start_time": LATE},
        {"end_time": LATE},
        {"artifacts": [None]},
        {"artifacts": [{"path": None, "size_bytes": 1, "sha256": ""}]},
        {"models": [{"path": None}]},
        {"inputs": [{"name": None, "digest": ""}]},
    ],
)
def test_a_row_that_is_no_runs_is_named_and_left_out(tmp_path, columns):
    """It would stop every command, or make a file name; the other runs are read."""
    store = Store.create(tmp_path)
    store.start_run(a_run(1)).close(status="FINISHED", end_time=BEGAN)
    name = add_row(store, **columns)
    store = Store.open(tmp_path)
    assert store.read_runs()["run_id"].to_list() == [f"{1:032x}"]
    [(path, reason)] = store.problems
    assert (path.name, reason) == (name, "holds 1 row(s) that are no run's")


def test_a_row_with_empty_places_reads_as_a_run(tmp_path):
    """What an older version did not write yet, and text that is missing, stop nobody."""
    store = Store.create(tmp_path)
    add_row(store, metrics=[("m", 1.0)], metric_summaries=None, params=[("a", None)], parts=None)
    record = Store.open(tmp_path).read_run(f"{9:032x}")
    assert (record.params, record.metrics, record.parts) == ({"a": ""}, {}, ())


def journal(folder, record, *events, points=b"", **opening):
    values = {"session": "a" * 20, "owner": True, "host": "h", "pid": 1, "record": record}
    path = folder / f"{1:032x}.{'a' * 20}.journal"
    head = format_event("open", time_ns=1, values={**values, **opening})
    path.write_bytes(HEADER + head + b"".join(events) + points)
    return path


PLAIN = {
    "run_id": f"{1:032x}",
    "revision": 0,
    "session": "",
    "experiment_id": "0",
    "experiment": "e",
    "run_name": "n",
    "status": "RUNNING",
    "lifecycle_stage": "active",
    "start_time": 0,
}


@pytest.mark.parametrize(
    ("record", "opening"),
    [
        ({}, {}),
        ({**PLAIN, "run_id": "../../../../tmp/x"}, {}),
        ({**PLAIN, "run_id": 5}, {}),
        ({**PLAIN, "start_time": "soon"}, {}),
        ({**PLAIN, "artifacts": [{}]}, {}),
        ({**PLAIN, "models": [[]]}, {}),
        (PLAIN, {"session": "../../x"}),
        (PLAIN, {"pid": "one"}),
    ],
)
def test_a_journal_that_no_run_wrote_is_refused(tmp_path, record, opening):
    """Its names would become names of files; commands say so and read all else."""
    path = journal(tmp_path, record, **opening)
    with pytest.raises(CorruptFileError) as caught:
        read_journal(path)
    assert caught.value.where == str(path)
    assert caught.value.problem.startswith(f"the journal '{path.name}' ")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes with names")
def test_a_pipe_among_the_journals_keeps_nobody_waiting(tmp_path):
    """Reading it would last for ever."""
    os.mkfifo(tmp_path / "x.journal")
    with pytest.raises(CorruptFileError) as caught:
        read_journal(tmp_path / "x.journal")
    assert caught.value.problem == "'x.journal' is no file"


@pytest.mark.parametrize("values", ["[1]", "5", "{}", "[" * 100_000, "{'e'"])
def test_an_event_that_is_none_counts_as_damage(values):
    """Its checksum fits, and still nothing can be made of it."""
    whole = bytearray(format_event("open", time_ns=1, values={"pad": "x" * len(values)}))
    text = values.encode() + b"\0" * (-len(values) % 32)
    head = bytearray(whole[:32])
    head[:8] = len(values).to_bytes(8, "little")
    head[16:20] = zlib.crc32(text).to_bytes(4, "little")
    head[28:] = zlib.crc32(bytes(head[:28])).to_bytes(4, "little")
    good = format_event("tags", time_ns=1, values={"v": {}})
    slots = parse_slots(HEADER + bytes(head) + text + good)
    assert [event.kind for event in slots.events] == ["tags"]
    assert slots.damage[0] == 32


def test_points_of_a_lost_key_do_not_become_another_metric_s(tmp_path):
    """They keep a name of their own, however large its number; nothing is allocated by it."""
    data = b"".join(
        format_point(step=0, time_ns=0, value=value, key_id=key)
        for key, value in ((0, 1.0), (7, 2.0), (2**31, 3.0))
    )
    table = points_table(points_columns(data, {0: "rmse"}), run_id="r", part="p")
    assert pl.DataFrame(table.cast(METRICS)).select("key", "value").rows() == [
        ("rmse", 1.0),
        ("unnamed-7", 2.0),
        (f"unnamed-{2**31}", 3.0),
    ]


def test_seal_goes_on_behind_a_journal_that_it_cannot_read(tmp_path):
    """The sound journals are sealed; the error names the other, which stays."""
    store = Store.create(tmp_path)
    store.start_run(a_run(2))._journal.close()
    bad = journal(store.layout.live, {})
    with pytest.raises(CorruptFileError):
        store.seal()
    assert [path.name for path in store.layout.live.iterdir()] == [bad.name]
    assert store.read_run(f"{2:032x}").status == "KILLED"


@pytest.mark.parametrize(
    "record",
    [
        {"metrics": {"m": {"last": "x"}}},
        {"params": 5},
        {"experiment": ["a"]},
        {"run_name": None},
        {"source": {"packages": "no", "user": 5}},
        {"sessions": [["x"]]},
    ],
)
def test_a_record_of_the_wrong_kinds_is_a_damaged_journal(tmp_path, record):
    """The other runs are read, and the journal is named; sealing writes nothing of it."""
    store = Store.create(tmp_path)
    store.start_run(a_run(2)).close(status="FINISHED", end_time=BEGAN)
    path = journal(store.layout.live, {**PLAIN, **record})
    assert store.read_runs()["run_id"].to_list() == [f"{2:032x}"]
    assert [bad for bad, _ in store.problems] == [path]
    with pytest.raises(CorruptFileError):
        store.seal(force=True)
    assert path.exists()


@pytest.mark.parametrize(
    "event", [("set", {"status": 5}), ("set", {"end_time": "x"}), ("artifacts", {"v": [{}]})]
)
def test_an_event_of_the_wrong_kind_is_a_damaged_journal(tmp_path, event):
    """Not a traceback of every command."""
    store = Store.create(tmp_path)
    path = journal(store.layout.live, PLAIN, format_event(event[0], time_ns=1, values=event[1]))
    assert store.read_runs().height == 0
    assert [bad for bad, _ in store.problems] == [path]


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"name": 5}', '{"created": 1e999}', "5", "\ufeff"]
)
def test_an_experiment_s_file_of_anything_stops_nobody(tmp_path, text):
    """It counts for none, and doctor names it."""
    store = Store.create(tmp_path)
    store.layout.experiments.mkdir(exist_ok=True)
    (store.layout.experiments / "x.json").write_text(text, encoding="utf-8")
    assert store.read_experiments() == []
    assert [finding.path for finding in examine(store)] in ([], ["experiments/x.json"])
