"""The files of runs, copied into the site within its limits, and what their pages show of them."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from runsite.build.excerpts import read_preview, write_excerpt
from runsite.build.workshop import Workshop
from runsite.pages.artifacts import RunFiles
from runsite.pages.files import (
    MAX_HEAD_BYTES,
    PAGE_ROOM,
    ImageSeries,
    Preview,
    find_excerpt_kind,
    find_image_size,
    find_kind,
    group_images,
    make_file_path,
)
from runsite.pages.formatting import format_count
from runsite.records import ArtifactRecord, RunRecord

__all__ = ["PublishedFiles", "publish_files", "read_files"]

_MB = 1_000_000
_MAX_PREVIEWS = 40
_MISSING = "not in the store"
_OTHER = "not the file that was logged"
# What every run has beside its own files; the page shows the packages anyway.
_USUAL = frozenset({"requirements.txt", "conda.yaml", "python_env.yaml"})

Skipped = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PublishedFiles:
    """Which files of runs are on the site.

    Attributes:
        skipped: Run id → path and reason of each file that is not.
        warnings: What is missing, in one line.
    """

    skipped: Mapping[str, Skipped]
    warnings: tuple[str, ...] = ()

    def skipped_of(self, run_id: str) -> Skipped:
        """Return path and reason of each file of a run that is not on the site."""
        return self.skipped.get(run_id, ())


def publish_files(shop: Workshop, *, first: Iterable[str]) -> PublishedFiles:
    """Copy the files of runs into the site, each content once, until the limit is reached.

    Args:
        shop: The build.
        first: Runs whose files come before all others: those of registered versions. The others
            follow from the newest to the oldest.
    """
    settings = shop.options.config.site
    limit, left = settings.max_file_mb * _MB, settings.max_artifacts_mb * _MB
    outcome: dict[str, str] = {}
    skipped: dict[str, list[tuple[str, str]]] = {}
    missing: list[str] = []
    excerpts: set[tuple[str, str]] = set()
    for run_id, path, size, sha256 in _list_files(shop, first=first):
        address = make_file_path(sha256, name=path)
        reason = outcome.get(address)
        if reason in (None, _MISSING):
            if size > limit:
                reason = f"larger than {settings.max_file_mb:g} MB"
            elif size > left or not settings.max_artifacts_mb:
                reason = f"the site's {settings.max_artifacts_mb:g} MB are full"
            else:
                source = shop.data.store.artifacts_dir(run_id) / path
                reason = _publish(shop, source, address=address, sha256=sha256)
                left -= 0 if reason else size
            outcome[address] = reason
        if not reason and (sha256, kind := find_excerpt_kind(path)) not in excerpts:
            excerpts.add((sha256, kind))
            left -= write_excerpt(shop, path, address=address, sha256=sha256, size=size)
        if reason:
            skipped.setdefault(run_id, []).append((path, reason))
            if reason in (_MISSING, _OTHER):
                missing.append(f"{run_id}/{path} is {reason}")
    return PublishedFiles(
        skipped={run_id: tuple(files) for run_id, files in skipped.items()},
        warnings=_summarise(missing),
    )


def read_files(shop: Workshop, run: RunRecord, *, skipped: Skipped) -> RunFiles:
    """Read what a run's page shows of its files."""
    absent = dict(skipped)
    addresses = {
        a.path: make_file_path(a.sha256, name=a.path) for a in run.artifacts if a.path not in absent
    }
    groups = {k: v for k, v in group_images(addresses).items() if len(v) > 1}
    in_series = {image.address for images in groups.values() for image in images}
    models = tuple(f"{model.path}/" for model in run.models)
    wanted = [
        a
        for a in run.artifacts
        if a.path in addresses
        and addresses[a.path] not in in_series
        and find_kind(a.path)
        and a.path not in _USUAL
        and not a.path.startswith(models)
    ][:_MAX_PREVIEWS]
    # From the copy, whose content was compared with the digest: what lies in the run's folder now
    # may be a link to anywhere.
    output = shop.options.output
    previews = (_read_preview(output, a, address=addresses[a.path]) for a in wanted)
    return RunFiles(
        addresses=addresses,
        skipped=absent,
        previews=tuple(preview for preview in previews if preview),
        series=tuple(
            ImageSeries(key, images, *_read_size(shop.options.output / images[-1].address))
            for key, images in groups.items()
        ),
    )


def _list_files(shop: Workshop, *, first: Iterable[str]) -> Iterable[tuple[str, str, int, str]]:
    file = pl.col("artifacts").struct
    frame = shop.data.runs.frame.select(
        "run_id", "artifacts", pl.col("run_id").is_in(list(first)).alias("first")
    ).reverse()
    files = (
        frame.sort("first", descending=True, maintain_order=True)
        .explode("artifacts")
        .select("run_id", file.field("path"), file.field("size_bytes"), file.field("sha256"))
        .drop_nulls()
    )
    return files.iter_rows()


def _publish(shop: Workshop, source: Path, *, address: str, sha256: str) -> str:
    """Copy a file; return why not, or nothing."""
    try:
        status = source.lstat()
        inside = source.resolve().is_relative_to(shop.data.store.layout.artifacts.resolve())
        if not stat.S_ISREG(status.st_mode) or not inside:
            return _MISSING
        if shop.writer.keep(address, key=sha256):
            return ""
        data = source.read_bytes()
    except (OSError, ValueError):
        return _MISSING
    if hashlib.sha256(data).hexdigest() != sha256:
        return _OTHER
    shop.writer.write(address, data, key=sha256)
    return ""


def _read_preview(output: Path, artifact: ArtifactRecord, *, address: str) -> Preview | None:
    preview = read_preview(
        output / address,
        artifact.path,
        size=artifact.size_bytes,
        address=address,
        room=PAGE_ROOM,
    )
    if preview and preview.kind == "markdown":
        prefix = f"file-{artifact.sha256[:8]}-"
        from runsite.cards import render_markdown  # loads the parser

        html = render_markdown(
            preview.text, base_level=4, id_prefix=prefix, figures={}, make_link=_drop_link
        )
        return replace(preview, html=html, text="")
    return preview


def _read_size(path: Path) -> tuple[int, int]:
    try:
        with path.open("rb") as file:
            return find_image_size(file.read(MAX_HEAD_BYTES)) or (0, 0)
    except OSError:
        return (0, 0)


def _drop_link(_url: str) -> None:
    """Leave only the text of a relative link: what it points at is under another name here."""


def _summarise(missing: list[str]) -> tuple[str, ...]:
    if not missing:
        return ()
    rest = f", and {format_count(len(missing) - 1)} more files" if len(missing) > 1 else ""
    return (f"artifact {missing[0]}{rest}",)
