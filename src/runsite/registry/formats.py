"""Problems as text for people, GitHub annotations, JSON and SARIF. Pure.

Source: GitHub's workflow commands for ``github``; SARIF 2.1.0 (OASIS) for ``sarif``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import PurePath
from urllib.parse import quote as percent_encode

from runsite.errors import quote
from runsite.registry.codes import CODES
from runsite.registry.problems import Problem, Severity

__all__ = ["format_github", "format_json", "format_sarif", "format_text"]

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def format_text(problems: Sequence[Problem], *, name: str) -> str:
    """Write a problem a paragraph: place, severity and message, then the hint and the code."""
    lines: list[str] = []
    for problem in problems:
        place = _safe(problem.where(name))
        lines.append(f"{place}: {problem.severity}: {_safe(problem.message)}")
        if problem.hint:
            lines.append(f"    hint: {_safe(problem.hint)}")
        lines.append(f"    code: {problem.code}")
    return "".join(f"{line}\n" for line in lines)


def format_github(problems: Sequence[Problem], *, name: str) -> str:
    """Write workflow commands, which GitHub shows at the lines of the pull request."""
    lines: list[str] = []
    for problem in problems:
        fields = {"file": PurePath(problem.file or name).as_posix(), "title": problem.code}
        if problem.line:
            fields |= {"line": str(problem.line), "col": str(problem.column)}
        listed = ",".join(f"{key}={_property(value)}" for key, value in fields.items())
        text = problem.message + (f"\nhint: {problem.hint}" if problem.hint else "")
        lines.append(f"::{problem.severity} {listed}::{_data(text)}")
    return "".join(f"{line}\n" for line in lines)


def format_json(problems: Sequence[Problem], *, name: str) -> str:
    """Write a JSON object with the counts and a list of all problems."""
    listed = [
        {
            "code": problem.code,
            "severity": problem.severity.value,
            "message": problem.message,
            "hint": problem.hint,
            "file": problem.file or name,
            "line": problem.line or None,
            "column": problem.column or None,
        }
        for problem in problems
    ]
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    counts = {"errors": errors, "warnings": len(problems) - errors}
    return json.dumps({**counts, "problems": listed}, indent=2) + "\n"


def format_sarif(problems: Sequence[Problem], *, name: str, version: str) -> str:
    """Write a SARIF log, which code-scanning tools read; `version` is that of runsite."""
    rules = [
        {
            "id": code,
            "shortDescription": {"text": CODES[code]},
            "help": {"text": f"{CODES[code]} The page docs/errors.md of runsite says what to do."},
        }
        for code in sorted({problem.code for problem in problems})
    ]
    driver = {"name": "runsite", "version": version, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(problem, name) for problem in problems],
    }
    log = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _sarif_result(problem: Problem, name: str) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": _make_uri(problem.file or name)}}
    # GitHub shows nothing that has no line.
    place["region"] = {"startLine": problem.line or 1, "startColumn": problem.column or 1}
    text = problem.message + (f" ({problem.hint})" if problem.hint else "")
    return {
        "ruleId": problem.code,
        "level": problem.severity.value,
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }


def _make_uri(name: str) -> str:
    path = PurePath(name)
    if path.is_absolute():
        return path.as_uri()
    return percent_encode(os.fsencode(path.as_posix()))


def _safe(text: str) -> str:
    """Keep what steers a terminal out of a line."""
    return "".join(char if char.isprintable() else quote(char)[1:-1] for char in text)


def _data(text: str) -> str:
    # What steers a terminal has no business in a log either; a line break is GitHub's to show.
    text = "\n".join(_safe(line) for line in text.split("\n"))
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
