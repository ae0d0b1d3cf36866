"""``runsite schema``: the JSON Schema that lets editors complete and check ``registry.yaml``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from runsite.config import load_config
from runsite.errors import InvalidValueError, quote
from runsite.locate import find_registry_path
from runsite.registry.files import read_registry
from runsite.registry.records import DEFAULT_STAGES
from runsite.registry.schema import make_registry_schema

__all__ = ["MODELINE", "SCHEMA_PATH", "format_schema", "schema"]

SCHEMA_PATH = ".runsite/registry.schema.json"
"""Where `runsite init` puts the schema, from the registry's folder."""

MODELINE = f"# yaml-language-server: $schema={SCHEMA_PATH}\n"
"""First line of a registry: where editors find its schema."""


@click.command()
@click.option("--registry", metavar="FILE", help="The registry (default: ./registry.yaml).")
@click.option("--output", metavar="FILE", help="Write here instead of standard output.")
def schema(*, registry: str | None, output: str | None) -> None:
    """Print the JSON Schema of registry.yaml, for editors.

    It knows the stages that the registry lists. Editors with a YAML language server read it
    where the first line of the registry names it:

    \b
      # yaml-language-server: $schema=.runsite/registry.schema.json

    `runsite init` writes both. After an upgrade, or when the stages changed:

    \b
      runsite schema --output .runsite/registry.schema.json
    """  # noqa: D301 - click takes the backspace for "leave these lines as they are"
    path = find_registry_path(registry, config=load_config())
    text = format_schema(read_registry(path).registry.stages if path.exists() else DEFAULT_STAGES)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        Path(output).parent.mkdir(parents=True, exist_ok=True)
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidValueError(
            f"cannot write {quote(output)}: {error.strerror or error}"
        ) from error
    click.echo(f"wrote {output}", err=True)


def format_schema(stages: tuple[str, ...] = DEFAULT_STAGES) -> str:
    """Write the schema as JSON, an indented text that diffs well."""
    return json.dumps(make_registry_schema(stages), indent=2, ensure_ascii=False) + "\n"
