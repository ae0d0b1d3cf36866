"""Reading and writing ``registry.yaml``: whole or not at all, and never over somebody's edit.

An edit reads the file, plans, and writes a temporary file that replaces it. Two processes that
edit at once take turns by an advisory lock on the folder; and in case somebody does not honour
it (an editor, a network folder), the bytes are compared right before the replacement and the
edit starts again from the new ones.
"""

from __future__ import annotations

import contextlib
import difflib
import gc
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from runsite.errors import RegistryError, quote
from runsite.registry.changes import Change
from runsite.registry.document import BOM, MAX_BYTES, decode_text, parse_document
from runsite.registry.edits import edit_document
from runsite.registry.parse import ParsedRegistry, parse_registry
from runsite.registry.plans import Edit
from runsite.registry.problems import Problem, make_error
from runsite.registry.records import Registry

__all__ = [
    "NEW_FILE",
    "EditResult",
    "edit_registry",
    "load_registry",
    "make_diff",
    "paused_collector",
    "read_bytes",
    "read_registry",
]

NEW_FILE = """\
# The model registry of this repository: every change of a stage is a change of this file.
# Edit it by `runsite register` and `runsite promote`, or by hand, in a pull request.
"""
"""What a registry that did not exist starts with."""

_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class EditResult:
    """What an edit made of the file.

    Attributes:
        diff: Unified diff; empty where nothing had to change.
        registry: The registry after it.
        before: The registry as it was.
        problems: What is wrong in the registry after it.
    """

    path: Path
    diff: str
    registry: Registry
    before: Registry
    problems: tuple[Problem, ...] = ()


def load_registry(path: str | os.PathLike[str]) -> Registry:
    """Read a registry; an empty one where there is no file.

    Raises:
        RegistryError: The file cannot be read, or holds errors: all of them in one message.
    """
    parsed = read_registry(path)
    if parsed.errors:
        raise make_error(parsed.errors, name=str(path))
    return parsed.registry


def read_registry(path: str | os.PathLike[str]) -> ParsedRegistry:
    """Read a registry with its problems, errors included; empty where there is no file.

    Raises:
        RegistryError: The file cannot be read at all.
    """
    data = read_bytes(Path(path))
    text, problem = decode_text(data) if data is not None else ("", None)
    if problem is not None:
        return ParsedRegistry(Registry(), (problem,))
    with paused_collector():
        return parse_registry(parse_document(text))


