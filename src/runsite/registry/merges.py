"""What merges brought in: for each merge on a branch, the last commit in it that changed a file.

All of them by one question to Git, however many merges there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runsite.registry.git import Checkout

__all__ = ["Change", "read_merged_changes"]

# Between the fields stands the one character that no message and no name can hold.
_FORMAT = "%H%x00%P%x00%ct%x00%an%x00%s%x00%b%x00"
_N_FIELDS = _FORMAT.count("%x00")


@dataclass(frozen=True, slots=True)
class Change:
    """A commit that changed the file, as its author told it.

    Attributes:
        parents: Full ids; merges of this file's history are between them, other commits are not.
        time_s: When it was committed, seconds since 1970-01-01 UTC.
    """

    commit: str
    parents: tuple[str, ...]
    time_s: int
    author: str
    subject: str
    body: str


def read_merged_changes(checkout: Checkout, name: str, rev: str) -> dict[str, Change]:
    """Find what each merge on the first-parent line of `rev` brought in.

    Args:
        checkout: Where Git is asked.
        name: The file, from the checkout's root.
        rev: Branch or commit.

    Returns:
        Full id of a merge → the newest commit in it that changed the file; a merge that brought
        in none is left out.

    Raises:
        RegistryError: Git fails.
    """
    changes = {change.commit: change for change in _read_changes(checkout, name, rev)}
    seen: set[str] = set()
    found: dict[str, Change] = {}
    for change in _first_parent_line(changes):
        seen.add(change.commit)
        brought = list(_walk(change.parents[1:], changes, seen))
        inside = [other for other in brought if len(other.parents) < 2]
        if inside:
            found[change.commit] = max(inside, key=lambda other: other.time_s)
    return found


def _read_changes(checkout: Checkout, name: str, rev: str) -> Iterator[Change]:
    """Yield the commits that changed the file and the merges between them, the newest first."""
    output = checkout.run(
        "log",
        "-z",
        "--full-history",
        "--parents",
        "--date-order",
        f"--format={_FORMAT}",
        rev,
        "--",
        f":(top,literal){name}",
    ).decode("utf-8", "replace")
    pieces = output.split("\0")
    for start in range(0, len(pieces) - _N_FIELDS, _N_FIELDS + 1):
        commit, parents, time_s, author, subject, body = pieces[start : start + _N_FIELDS]
        yield Change(commit, tuple(parents.split()), int(time_s), author, subject, body)


def _first_parent_line(changes: dict[str, Change]) -> list[Change]:
    """Return the commits of the branch itself, the oldest first."""
    line: list[Change] = []
    current = next(iter(changes.values()), None)
    while current is not None:
        line.append(current)
        current = changes.get(current.parents[0]) if current.parents else None
    return line[::-1]


def _walk(heads: tuple[str, ...], changes: dict[str, Change], seen: set[str]) -> Iterator[Change]:
    """Yield what is reachable from these commits and was not before, and remember it."""
    waiting = list(heads)
    while waiting:
        commit = waiting.pop()
        change = changes.get(commit)
        if commit in seen or change is None:
            continue
        seen.add(commit)
        waiting += change.parents
        yield change
