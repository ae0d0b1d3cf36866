"""What may be logged: keys, values, steps, times, artifact paths. Pure.

Keys, values and names have no length limit and may hold any character; what is refused is what
could not be stored or found again.
"""

from __future__ import annotations

import operator
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from runsite.errors import AlreadyExistsError, InvalidValueError, quote
from runsite.records import RunStatus

__all__ = [
    "check_artifact_path",
    "check_key",
    "check_local_path",
    "check_mapping",
    "check_params",
    "check_status",
    "convert_ids",
    "convert_step",
    "convert_text",
    "convert_texts",
    "convert_time_us",
    "convert_value",
]

_INT64 = 1 << 63
_NO_TEXT = re.compile("[\ud800-\udfff]")
# Windows takes what follows any colon for a hidden stream of the file before it.
_DRIVE = re.compile(".*:" if os.name == "nt" else "[A-Za-z]:")
_MAX_TIME_MS = _INT64 // 1_000_000
"""Journals hold nanoseconds in 64 bits, which reach to the year 2262."""


def check_key(key: object, *, what: str) -> str:
    """Return a key, which must be text and not empty.

    Raises:
        InvalidValueError: It is not.
    """
    if not isinstance(key, str):
        raise InvalidValueError(
            f"a {what}'s name must be text, not {type(key).__name__} {quote(key)}",
            hint=f"write {quote(key)}",
        )
    if not key:
        raise InvalidValueError(f"a {what}'s name must not be empty")
    return key


def convert_value(value: object, *, key: str) -> float:
    """Turn a metric's value into a float: numbers, NumPy and tensor scalars, arrays of one.

    Raises:
        InvalidValueError: It is no number.
    """
    try:
        item = getattr(value, "item", None)
        return float(item() if callable(item) else value)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - whatever the conversion of a foreign class raises
        raise InvalidValueError(
            f"metric {quote(key)} must be a number, not {type(value).__name__} {quote(value)}",
            hint="log text with log_param or set_tag",
        ) from None


def convert_step(step: object, *, key: str) -> int:
    """Turn a step into an int64; None is 0.

    Raises:
        InvalidValueError: It is no whole number, or needs more than 64 bits.
    """
    if step is None:
        return 0
    try:
        whole = int(step) if isinstance(step, float) and step.is_integer() else step
        number = operator.index(whole)  # type: ignore[arg-type]
    except TypeError:
        item = getattr(step, "item", None)
        if callable(item):
            return convert_step(item(), key=key)
        raise InvalidValueError(
            f"metric {quote(key)}: the step must be a whole number, not {quote(step)}"
        ) from None
    if not -_INT64 <= number < _INT64:
        raise InvalidValueError(
            f"metric {quote(key)}: the step {quote(number)} does not fit in 64 bits"
        )
    return number


def convert_time_us(timestamp: object, *, key: str, kind: str = "metric") -> int | None:
    """Turn milliseconds since 1970-01-01 UTC into microseconds; None stays None (now).

    Args:
        timestamp: The milliseconds.
        key: What they belong to, for the message of an error.
        kind: What the key is.

    Raises:
        InvalidValueError: It is no whole number, or beyond the year 2262.
    """
    if timestamp is None:
        return None
    if isinstance(timestamp, bool) or not isinstance(timestamp, int):
        try:
            timestamp = operator.index(timestamp)  # type: ignore[arg-type]
        except TypeError:
            raise InvalidValueError(
                f"{kind} {quote(key)}: the timestamp must be milliseconds since 1970, "
                f"not {quote(timestamp)}"
            ) from None
    if not -_MAX_TIME_MS < timestamp < _MAX_TIME_MS:
        raise InvalidValueError(
            f"{kind} {quote(key)}: the timestamp {quote(timestamp)} is beyond the year 2262",
            hint="write milliseconds since 1970, not microseconds or nanoseconds",
        )
    return timestamp * 1000


