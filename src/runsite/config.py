"""``runsite.yaml``: the few settings of a project, as one frozen record.

Pure but for `load_config`, which reads the file. Every field has a default, so a project without
the file works; all problems in a file are reported together.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from runsite.errors import YAML_VALUE_ERRORS, ConfigError, quote

__all__ = [
    "CONFIG_NAME",
    "CardConfig",
    "Config",
    "SiteConfig",
    "is_web_address",
    "load_config",
    "parse_config",
]

CONFIG_NAME = "runsite.yaml"
DEFAULT_STORE = "runs"
DEFAULT_REGISTRY = "registry.yaml"


@dataclass(frozen=True, slots=True)
class SiteConfig:
    """What ``runsite build`` renders.

    Attributes:
        title: Shown in every page's header.
        description: One sentence under the title of the overview.
        output: Folder that is written, relative to the configuration file.
        base_url: Where the site will be published; only feeds and sitemaps need it.
        repository_url: Web address of the Git repository, for links to commits.
        theme: Folder of overrides, or empty for the built-in theme alone.
        max_file_mb: Largest file of a run that is copied into the site, in MB.
        max_artifacts_mb: How much of such files the site holds in all, in MB; 0 for none.
        directions: Metric key → ``min`` or ``max`` where the name alone does not tell.
        max_size_mb: What the site shall stay below, in MB; histories are thinned to fit.
        run_pages: Runs with a page of their own; where there are more runs, one page shows the
            others.
    """

    title: str = "runsite"
    description: str = ""
    output: str = "site"
    base_url: str = ""
    repository_url: str = ""
    theme: str = ""
    max_file_mb: float = 5.0
    max_artifacts_mb: float = 200.0
    directions: Mapping[str, str] = field(default_factory=dict)
    max_size_mb: float = 1_000.0
    run_pages: int = 2_000


@dataclass(frozen=True, slots=True)
class CardConfig:
    """Where model cards lie, and what a complete card must have.

    Attributes:
        folder: Folder of the cards, relative to the configuration file.
        required: Titles of sections that must say something.
        fields: Keys of the front matter that must have a value.
    """

    folder: str = "cards"
    required: tuple[str, ...] = (
        "Intended use",
        "Out-of-scope use",
        "Training data",
        "Evaluation data",
        "Limitations",
    )
    fields: tuple[str, ...] = ("license", "owner", "contact")


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. Paths are as written, relative to ``folder``."""

    store: str = DEFAULT_STORE
    registry: str = DEFAULT_REGISTRY
    site: SiteConfig = field(default_factory=SiteConfig)
    cards: CardConfig = field(default_factory=CardConfig)
    folder: Path = field(default_factory=Path)
    explicit: frozenset[str] = frozenset()
    """Top-level keys that the file really holds; the others are defaults."""


def load_config(folder: str | os.PathLike[str] = ".") -> Config:
    """Read ``runsite.yaml`` of a folder; the defaults where there is none.

    Raises:
        ConfigError: The file is not readable YAML, or holds an unknown key or a wrong value.
    """
    path = Path(folder) / CONFIG_NAME
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Config(folder=Path(folder))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {quote(str(path))}: {error}", where=str(path)) from error
    return parse_config(text, folder=Path(folder), name=str(path))


def parse_config(text: str, *, folder: Path = Path(), name: str = CONFIG_NAME) -> Config:
    """Turn the text of ``runsite.yaml`` into a `Config`.

    Args:
        text: YAML.
        folder: What relative paths in it are relative to.
        name: File name for messages.

    Raises:
        ConfigError: Every problem of the file in one message, one a line.
    """
    import yaml  # not before a file exists: `import runsite` stays standard library only

    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, *YAML_VALUE_ERRORS) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        reason = getattr(error, "problem", None) or quote(str(error) or "not readable")[1:-1]
        raise ConfigError(f"{name} is not valid YAML: {reason}", where=where) from error
    problems: list[str] = []
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise ConfigError(
            f"{name} must be a mapping of settings, not {type(data).__name__}", where=name
        )
    known = {"format", "store", "registry", "site", "cards"}
    problems += _unknown_keys(data, known, "")
    site = _section(data, "site", problems)
    cards = _section(data, "cards", problems)
    if data.get("format", 1) != 1:
        problems.append(f"format {data['format']!r} is not known; this runsite reads format 1")
    config = Config(
        store=_text(data, "store", DEFAULT_STORE, "", problems),
        registry=_text(data, "registry", DEFAULT_REGISTRY, "", problems),
        site=_parse_site(site, problems),
        cards=_parse_cards(cards, problems),
        folder=folder,
        explicit=frozenset(str(key) for key in data),
    )
    if problems:
        raise ConfigError(
            "; ".join(problems), where=name, hint="docs/configuration.md lists every setting"
        )
    return config


