"""Who moved what, when and why: the registry's timeline, from the Git history of its file.

The timeline follows the first parents of a branch: what happened on it, merge by merge. What a
merge brought in is told with the merge's commit and pull request, and with the author and the
words of the commit that made the change.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from runsite.errors import RegistryError, quote
from runsite.registry.compare import Move, MoveKind, compare_registries
from runsite.registry.document import MAX_BYTES, decode_text
from runsite.registry.git import Checkout, find_checkout
from runsite.registry.merges import Change, read_merged_changes
from runsite.registry.records import NO_STAGE, Registry
from runsite.registry.segments import parse_text

__all__ = ["Commit", "Event", "History", "StageSpan", "load_history", "parse_pull_request"]

# Between the fields stands the one character that no message and no name can hold.
_FORMAT = "%H%x00%P%x00%an%x00%ct%x00%s%x00%b"
_PULL_REQUESTS = (
    re.compile(r"^Merge pull request #(\d+) "),  # GitHub
    re.compile(r"^Merge pull request '.*' \(#(\d+)\) from "),  # Gitea, Forgejo
    re.compile(r"^Merged PR (\d+):"),  # Azure DevOps
    re.compile(r"\(pull request #(\d+)\)$"),  # Bitbucket
    re.compile(r"\(#(\d+)\)$"),  # GitHub, squashed
)
_MERGE_REQUEST = re.compile(r"^See merge request \S*!(\d+)$", re.MULTILINE)  # GitLab


_LAST_SECOND = 253_402_300_799  # of the year 9999: Git takes any


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit on the branch that changed the registry.

    Attributes:
        commit: Full id.
        time: When it came to the branch (the committer's time), UTC.
        author: Who made the change: of a merge, the author of the commit that it brought in.
        subject: The first line of that commit's message.
        body: The rest of it.
        title: The first line of the merge's own message; that of the commit where it is none.
        pull_request: Number, where the host's message tells it.
    """

    commit: str
    time: datetime
    author: str
    subject: str
    body: str = ""
    title: str = ""
    pull_request: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One move, with the commit that made it; None for what is not committed yet."""

    move: Move
    commit: Commit | None


@dataclass(frozen=True, slots=True)
class StageSpan:
    """A version's time in a stage; ``until`` is None while it lasts."""

    stage: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class History:
    """The timeline of a registry, oldest first.

    Attributes:
        events: What happened.
        states: The registry as it was after each commit, with the commit.
        shallow: The clone has not all of the history: what is older is not known.
        notes: What could not be read on the way.
    """

    events: tuple[Event, ...] = ()
    states: tuple[tuple[Commit, Registry], ...] = field(default=(), repr=False)
    shallow: bool = False
    notes: tuple[str, ...] = ()

    def of_model(self, name: str) -> tuple[Event, ...]:
        """Return the events of a model, those under its earlier names included."""
        names = self.names_of(name)
        return tuple(event for event in self.events if event.move.model in names)

    def names_of(self, name: str) -> frozenset[str]:
        """Return a model's names: this one, and those that it had before."""
        names = {name}
        for event in reversed(self.events):
            move = event.move
            if move.kind is MoveKind.MODEL_RENAMED and move.after in names:
                names.add(move.before)
        return frozenset(names)

    def find_state(self, moment: datetime) -> Registry | None:
        """Return the registry as it was at a time; None before the first commit known."""
        found = self._find(moment)
        return found[1] if found else None

    def find_commit(self, moment: datetime) -> Commit | None:
        """Return the commit that made the registry what it was at a time, or None."""
        found = self._find(moment)
        return found[0] if found else None

    def _find(self, moment: datetime) -> tuple[Commit, Registry] | None:
        found: tuple[Commit, Registry] | None = None
        for state in self.states:
            if state[0].time <= moment:
                found = state
        return found

    def spans(self, name: str, version: int) -> tuple[StageSpan, ...]:
        """Return the stages that a version had, oldest first."""
        return self._spans.get((name, version), ())

    @cached_property
    def _spans(self) -> dict[tuple[str, int], tuple[StageSpan, ...]]:
        open_since: dict[tuple[str, int], tuple[str, datetime]] = {}
        spans: dict[tuple[str, int], list[StageSpan]] = {}
        for commit, registry in self.states:
            held = _holders(registry)
            for key in list(open_since):
                stage, since = open_since[key]
                if held.get(key) != stage:
                    spans.setdefault(key, []).append(StageSpan(stage, since, commit.time))
                    del open_since[key]
            for key, stage in held.items():
                open_since.setdefault(key, (stage, commit.time))
        for key, (stage, since) in open_since.items():
            spans.setdefault(key, []).append(StageSpan(stage, since, None))
        return {key: tuple(found) for key, found in spans.items()}


def load_history(path: str | os.PathLike[str], *, rev: str = "HEAD") -> History:
    """Read the timeline of a registry; an empty one outside a Git checkout.

    Args:
        path: The registry file.
        rev: The branch or commit whose history is asked for. With ``HEAD``, what the working
            tree changed since counts as events without a commit.

    Raises:
        RegistryError: There is no such revision, or Git fails.
    """
    checkout = find_checkout(path)
    name = checkout.relative(Path(path)) if checkout else None
    if checkout is None or name is None:
        return History()
    if checkout.find_commit(rev) is None:
        if rev == "HEAD":
            return _add_worktree(History(), Path(path))  # a repository without a commit
        raise RegistryError(
            f"Git knows no revision {quote(rev)}",
            where=str(checkout.root),
            hint="in a shallow clone, fetch it first: git fetch --unshallow",
        )
    shallow = checkout.ask("rev-parse", "--is-shallow-repository") == "true"
    steps = list(_read_steps(checkout, name, rev))
    history = _assemble(checkout, steps, shallow=shallow)
    return _add_worktree(history, Path(path)) if rev == "HEAD" else history