def convert_text(value: object) -> str:
    """Turn a param's or tag's value into the text that is stored.

    Lone surrogates, which UTF-8 cannot hold, become question marks.

    Raises:
        InvalidValueError: Its own ``__str__`` fails, or it is a whole number of more digits than
            Python turns into text.
    """
    try:
        text = str(value)
    except Exception as error:
        raise InvalidValueError(
            f"a value of {type(value).__name__} cannot be turned into text: {quote(error)}",
            hint="log the text that it shall have",
        ) from error
    return text.encode("utf-8", "replace").decode()


def convert_texts(values: object, *, what: str) -> dict[str, str]:
    """Check the keys of a mapping and turn its values into text.

    Raises:
        InvalidValueError: It is no mapping, or a key is not text.
    """
    return {
        convert_text(check_key(key, what=what)): convert_text(value)
        for key, value in check_mapping(values, what=what).items()
    }


def convert_ids(values: object) -> list[str]:
    """Return ids of experiments as a list; one id may stand without a list.

    Raises:
        InvalidValueError: They are no list.
    """
    if isinstance(values, str):  # one id, which would be read as a list of letters
        return [values]
    if isinstance(values, bytes) or not isinstance(values, Iterable):
        raise InvalidValueError(
            f"experiments are given as a list of ids or names, not as {type(values).__name__} "
            f"{quote(values)}"
        )
    return [str(value) for value in values]


def check_mapping(values: object, *, what: str) -> Mapping[object, object]:
    """Return what maps names to values.

    Raises:
        InvalidValueError: It is no mapping.
    """
    if not isinstance(values, Mapping):
        raise InvalidValueError(
            f"{what}s must be a mapping of names to values, not {type(values).__name__}"
        )
    return values


def check_params(new: Mapping[str, str], *, known: Mapping[str, str], run_id: str) -> None:
    """Refuse to change a param that has a value.

    Raises:
        AlreadyExistsError: One of the params has another value.
    """
    for key, value in new.items():
        before = known.get(key, value)
        if before != value:
            raise AlreadyExistsError(
                f"param {quote(key)} of run {quote(run_id)} is {quote(before)} "
                f"and cannot become {quote(value)}",
                hint="a param is logged once; log what changes with log_metric or set_tag",
            )


def check_status(status: object) -> str:
    """Return the name of a status.

    Raises:
        InvalidValueError: There is no such status.
    """
    try:
        return RunStatus(str(status)).value
    except ValueError:
        names = ", ".join(RunStatus)
        raise InvalidValueError(
            f"unknown status {quote(status)}", hint=f"use one of: {names}"
        ) from None


def check_local_path(path: object) -> Path:
    """Return the path of a file or folder of this machine.

    Raises:
        InvalidValueError: It is neither text nor a path, or no path can be so (a NUL in it).
    """
    if not isinstance(path, str | os.PathLike):
        raise InvalidValueError(
            f"a file's path must be text or a Path, not {type(path).__name__} {quote(path)}"
        )
    text = os.fspath(path)
    if not isinstance(text, str) or "\0" in text:
        raise InvalidValueError(f"{quote(text)} can be no path of a file")
    return Path(text)


def check_artifact_path(path: object) -> str:
    """Return a path inside a run's artifacts, ``/`` between, empty for their root.

    Bytes of a file's name that are no text, which Linux allows, become ``%FF``.

    Raises:
        InvalidValueError: It is absolute, leads out of the folder, or is no text.
    """
    if path is None:
        return ""
    text = str(path) if hasattr(path, "__fspath__") else path
    if not isinstance(text, str):
        raise InvalidValueError(f"an artifact path must be text, not {quote(path)}")
    text = _NO_TEXT.sub(lambda found: f"%{ord(found[0]) & 0xFF:02X}", text)
    parts = [part for part in text.split("/") if part not in ("", ".")]
    bad = ".." in parts or any(ch in text for ch in "\\\0") or _DRIVE.match(text)
    if bad or text.startswith(("/", "~")):
        raise InvalidValueError(
            f"artifact path {quote(text)} leads out of the run's folder",
            hint="write a relative path with '/' between, such as plots/roc.png",
        )
    return "/".join(parts)
