"""Parts of a newer format are named and left out, whichever table they are of."""

from __future__ import annotations

import zlib

import pyarrow.parquet as pq
import pytest

from runsite.store import Store
from runsite.store.doctor import examine
from support.runs import BEGAN, a_run


@pytest.fixture
def store(tmp_path):
    """Give a store with a run that has a point."""
    created = Store.create(tmp_path)
    writer = created.start_run(a_run(1))
    writer.set_tags({"runsite.format": "2", "note": "runsite.format"})
    writer.log_metrics([("loss", 1.0, 0, None)])
    writer.close(status="FINISHED", end_time=BEGAN)
    return Store.open(tmp_path)


def make_other(folder, format_number):
    """Write a folder's only part anew, with another format number, or without one for None."""
    [part] = folder.glob("*.parquet")
    metadata = {} if format_number is None else {"runsite.format": format_number}
    table = pq.read_table(part).replace_schema_metadata(metadata)
    part.unlink()
    pq.write_table(table, folder / "new")
    name = part.name.rsplit(".", 2)[0]
    crc = zlib.crc32((folder / "new").read_bytes())
    return (folder / "new").rename(folder / f"{name}.{crc:08x}.parquet")


@pytest.mark.parametrize("number", ["2", "12", "one"])
@pytest.mark.parametrize("folder", ["runs", "metrics"])
def test_a_newer_part_is_named_and_left_out(store, folder, number):
    """What its columns mean is not known here: nothing is better than what may be wrong."""
    part = make_other(store.root / folder, number)
    assert store.scan_metrics().collect().height == 0
    reason = f"has format '{number}', newer than this runsite reads (1): upgrade runsite"
    assert store.problems == ((part, reason),)


@pytest.mark.parametrize("folder", ["runs", "metrics"])
def test_a_newer_merged_part_is_named_and_left_out(store, folder):
    """The same holds where many leaves are one file."""
    writer = store.start_run(a_run(2))
    writer.log_metrics([("loss", 2.0, 0, None)])
    writer.close(status="FINISHED", end_time=BEGAN)
    assert len(list(store.compact(everything=True))) == 2
    [part] = (store.root / folder).iterdir()
    table, leaves = pq.read_table(part), pq.read_metadata(part).metadata[b"runsite.leaves"]
    newer = {"runsite.format": "2", "runsite.leaves": leaves}
    pq.write_table(table.replace_schema_metadata(newer), part)
    renamed = part.rename(f"{str(part).rsplit('.', 2)[0]}.parquet")
    reader = Store.open(store.root)
    assert reader.scan_metrics().collect().height == 0
    reason = "has format '2', newer than this runsite reads (1): upgrade runsite"
    assert reader.problems == ((renamed, reason),)


@pytest.mark.parametrize("folder", ["runs", "metrics"])
def test_doctor_says_what_a_newer_part_needs(store, folder):
    """The file is named with what to do, and is no reason to remove what belongs to it."""
    part = make_other(store.root / folder, "2")
    findings = list(examine(store))
    assert (findings[0].path, findings[0].problem, findings[0].hint) == (
        f"{folder}/{part.name}",
        "has format '2', newer than this runsite reads (1): upgrade runsite",
        "upgrade runsite; all other files are read without it",
    )
    assert len(findings) == 1


@pytest.mark.parametrize("number", [None, "1"])
@pytest.mark.parametrize("folder", ["runs", "metrics"])
def test_parts_of_this_format_are_read(store, folder, number):
    """Other writers put more into a footer, or no number; a tag may have the number's own name."""
    make_other(store.root / folder, number)
    assert store.scan_metrics().collect()["value"].to_list() == [1.0]
    assert store.problems == ()
    assert list(examine(store)) == []
