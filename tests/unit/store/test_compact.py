"""Compaction changes files, never an answer; nor does any history of branches and crashes."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from runsite.store import Store
from runsite.store.compact import find_merges
from runsite.store.gc import find_removals
from runsite.store.writer import RunWriter
from support.rolls import die, failing
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


@dataclass
class Living:
    """A run that a process is writing: what its old journal holds, if any, and its new one."""

    writer: RunWriter
    old: set[int] = field(default_factory=set)
    new: set[int] = field(default_factory=set)

    def log(self, number: int) -> None:
        self.writer.log_metrics([("m", float(number), 0, None)])
        self.writer.set_tags({str(number): "x"})
        self.new.add(number)


class Branches(RuleBasedStateMachine):
    """Two branches of one store: runs, rolls, kills, seals, compactions and merges in any order.

    Each point that a run logs is a number, and comes with a tag of that name. The model knows what
    is sealed on each branch, what journals of dead processes hold, and what living runs have. A
    merge unites two copies the way Git does: a file that either side added is there, one that
    either side removed is not; journals stay where they are. Whoever resumes a run that lives
    elsewhere takes its tags over, but not its points.
    """

    def __init__(self):
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="runsite-branches-"))
        self.sealed: dict[str, dict[str, set[int]]] = {"a": {}, "b": {}}
        self.dead: dict[str, list[tuple[str, set[int]]]] = {"a": [], "b": []}
        self.living: dict[str, list[Living]] = {"a": [], "b": []}
        self.base: frozenset[str] = frozenset()
        self.logged: dict[str, set[int]] = {}
        self.count = 0
        for name in "ab":
            Store.create(self.root / name)

    def teardown(self):
        for runs in self.living.values():
            for live in runs:
                die(live.writer)
        shutil.rmtree(self.root)

    def store(self, branch: str) -> Store:
        return Store.open(self.root / branch)

    def log(self, live: Living) -> None:
        self.count += 1
        live.log(self.count)
        self.logged.setdefault(live.writer.run_id, set()).add(self.count)

    def add_sealed(self, branch: str, run_id: str, numbers: set[int]) -> None:
        self.sealed[branch][run_id] = self.sealed[branch].get(run_id, set()) | numbers

    def bury(self, branch: str, run_id: str = "") -> None:
        """The journals of dead processes are sealed, or those of one run."""
        for dead, numbers in self.dead[branch]:
            if dead.startswith(run_id):
                self.add_sealed(branch, dead, numbers)
        self.dead[branch] = [d for d in self.dead[branch] if not d[0].startswith(run_id)]

    def draw(self, data: st.DataObject) -> tuple[str, Living]:
        pairs = [(branch, live) for branch in "ab" for live in self.living[branch]]
        return data.draw(st.sampled_from(pairs))

    def points(self, branch: str) -> dict[str, set[int]]:
        found = {run_id: set(numbers) for run_id, numbers in self.sealed[branch].items()}
        for run_id, numbers in self.dead[branch]:
            found.setdefault(run_id, set()).update(numbers)
        for live in self.living[branch]:
            found.setdefault(live.writer.run_id, set()).update(live.old | live.new)
        return found

    @rule(branch=st.sampled_from("ab"), points=st.integers(0, 2))
    def start_a_run(self, branch, points):
        self.count += 1
        live = Living(self.store(branch).start_run(a_run(self.count)))
        self.living[branch].append(live)
        for _ in range(points):
            self.log(live)

    @precondition(lambda self: self.living["a"] or self.living["b"])
    @rule(data=st.data())
    def log_a_point(self, data):
        self.log(self.draw(data)[1])

    @precondition(lambda self: self.living["a"] or self.living["b"])
    @rule(data=st.data(), step=st.sampled_from(["", "", "open", "part", "row", "follow", "remove"]))
    def roll(self, data, step):
        """A living run goes on in another journal; or a step of that fails."""
        branch, live = self.draw(data)
        behind = live.writer._rolling.is_behind
        with failing(step):
            live.writer.roll()
        if behind and step in {"", "open"}:
            self.add_sealed(branch, live.writer.run_id, live.old)
            live.old = set()
        if step == "" or (not behind and step != "open"):
            live.old, live.new = live.new, set()
        if step in {"", "follow", "remove"}:
            self.add_sealed(branch, live.writer.run_id, live.old)
        if step == "":
            live.old = set()

    @precondition(lambda self: self.living["a"] or self.living["b"])
    @rule(data=st.data(), killed=st.booleans())
    def stop_a_run(self, data, killed):
        branch, live = self.draw(data)
        run_id = live.writer.run_id
        self.living[branch].remove(live)
        if killed:
            die(live.writer)
            self.dead[branch].append((run_id, live.old | live.new))
        else:
            live.writer.close(status="FINISHED", end_time=BEGAN)
            self.add_sealed(branch, run_id, live.old | live.new)
            self.bury(branch, run_id)

    @precondition(lambda self: self.points("a") or self.points("b"))
    @rule(data=st.data())
    def resume_a_run(self, data):
        pairs = [(branch, run_id) for branch in "ab" for run_id in sorted(self.points(branch))]
        branch, run_id = data.draw(st.sampled_from(pairs))
        live = Living(self.store(branch).resume_run(run_id))
        self.bury(branch, run_id)
        self.log(live)
        live.writer.close(status="FINISHED", end_time=BEGAN + timedelta(seconds=self.count))
        self.add_sealed(branch, run_id, live.new)

    @rule(branch=st.sampled_from("ab"))
    def seal(self, branch):
        self.store(branch).seal()
        self.bury(branch)

    @rule(branch=st.sampled_from("ab"), late=st.integers(0, 1))
    def seal_by_force(self, branch, late):
        """Also what lives: which logs on, notices, and goes on in a new journal."""
        self.store(branch).seal(force=True)
        self.bury(branch)
        for live in self.living[branch]:
            for _ in range(late):
                self.log(live)
            live.writer.roll()
            self.add_sealed(branch, live.writer.run_id, live.old | live.new)
            live.old, live.new = set(), set()

    @rule(branch=st.sampled_from("ab"))
    def compact(self, branch):
        list(self.store(branch).compact(everything=True))

    @rule()
    def merge(self):
        """Both branches seal what was left behind and commit, then merge."""
        for name in "ab":
            self.seal(name)
        files = {name: self.files(name) for name in "ab"}
        both = (files["a"] & files["b"]) | (files["a"] - self.base) | (files["b"] - self.base)
        for name, other in (("a", "b"), ("b", "a")):
            for path in both - files[name]:
                shutil.copy(self.root / other / path, self.root / name / path)
        for name in "ab":
            for path in files[name] - both:
                (self.root / name / path).unlink()
        self.base = frozenset(both)
        for name, other in (("a", "b"), ("b", "a")):
            for run_id, numbers in tuple(self.sealed[other].items()):
                self.add_sealed(name, run_id, numbers)

    def files(self, branch: str) -> set[str]:
        folder = self.root / branch
        return {
            str(path.relative_to(folder))
            for kind in ("runs", "metrics")
            for path in (folder / kind).iterdir()
            if not path.name.startswith(".")
        }

    @invariant()
    def nothing_is_lost_and_nothing_doubled(self):
        for name in "ab":
            store = self.store(name)
            expected = self.points(name)
            rows = store.read_runs()
            assert sorted(rows["run_id"]) == sorted(expected)
            got: dict[str, list[float]] = {run_id: [] for run_id in rows["run_id"]}
            frame = store.scan_metrics().select("run_id", "value").collect()
            for run_id, value in frame.iter_rows():
                got[run_id].append(value)
            assert {r: sorted(v) for r, v in got.items()} == {
                r: sorted(v) for r, v in expected.items()
            }
            for run_id, numbers in expected.items():
                record = store.read_run(run_id)
                assert sum(summary.count for summary in record.metrics.values()) == len(numbers)
                tags = {int(tag) for tag in record.tags}
                assert numbers <= tags <= self.logged.get(run_id, set())


TestBranches = Branches.TestCase
TestBranches.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)


def test_a_damaged_part_is_left_as_it_is(tmp_path):
    """In a merged part, whose own checksum fits, nobody could tell the damage any more."""
    store = make_runs(tmp_path, range(4))
    broken = [min(folder.iterdir()) for folder in (store.layout.runs, store.layout.metrics)]
    for path in broken:
        data = bytearray(path.read_bytes())
        data[40] ^= 1
        path.write_bytes(data)
    store = Store.open(tmp_path)
    before = answers(store)
    done = list(store.compact(everything=True))
    assert [len(merge.sources) for merge in done] == [3, 3]
    assert [part.path for part in done[0].left_out] == broken[:1]
    assert all(path.exists() for path in broken)
    assert answers(Store.open(tmp_path)) == before


def test_gc_keeps_a_part_whose_merged_part_is_damaged(tmp_path):
    """What a damaged file holds as well is the only good copy there is."""
    store = make_runs(tmp_path, range(3))
    leaves = {path: path.read_bytes() for path in store.layout.metrics.iterdir()}
    leaves |= {path: path.read_bytes() for path in store.layout.runs.iterdir()}
    before = answers(store)
    list(store.compact(everything=True))
    for path, data in leaves.items():  # as if another branch had not compacted
        path.write_bytes(data)
    for folder in (store.layout.runs, store.layout.metrics):
        merged = next(folder.glob("merged-*"))
        data = bytearray(merged.read_bytes())
        data[40] ^= 1
        merged.write_bytes(data)
    store = Store.open(tmp_path)
    assert find_removals(store) == []
    assert answers(store) == before
