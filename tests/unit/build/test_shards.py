"""A run that is added or removed changes the shard that it lies in, and next to nothing else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from runsite.build.shards import cut_shards

IDS = st.sets(st.text("0123456789abcdef", min_size=8, max_size=8), min_size=1, max_size=400)


def cut(ids, *, target=20):
    return cut_shards(((run_id, 1) for run_id in ids), folder="data/x", target=target)


@settings(max_examples=60, deadline=None)
@given(IDS)
def test_each_run_lies_in_one_shard(ids):
    """Shards are ranges of the sorted ids: the first id of each finds a run's shard."""
    shards = cut(ids)
    assert [run_id for shard in shards for run_id in shard.run_ids] == sorted(ids)
    assert len({shard.path for shard in shards}) == len(shards)
    assert max(len(shard.run_ids) for shard in shards) <= 4 * 20 + 1


@settings(max_examples=60, deadline=None)
@given(IDS, st.text("0123456789abcdef", min_size=8, max_size=8))
def test_one_run_changes_its_own_shard(ids, new):
    """Of all shards of many runs at most three differ when one run comes."""
    before, after = set(cut(ids - {new})), set(cut(ids | {new}))
    assert len(after - before) <= 3


def test_large_runs_fill_shards_of_their_own():
    """A run as large as a shard ends it."""
    shards = cut_shards([("a", 5), ("b", 100), ("c", 5)], folder="d", target=50)
    assert [shard.run_ids for shard in shards] == [("a", "b"), ("c",)]
