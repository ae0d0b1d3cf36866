"""Compaction changes files, never an answer; nor does any history of branches and crashes."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from runsite.store import Store
from runsite.store.compact import find_merges
from support.runs import BEGAN, a_run


def answers(store: Store) -> tuple:
    points = store.scan_metrics().select("run_id", "key", "step", "value").collect()
    return store.read_runs().sort("run_id").to_dicts(), sorted(points.rows())


def make_runs(folder: Path, numbers: range) -> Store:
    store = Store.create(folder)
    for number in numbers:
        writer = store.start_run(a_run(number))
        writer.log_metrics([("m", float(number), step, None) for step in range(3)])
        writer.close(status="FINISHED", end_time=BEGAN + timedelta(minutes=number))
    return store


def test_compaction_answers_the_same_from_fewer_files(tmp_path):
    """Ten runs become one file a table, and every row and point reads as before."""
    store = make_runs(tmp_path, range(10))
    store.update_run(f"{3:032x}", tags={"a": "b"})
    before = answers(store)
    assert [len(merge.leaves) for merge in store.compact(everything=True)] == [11, 10]
    assert len(list(store.layout.runs.iterdir())) == 1
    assert len(list(store.layout.metrics.iterdir())) == 1
    assert answers(store) == answers(Store.open(tmp_path)) == before
    assert store.plan_compaction(everything=True) == []


def test_the_month_in_progress_is_left_alone(tmp_path):
    """Without --all only months that ended more than an hour ago are merged."""
    store = make_runs(tmp_path, range(2))
    assert store.plan_compaction() == []
    later = datetime.now(UTC) + timedelta(days=40)
    assert len(find_merges(store.layout, listed=frozenset(), now=later)) == 1


def test_a_part_that_no_row_lists_is_not_merged(tmp_path):
    """A metrics part left by a crash before its row does not slip into a merged file."""
    store = make_runs(tmp_path, range(3))
    min(store.layout.runs.iterdir()).unlink()
    before = answers(Store.open(tmp_path))
    list(Store.open(tmp_path).compact(everything=True))
    assert answers(Store.open(tmp_path)) == before
    assert len(list(store.layout.metrics.iterdir())) == 2


@pytest.mark.parametrize("keep", range(4))
def test_a_crash_while_sources_are_removed_doubles_nothing(tmp_path, keep):
    """A merged part beside some of its sources still gives each leaf once."""
    store = make_runs(tmp_path, range(4))
    before = answers(store)
    saved = tmp_path / "saved"
    shutil.copytree(store.layout.metrics, saved / "metrics")
    shutil.copytree(store.layout.runs, saved / "runs")
    list(store.compact(everything=True))
    for folder in ("runs", "metrics"):
        for path in sorted((saved / folder).iterdir())[:keep]:
            shutil.copy(path, tmp_path / folder)
    assert answers(Store.open(tmp_path)) == before


class Branches(RuleBasedStateMachine):
    """Two branches of one store: runs, changes, seals, compactions and merges in any order.

    The model knows, for each branch, which points each run must have. A merge unites two copies
    the way Git does: a file that either side added is there, one that either side removed is not.
    """

    def __init__(self):
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="runsite-branches-"))
        self.points: dict[str, dict[str, set[float]]] = {"a": {}, "b": {}}
        self.tags: dict[str, dict[str, set[str]]] = {"a": {}, "b": {}}
        self.base: frozenset[str] = frozenset()
        self.count = 0
        for name in "ab":
            Store.create(self.root / name)

    def teardown(self):
        shutil.rmtree(self.root)

    def store(self, branch: str) -> Store:
        return Store.open(self.root / branch)

    @rule(branch=st.sampled_from("ab"), ended=st.booleans(), rolls=st.integers(0, 2))
    def log_a_run(self, branch, ended, rolls):
        self.count += 1
        writer = self.store(branch).start_run(a_run(self.count))
        writer.log_metrics([("m", float(self.count * 1000), 0, None)])
        for _ in range(rolls):
            writer.roll()
        if ended:
            writer.close(status="FINISHED", end_time=BEGAN)
        else:
            writer._journal.close()  # the process dies
        self.points[branch][writer.run_id] = {float(self.count * 1000)}
        self.tags[branch][writer.run_id] = set()

    @precondition(lambda self: any(self.points.values()))
    @rule(branch=st.sampled_from("ab"), data=st.data())
    def resume_a_run(self, branch, data):
        if not self.points[branch]:
            return
        run_id = data.draw(st.sampled_from(sorted(self.points[branch])))
        self.count += 1
        writer = self.store(branch).resume_run(run_id)
        writer.log_metrics([("m", float(self.count * 1000), self.count, None)])
        writer.set_tags({f"t{self.count}": "x"})
        writer.close(status="FINISHED", end_time=BEGAN + timedelta(seconds=self.count))
        self.points[branch][run_id] = self.points[branch][run_id] | {float(self.count * 1000)}
        self.tags[branch][run_id] = self.tags[branch][run_id] | {f"t{self.count}"}

    @rule(branch=st.sampled_from("ab"))
    def seal(self, branch):
        self.store(branch).seal()

    @rule(branch=st.sampled_from("ab"))
    def compact(self, branch):
        list(self.store(branch).compact(everything=True))

    @rule()
    def merge(self):
        """Both branches commit (journals are ignored by Git, so they are sealed), then merge."""
        for name in "ab":
            self.store(name).seal()
        files = {name: self.files(name) for name in "ab"}
        both = (files["a"] & files["b"]) | (files["a"] - self.base) | (files["b"] - self.base)
        for name, other in (("a", "b"), ("b", "a")):
            for path in both - files[name]:
                shutil.copy(self.root / other / path, self.root / name / path)
        for name in "ab":
            for path in files[name] - both:
                (self.root / name / path).unlink()
        self.base = frozenset(both)
        for model in (self.points, self.tags):
            runs = set(model["a"]) | set(model["b"])
            united = {r: model["a"].get(r, set()) | model["b"].get(r, set()) for r in runs}
            model["a"], model["b"] = dict(united), dict(united)

    def files(self, branch: str) -> set[str]:
        folder = self.root / branch
        return {
            str(path.relative_to(folder))
            for kind in ("runs", "metrics")
            for path in (folder / kind).iterdir()
        }

    @invariant()
    def nothing_is_lost_and_nothing_doubled(self):
        for name in "ab":
            store = self.store(name)
            rows = store.read_runs()
            assert sorted(rows["run_id"]) == sorted(self.points[name])
            got: dict[str, list[float]] = {run_id: [] for run_id in rows["run_id"]}
            frame = store.scan_metrics().select("run_id", "value").collect()
            for run_id, value in frame.iter_rows():
                got[run_id].append(value)
            assert {r: sorted(v) for r, v in got.items()} == {
                r: sorted(v) for r, v in self.points[name].items()
            }
            for run_id in rows["run_id"]:
                record = store.read_run(run_id)
                assert record.metrics["m"].count == len(self.points[name][run_id])
                assert set(record.tags) == self.tags[name][run_id]


TestBranches = Branches.TestCase
TestBranches.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
