"""Texts as they can be stored: lone surrogates, which UTF-8 (and so Parquet) cannot hold, go. Pure."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["clean_text", "clean_texts", "clean_values"]


def clean_text(text: str) -> str:
    """Replace lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def clean_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """Clean names and their texts."""
    return {clean_text(key): clean_text(value) for key, value in texts.items()}


def clean_values(values: Mapping[str, object]) -> dict[str, object]:
    """Clean all texts of an event, however deep."""
    return {key: _clean_value(value) for key, value in values.items()}


def _clean_value(value: object) -> object:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {clean_text(str(key)): _clean_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean_value(inner) for inner in value]
    return value
