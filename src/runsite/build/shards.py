"""Which runs share a data shard: decided by each run alone.

A shard ends after a run whose id's digest says so, and a run's size only makes that likelier. So a
run that is added changes one shard and leaves all the others, and their addresses, as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from runsite.pages.paths import make_slug

__all__ = ["Shard", "cut_shards"]

_LARGEST = 4
"""A shard is never larger than so many usual ones."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Runs whose data lie in one file.

    Attributes:
        path: From the site's root.
        run_ids: Sorted.
    """

    path: str
    run_ids: tuple[str, ...]


def cut_shards(sizes: Iterable[tuple[str, int]], *, folder: str, target: int) -> tuple[Shard, ...]:
    """Cut runs into shards.

    Args:
        sizes: Run id and its size, in any unit; each run once.
        folder: From the site's root.
        target: Usual size of a shard.
    """
    shards: list[Shard] = []
    group: list[str] = []
    size = 0
    for run_id, own in sorted(sizes):
        group.append(run_id)
        size += own
        if _ends_shard(run_id, own / target) or size > _LARGEST * target:
            shards.append(_make_shard(folder, group))
            group, size = [], 0
    if group:
        shards.append(_make_shard(folder, group))
    return tuple(shards)


def _ends_shard(run_id: str, share: float) -> bool:
    digest = hashlib.sha256(run_id.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4], "big") < share * 2**32


def _make_shard(folder: str, run_ids: list[str]) -> Shard:
    return Shard(path=f"{folder}/{make_slug(run_ids[0])}.js", run_ids=tuple(run_ids))
