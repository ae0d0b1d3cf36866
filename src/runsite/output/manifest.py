"""The manifest: what a build wrote, with digests, so that the next one knows what is its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runsite.errors import BuildError, quote

__all__ = ["MANIFEST_NAME", "Entry", "Manifest", "format_manifest", "read_manifest"]

MANIFEST_NAME = ".runsite-manifest.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the site.

    Attributes:
        sha256: Digest of its content.
        size_bytes: Its size.
        key: Digest of all that it was made from; empty where it is made anew each time.
    """

    sha256: str
    size_bytes: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a build wrote, and what it would say again if it ran again.

    Attributes:
        inputs: Digest of all inputs; empty where the next build cannot rely on it.
        n_runs: Runs on the site.
        warnings: What the build warned about.
        files: Path → entry.
    """

    inputs: str = ""
    n_runs: int = 0
    warnings: tuple[str, ...] = ()
    files: Mapping[str, Entry] = field(default_factory=dict)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of an output folder; an empty one where there is none.

    Raises:
        BuildError: The file is not a manifest that this version can read.
    """
    path = folder / MANIFEST_NAME
    try:
        data = json.loads(path.read_bytes())
        if data["format"] != _FORMAT:
            raise BuildError(
                f"{quote(str(path))} was written by a newer runsite",
                hint="build into another folder, or install the newer runsite",
            )
        files = {name: Entry(*entry) for name, entry in data["files"].items()}
        return Manifest(data["inputs"], data["n_runs"], tuple(data["warnings"]), files)
    except FileNotFoundError:
        return Manifest()
    except BuildError:
        raise
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BuildError(
            f"{quote(str(path))} cannot be read: {error}",
            hint="build into an empty folder; without the manifest nothing is deleted",
        ) from error


def format_manifest(manifest: Manifest) -> bytes:
    """Write a manifest as JSON, one file a line, sorted: small diffs in a published branch."""
    lines = [
        f"{json.dumps(name)}: {json.dumps([entry.sha256, entry.size_bytes, entry.key])}"
        for name, entry in sorted(manifest.files.items())
    ]
    head = {
        "format": _FORMAT,
        "inputs": manifest.inputs,
        "n_runs": manifest.n_runs,
        "warnings": list(manifest.warnings),
    }
    text = json.dumps(head)[:-1] + ', "files": {\n' + ",\n".join(lines) + "\n}}\n"
    return text.encode()
