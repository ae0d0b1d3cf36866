"""Dictionaries, figures and images as files: which library writes which format."""

from __future__ import annotations

import io
import json
import math
import os
import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from runsite.errors import InvalidValueError, quote
from runsite.tracking.checks import check_artifact_path, convert_step

__all__ = ["figure_writer", "format_dict", "format_png", "image_writer", "name_image"]


def format_dict(dictionary: object, *, name: str) -> bytes:
    """Format a dictionary: YAML for ``.yaml`` and ``.yml``, else JSON.

    Raises:
        InvalidValueError: It holds something that the format cannot.
    """
    try:
        if name.lower().endswith((".yaml", ".yml")):
            import yaml

            text = yaml.safe_dump(_plain(dictionary), sort_keys=False, allow_unicode=True)
        else:
            text = json.dumps(_plain(dictionary), indent=2, ensure_ascii=False) + "\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValueError(
            f"{quote(name)} cannot hold this {type(dictionary).__name__}: {error}"
        ) from error
    return text.encode("utf-8", "replace")


def figure_writer(figure: Any, *, name: str, options: Mapping[str, Any]) -> Callable[[Path], None]:
    """Return what writes a figure to a path.

    Raises:
        InvalidValueError: It is no figure of Matplotlib, Plotly or Altair.
    """
    suffix = Path(name).suffix.lower()
    if hasattr(figure, "savefig"):  # Matplotlib, seaborn's grids
        # Without a suffix it would add one to the path, and the file would not be found.
        settings = dict(options) if suffix else {"format": "png", **options}
        return lambda path: figure.savefig(path, **settings)
    if hasattr(figure, "write_html"):  # Plotly
        if suffix == ".html":
            # Without this the page would load a script from the network.
            settings = {"include_plotlyjs": True, "auto_open": False, **options}
            return lambda path: figure.write_html(os.fspath(path), **settings)
        if suffix == ".json":
            return lambda path: figure.write_json(os.fspath(path), **options)
        return lambda path: figure.write_image(os.fspath(path), **options)
    if hasattr(figure, "to_dict") and hasattr(figure, "save"):  # Altair
        settings = {"inline": True, **options} if suffix == ".html" else dict(options)
        return lambda path: figure.save(os.fspath(path), **settings)
    raise InvalidValueError(
        f"log_figure takes a figure of Matplotlib, Plotly or Altair, not {type(figure).__name__}",
        hint="log_image takes images, log_artifact any file",
    )


def name_image(artifact_file: str | None, *, key: str | None, step: int | None) -> str:
    """Return the artifact path of an image.

    Raises:
        InvalidValueError: Neither file nor key is given, or both, or the key is no safe path.
    """
    if (artifact_file is None) == (key is None):
        raise InvalidValueError("log_image needs either artifact_file= or key=")
    if artifact_file is not None:
        return artifact_file
    number = convert_step(step, key=str(key))
    return f"images/{check_artifact_path(key)}/{number:08d}.png"


def image_writer(image: Any, *, name: str) -> Callable[[Path], None]:
    """Return what writes an image to a path.

    Raises:
        InvalidValueError: It is neither a Pillow image nor an array that can be one.
    """
    if hasattr(image, "save") and hasattr(image, "mode"):  # Pillow
        return _pillow_writer(image, name)
    if not hasattr(image, "__array__") and not hasattr(image, "dtype"):
        raise InvalidValueError(
            f"log_image takes a Pillow image or an array, not {type(image).__name__}"
        )
    array = _convert_pixels(image)
    if name.lower().endswith(".png"):
        data = _encode_array(array)
        return lambda path: _write(path, data)
    try:
        from PIL import Image
    except ImportError as error:
        raise InvalidValueError(
            f"an array is written as PNG, not as {quote(name)}",
            hint="name a .png file, or install Pillow",
        ) from error
    return _pillow_writer(Image.fromarray(array), name)


def format_png(rows: bytes, *, width: int, height: int, channels: int) -> bytes:
    """Encode 8-bit pixels as PNG. Pure.

    Args:
        rows: Pixels row by row, `channels` bytes each.
        width: Pixels in a row.
        height: Rows.
        channels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.

    Source: PNG (Portable Network Graphics) Specification, W3C, third edition.
    """
    stride = width * channels
    lines = b"".join(b"\0" + rows[y * stride : (y + 1) * stride] for y in range(height))
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def _pillow_writer(image: Any, name: str) -> Callable[[Path], None]:
    """Encode at once: what the format cannot hold is the caller's error, not one of the disk."""
    buffer = io.BytesIO()
    buffer.name = Path(name).name  # where Pillow finds the format
    try:
        image.save(buffer)
    except (OSError, ValueError) as error:
        raise InvalidValueError(
            f"{quote(name)} cannot hold this image: {error}",
            hint="name a .png file, or convert the image to the mode 'RGB'",
        ) from error
    return lambda path: _write(path, buffer.getvalue())


def _convert_pixels(image: Any) -> Any:
    """Turn an array into one of bytes: (height, width[, 2 to 4])."""
    import numpy as np

    array = np.asarray(image)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or 0 in array.shape or (array.ndim == 3 and array.shape[2] > 4):
        raise InvalidValueError(
            f"an image has the shape (height, width[, 1 to 4]), not {array.shape}"
        )
    if array.dtype == bool:
        array = array.astype(np.uint8) * 255
    elif array.dtype.kind == "f":
        if not (np.isfinite(array).all() and array.min() >= 0 and array.max() <= 1):
            raise InvalidValueError("an image of floats must be between 0 and 1")
        array = (array * 255).round().astype(np.uint8)
    elif array.dtype.kind in "iu":
        if array.min() < 0 or array.max() > 255:
            raise InvalidValueError("an image of whole numbers must be between 0 and 255")
        array = array.astype(np.uint8)
    else:
        raise InvalidValueError(f"an image cannot have the dtype {array.dtype}")
    return array


def _encode_array(array: Any) -> bytes:
    channels = array.shape[2] if array.ndim == 3 else 1
    height, width = array.shape[:2]
    return format_png(array.tobytes(), width=width, height=height, channels=channels)


def _plain(value: object) -> object:
    """Turn what libraries hand over (NumPy scalars, sets, paths, dates) into plain values."""
    match value:
        case None | bool() | str():
            plain: object = value
        case int():
            plain = int(value)
        case float():
            plain = float(value) if math.isfinite(value) else str(value)
        case Mapping():
            plain = {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            plain = [_plain(inner) for inner in value]
        case set() | frozenset():
            plain = sorted((_plain(inner) for inner in value), key=repr)
        case _:
            plain = _plain_foreign(value)
    return plain


def _plain_foreign(value: Any) -> object:
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "__fspath__") or isinstance(value, timedelta):
        return str(value)
    raise TypeError(f"{type(value).__name__} {quote(value)} has no plain form")


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