def is_web_address(text: str) -> bool:
    """Tell whether a text is an address that pages may name: of the web, with a host."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = text.isprintable() and " " not in text
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname)


def _parse_site(site: Mapping[str, object], problems: list[str]) -> SiteConfig:
    plain = SiteConfig()
    names = ("title", "description", "output", "base_url", "repository_url", "theme")
    numbers = ("max_file_mb", "max_artifacts_mb", "max_size_mb", "run_pages")
    problems += _unknown_keys(site, {*names, *numbers, "directions"}, "site.")
    directions = _section(site, "directions", problems)
    for key, value in directions.items():
        if value not in ("min", "max"):
            problems.append(
                f"{quote(f'site.directions.{key}')[1:-1]} must be min or max, not {value!r}"
            )
    texts = {n: _text(site, n, getattr(plain, n), "site.", problems) for n in names}
    for name in ("base_url", "repository_url"):
        if texts[name] and not is_web_address(texts[name]):
            problems.append(
                f"site.{name} must be a web address such as https://example.org/taxi, "
                f"not {quote(texts[name])}"
            )
    return SiteConfig(
        **texts,
        max_file_mb=_number(site, "max_file_mb", plain.max_file_mb, problems),
        max_artifacts_mb=_number(site, "max_artifacts_mb", plain.max_artifacts_mb, problems),
        directions={str(k): str(v) for k, v in directions.items()},
        max_size_mb=_number(site, "max_size_mb", plain.max_size_mb, problems),
        run_pages=int(_number(site, "run_pages", plain.run_pages, problems)),
    )


def _parse_cards(cards: Mapping[str, object], problems: list[str]) -> CardConfig:
    plain = CardConfig()
    problems += _unknown_keys(cards, {"folder", "required", "fields"}, "cards.")
    lists = {"required": "section titles", "fields": "keys of the front matter"}
    values: dict[str, tuple[str, ...]] = {}
    for name, what in lists.items():
        given = cards.get(name, list(getattr(plain, name)))
        if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
            problems.append(f"cards.{name} must be a list of {what}")
            given = []
        values[name] = tuple(given)
    return CardConfig(
        folder=_text(cards, "folder", plain.folder, "cards.", problems),
        required=values["required"],
        fields=values["fields"],
    )


def _section(data: Mapping[str, object], key: str, problems: list[str]) -> Mapping[str, object]:
    value = data.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        problems.append(f"{key} must be a mapping, not {type(value).__name__}")
        return {}
    return value


def _text(
    data: Mapping[str, object], key: str, default: str, prefix: str, problems: list[str]
) -> str:
    value = data.get(key, default)
    if value is None:
        return default
    if not isinstance(value, str):
        problems.append(f"{prefix}{key} must be text, not {value!r}")
        return default
    if "\0" in value:
        problems.append(f"{prefix}{key} holds a null character: {quote(value)}")
        return default
    return value


def _number(site: Mapping[str, object], key: str, default: float, problems: list[str]) -> float:
    value = site.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        problems.append(f"site.{key} must be a number from 0, not {value!r}")
        return default
    return float(value)


def _unknown_keys(data: Mapping[str, object], known: set[str], prefix: str) -> list[str]:
    names = ", ".join(sorted(known))
    return [
        f"unknown setting {quote(prefix + str(key))}; the settings there are {names}"
        for key in data
        if key not in known
    ]
