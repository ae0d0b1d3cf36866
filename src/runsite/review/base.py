"""The other side of a review: the registry and the runs as they are on the branch to merge into.

What is reviewed is the result of the merge. Where the working tree contains the base, that is the
file as it stands; where the base went on meanwhile, it is what Git would merge.
"""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from runsite.errors import NotFoundError, RegistryError, RunsiteError, quote
from runsite.records import RunRecord
from runsite.registry.document import decode_text
from runsite.registry.git import Checkout, find_checkout
from runsite.registry.parse import ParsedRegistry
from runsite.registry.records import Registry
from runsite.registry.segments import parse_text
from runsite.store import Store

__all__ = ["Base", "explain_unknown", "load_base"]

_COMMIT = "nothing is committed here yet: git add . && git commit"
_FETCH = "fetch it first: git fetch --unshallow, or fetch-depth: 0 in CI"


@dataclass(frozen=True)
class Base:
    """A revision to review against.

    Attributes:
        rev: As it was asked for.
        commit: Its full id.
        registry: The registry there; empty where there was none.
        merged: The text that a merge of the working tree's file into the base gives; None where
            they conflict.
        behind: The base has commits that the working tree has not.
    """

    checkout: Checkout
    rev: str
    commit: str
    registry: Registry
    merged: str | None
    behind: bool

    def read_runs(self, run_ids: Iterable[str], *, store: Store) -> dict[str, RunRecord]:
        """Read runs as they are in the base's store; none where it does not lie in this checkout.

        Costs nothing where the tables of the store are those of the base.
        """
        folder = self.checkout.relative(store.root)
        wanted = sorted(set(run_ids))
        if folder is None or not wanted or not self._differs(f"{folder}/runs"):
            return {}
        paths = [f"{folder}/runs", f"{folder}/runsite.json"]
        data = self.checkout.ask_bytes("archive", "--format=tar", self.commit, "--", *paths)
        if data is None:
            return {}
        with tempfile.TemporaryDirectory() as scratch:
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                # Tables are no links: where one leads is the matter of the branch that has it.
                plain = [m for m in archive.getmembers() if m.isreg() or m.isdir()]
                archive.extractall(scratch, plain, filter="data")
            return _read_runs(Path(scratch, folder), wanted)

    def _differs(self, path: str) -> bool:
        changed = self.checkout.ask("diff", "--quiet", self.commit, "--", f":(top,literal){path}")
        untracked = self.checkout.ask("ls-files", "--others", "--", f":(top,literal){path}")
        return changed is None or bool(untracked)


def load_base(path: str | os.PathLike[str], rev: str, *, text: str) -> Base:
    """Read the revision that a registry is reviewed against.

    Args:
        path: The registry file in the working tree.
        rev: Branch, tag or commit.
        text: The working tree's text of it.

    Raises:
        RegistryError: There is no Git checkout, no such revision, no common ancestor, or the
            registry there cannot be read.
    """
    checkout = find_checkout(path)
    name = checkout.relative(Path(path)) if checkout else None
    if checkout is None or name is None:
        hint = "leave out --base, or run this in the repository"
        raise RegistryError(f"{quote(str(path))} does not lie in a Git checkout", hint=hint)
    commit = checkout.find_commit(rev)
    if commit is None:
        raise RegistryError(
            f"Git knows no revision {quote(rev)}",
            where=str(path),
            hint=explain_unknown(checkout, rev),
        )
    theirs = checkout.read_file(commit, name)
    registry = _parse(theirs, rev).registry
    head = checkout.find_commit("HEAD")
    contained = (
        head is None or checkout.ask("merge-base", "--is-ancestor", commit, head) is not None
    )
    merged = text if contained else _merge(checkout, name, text, commit, theirs)
    return Base(checkout, rev, commit, registry, merged, behind=not contained)


def explain_unknown(checkout: Checkout, rev: str) -> str:
    """Say what to do about a revision that Git does not know."""
    if checkout.find_commit("HEAD") is None:
        return _COMMIT
    base, dots, head = rev.partition("...") if "..." in rev else rev.partition("..")
    if dots:
        two = f"{base or 'HEAD'} {head or 'HEAD'}"
        return f"name one revision, not a range; two revisions are compared by runsite diff {two}"
    return _FETCH


def _merge(
    checkout: Checkout, name: str, text: str, commit: str, theirs: bytes | None
) -> str | None:
    ancestor = checkout.ask("merge-base", commit, "HEAD")
    if not ancestor:
        message = f"HEAD and {commit[:10]} have no common ancestor here"
        raise RegistryError(message, where=str(checkout.root), hint=_FETCH)
    base = checkout.read_file(ancestor.split()[0], name)
    merged = checkout.merge_texts(text.encode("utf-8"), base or b"", theirs or b"")
    return merged.decode("utf-8") if merged is not None else None


def _parse(data: bytes | None, rev: str) -> ParsedRegistry:
    text, problem = decode_text(data or b"")
    parsed = parse_text(text.removeprefix("\ufeff"))
    if problem is not None or (parsed.errors and not parsed.registry.models):
        first = problem or parsed.errors[0]
        message = f"the registry of {quote(rev)} cannot be read: {first.message}"
        raise RegistryError(message, hint="repair it on that branch first")
    return parsed


def _read_runs(root: Path, run_ids: list[str]) -> dict[str, RunRecord]:
    """Read what can be read: a table that Git LFS holds, say, tells nothing."""
    found: dict[str, RunRecord] = {}
    try:
        store = Store.open(root)
        for run_id in run_ids:
            try:
                found[run_id] = store.read_run(run_id)
            except NotFoundError:
                continue
    except RunsiteError:
        return found
    return found