def parse_pull_request(subject: str, body: str = "") -> int | None:
    """Return the number of the pull request that a commit's message tells, or None."""
    for pattern in _PULL_REQUESTS:
        match = pattern.search(subject)
        if match:
            return int(match[1])
    match = _MERGE_REQUEST.search(body)
    return int(match[1]) if match else None


@dataclass(frozen=True, slots=True)
class _Step:
    """A commit on the branch, its parents, and the file's object after it (empty: no file)."""

    commit: Commit
    parents: tuple[str, ...]
    blob: str


def _read_steps(checkout: Checkout, name: str, rev: str) -> Iterator[_Step]:
    """Yield the commits on the first-parent line of `rev` that changed the file, oldest first."""
    output = checkout.run(
        "log",
        "-z",
        "--first-parent",
        "--diff-merges=first-parent",
        "--reverse",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        f"--format={_FORMAT}",
        rev,
        "--",
        f":(top,literal){name}",
    ).decode("utf-8", "replace")
    found = list(_split_log(output))
    merges = any(" " in fields[1] for fields, _ in found)
    inside = read_merged_changes(checkout, name, rev) if merges else {}
    for fields, raw in found:
        commit_id, parents, author, committed, subject, body = fields
        commit = Commit(
            commit=commit_id,
            time=_make_time(committed),
            author=author,
            subject=subject,
            body=body.strip(),
            title=subject,
            pull_request=parse_pull_request(subject, body),
        )
        blob = raw.split(" ")[3]
        parents_of = tuple(parents.split())
        if len(parents_of) > 1:
            commit = _tell_merge(commit, inside.get(commit_id))
        yield _Step(commit, parents_of, "" if set(blob) == {"0"} else blob)


def _make_time(seconds: str) -> datetime:
    """Turn Git's seconds since 1970 into a time; beyond the calendar, into its last second."""
    return datetime.fromtimestamp(min(max(int(seconds or 0), 0), _LAST_SECOND), UTC)


def _split_log(output: str) -> Iterator[tuple[list[str], str]]:
    """Yield the fields of each commit and the line that tells what became of the file."""
    pieces = iter(output.split("\0"))
    fields: list[str] = []
    for piece in pieces:
        line = piece.lstrip("\n")
        if len(fields) == _FORMAT.count("%x00") + 1:
            if line.startswith(":"):
                yield fields, line
                next(pieces, "")  # the file's name
            fields = []
            if line.startswith(":"):
                continue
        if fields or line:
            fields.append(piece if fields else line)


def _tell_merge(merge: Commit, inside: Change | None) -> Commit:
    """Return the merge told by the last commit that it brought in and that changed the file."""
    if inside is None:
        return merge
    number = merge.pull_request or parse_pull_request(inside.subject, inside.body)
    return Commit(
        commit=merge.commit,
        time=merge.time,
        author=inside.author,
        subject=inside.subject,
        body=inside.body.strip(),
        title=merge.title,
        pull_request=number,
    )


def _assemble(checkout: Checkout, steps: Sequence[_Step], *, shallow: bool) -> History:
    texts = _read_blobs(checkout, {step.blob for step in steps if step.blob})
    events: list[Event] = []
    states: list[tuple[Commit, Registry]] = []
    notes: list[str] = []
    before = Registry()
    for number, step in enumerate(steps):
        registry = _parse_blob(texts.get(step.blob))
        if registry is None:
            notes.append(f"the registry of commit {step.commit.commit[:10]} cannot be read")
            continue
        # What a shallow clone has at its edge was there before: who did it is not known.
        if not (shallow and number == 0 and not step.parents):
            moves = compare_registries(before, registry)
            events += [Event(move, step.commit) for move in moves]
        states.append((step.commit, registry))
        before = registry
    return History(tuple(events), tuple(states), shallow=shallow, notes=tuple(notes))


def _parse_blob(data: bytes | None) -> Registry | None:
    if data is None:
        return Registry()
    text, problem = decode_text(data)
    if problem is not None:
        return None
    parsed = parse_text(text.removeprefix("\ufeff"))
    broken = {"syntax", "merge-marker", "tab", "too-deep", "too-large", "several-documents"}
    return None if any(found.code in broken for found in parsed.problems) else parsed.registry


def _read_blobs(checkout: Checkout, blobs: set[str]) -> dict[str, bytes]:
    """Read objects of the repository, all in one process; those that are too large are cut."""
    if not blobs:
        return {}
    wanted = sorted(blobs)
    data = checkout.run_with_input("\n".join(wanted).encode() + b"\n", "cat-file", "--batch")
    found: dict[str, bytes] = {}
    at = 0
    while at < len(data):
        end = data.index(b"\n", at)
        header = data[at:end].decode().split()
        at = end + 1
        if len(header) == 3:
            size = int(header[2])
            found[header[0]] = data[at : at + min(size, MAX_BYTES + 1)]
            at += size + 1
    return found


def _add_worktree(history: History, path: Path) -> History:
    """Add what the file in the working tree says beyond the last commit."""
    try:
        data: bytes | None = path.read_bytes()
    except OSError:
        data = None
    registry = _parse_blob(data)
    before = history.states[-1][1] if history.states else Registry()
    if registry is None or (data is None and not history.states):
        return history
    moves = compare_registries(before, registry)
    events = tuple(Event(move, None) for move in moves)
    return History((*history.events, *events), history.states, history.shallow, history.notes)


def _holders(registry: Registry) -> dict[tuple[str, int], str]:
    return {
        (model.name, version.version): stage
        for model in registry.models.values()
        for version in model.versions
        if (stage := model.stage_of(version.version)) != NO_STAGE
    }