@contextlib.contextmanager
def paused_collector() -> Iterator[None]:
    """Spare the search for garbage while a large file becomes values: a third of its time.

    The nodes of a document hold no cycles, so there is nothing to find among them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def edit_registry(
    path: str | os.PathLike[str],
    plan: Callable[[Edit], Sequence[Change]],
    *,
    dry_run: bool = False,
    name: str | None = None,
) -> EditResult:
    """Change a registry by what `plan` asks for; nothing is written where nothing changes.

    Keeps the file's byte order mark, line ends and permissions; a symbolic link stays one and
    its target is written. `plan` is called again when somebody else changed the file meanwhile.

    Args:
        path: The file; made where there is none.
        plan: Pure; gets the registry as it is.
        dry_run: Return what would be, write nothing.
        name: File name for messages and the diff; the path by default.

    Raises:
        RegistryError: The file cannot be read or written, or the edit is refused.
    """
    target = Path(os.path.realpath(path))
    name = name or Path(path).as_posix()
    with _locked(target.parent) if not dry_run else contextlib.nullcontext():
        for _ in range(_ATTEMPTS):
            data = read_bytes(target)
            with paused_collector():
                after, result = _edit_bytes(data, plan, path=Path(path), name=name)
            if dry_run or not result.diff or _replace(target, data, after):
                return result
    raise RegistryError(
        f"{quote(name)} was changed by somebody else {_ATTEMPTS} times during this edit",
        where=name,
        hint="nothing was changed; try again when the other program is done",
    )


def make_diff(old: str, new: str, *, name: str, created: bool = False) -> str:
    """Make a unified diff of two texts, with three lines of context.

    The parts that are equal at both ends are left out before the comparison, so a file of 10 MB
    costs what its changed lines cost.
    """
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    shorter = min(len(before), len(after))
    head = 0
    while head < shorter and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < shorter - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    head, tail = max(0, head - 3), max(0, tail - 3)
    old_part, new_part = before[head : len(before) - tail], after[head : len(after) - tail]
    groups = difflib.SequenceMatcher(None, old_part, new_part, autojunk=False).get_grouped_opcodes()
    lines: list[str] = []
    for group in groups:
        lines.append(_hunk_header(group, head))
        for kind, i1, i2, j1, j2 in group:
            if kind == "equal":
                lines += _marked(" ", old_part[i1:i2])
            else:
                lines += _marked("-", old_part[i1:i2]) + _marked("+", new_part[j1:j2])
    origin = "/dev/null" if created else f"a/{name}"
    return "".join([f"--- {origin}\n", f"+++ b/{name}\n", *lines]) if lines else ""


def _hunk_header(group: Sequence[tuple[str, int, int, int, int]], offset: int) -> str:
    def span(start: int, stop: int) -> str:
        count = stop - start
        first = start + offset + (1 if count else 0)
        return str(first) if count == 1 else f"{first},{count}"

    (_, i1, _, j1, _), (_, _, i2, _, j2) = group[0], group[-1]
    return f"@@ -{span(i1, i2)} +{span(j1, j2)} @@\n"


def _marked(mark: str, lines: list[str]) -> list[str]:
    return [
        mark + line if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"
        for line in lines
    ]


def _edit_bytes(
    data: bytes | None, plan: Callable[[Edit], Sequence[Change]], *, path: Path, name: str
) -> tuple[bytes, EditResult]:
    text, problem = decode_text(data) if data is not None else (NEW_FILE, None)
    document = parse_document(text)
    parsed = parse_registry(document)
    # An error of what is written can be repaired by an edit; in a newer format the same words may
    # mean something else.
    newer = [error for error in parsed.errors if error.code == "format-version"]
    unreadable = [problem] if problem else [*document.problems, *newer]
    if unreadable:
        raise make_error(unreadable, name=name)
    changes = list(plan(Edit(document, parsed.registry)))
    if not changes:
        return data or b"", EditResult(path, "", parsed.registry, parsed.registry, parsed.problems)
    edited = edit_document(document, changes, name=name)
    after = parse_registry(edited)
    _refuse_new_errors(parsed.errors, after.errors, name)
    mark = BOM if text.startswith(BOM) else ""
    old = "" if data is None else document.text
    diff = make_diff(old, edited.text, name=name, created=data is None)
    result = EditResult(path, diff, after.registry, parsed.registry, after.problems)
    return (mark + edited.text).encode("utf-8"), result


def _refuse_new_errors(before: Sequence[Problem], after: Sequence[Problem], name: str) -> None:
    known = {(problem.code, problem.message) for problem in before}
    new = [problem for problem in after if (problem.code, problem.message) not in known]
    if new:
        raise make_error(new, name=name)


def read_bytes(path: Path) -> bytes | None:
    """Read a registry's bytes, one more than it may have at most; None where there is no file.

    Raises:
        RegistryError: The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = error.strerror or str(error)
        hint = "name the registry with --registry PATH"
        message = f"cannot read the registry {quote(str(path))}: {reason}"
        raise RegistryError(message, where=str(path), hint=hint) from error


def _replace(target: Path, expected: bytes | None, data: bytes) -> bool:
    """Write the file unless it no longer holds the expected bytes; tell whether it was written."""
    temporary: str | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_mode_of(target))
        if read_bytes(target) != expected:
            return False
        os.replace(temporary, target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RegistryError(
            f"cannot write {quote(str(target))}: {reason}", where=str(target)
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):  # after the replacement there is nothing to remove
                os.unlink(temporary)
    return True


def _mode_of(target: Path) -> int:
    try:
        return target.stat().st_mode & 0o7777
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's advisory lock; where there is none to be had, go on without it.

    The folder is locked and not the file, because the replacement gives the file a new identity
    and a lock file of its own would lie around in the repository.
    """
    if sys.platform == "win32":
        yield  # folders cannot be opened there: the comparison before the replacement stands alone
        return
    import fcntl

    handle: int | None = None
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)
