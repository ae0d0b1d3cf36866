"""What is wrong in a registry or beside it: one value per problem, with its place. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from runsite.errors import RegistryError

__all__ = ["Problem", "Severity", "make_error"]

_SHOWN = 20


class Severity(StrEnum):
    """An error fails a check; a warning does so only under ``--strict``."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a registry, or of a file that belongs to it.

    Attributes:
        code: Stable name, one of `runsite.registry.codes.CODES`.
        message: What is wrong, the offending value quoted.
        hint: What to do.
        line: From 1; 0 where the problem has no place in the file.
        column: From 1, in characters; 0 where the problem has no place in the file.
        file: The file that it is in; empty for the one that was looked at, the registry.
    """

    code: str
    message: str
    hint: str = ""
    line: int = 0
    column: int = 0
    severity: Severity = Severity.ERROR
    file: str = ""

    def where(self, name: str) -> str:
        """Return ``file:line:column``, or the file alone; `name` is that of the registry."""
        file = self.file or name
        return f"{file}:{self.line}:{self.column}" if self.line else file


def make_error(problems: Iterable[Problem], *, name: str) -> RegistryError:
    """Put all problems of the file `name` into one error."""
    listed = sorted(problems, key=lambda p: (p.line, p.column))
    if len(listed) == 1:
        only = listed[0]
        return RegistryError(only.message, where=only.where(name), hint=only.hint or None)
    lines = [f"{len(listed)} problems in {name}:"]
    for problem in listed[:_SHOWN]:
        lines.append(f"  {problem.where(name)}: {problem.message}")
        if problem.hint:
            lines.append(f"      {problem.hint}")
    if len(listed) > _SHOWN:
        lines.append(f"  … and {len(listed) - _SHOWN} more")
    return RegistryError("\n".join(lines), hint="runsite check lists every problem")
