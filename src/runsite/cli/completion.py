"""What a shell offers after TAB: run ids and model names, found without loading the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runsite.errors import RunsiteError
from runsite.locate import find_registry_path, find_store_uri

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

__all__ = ["complete_models", "complete_runs"]

_MOST = 200


def complete_runs(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the ids of runs, the newest first; those of merged parts from the parts' footers."""
    from click.shell_completion import CompletionItem

    try:
        ids = _list_run_ids(find_store_uri(ctx.params.get("store")))
    except (RunsiteError, OSError):
        return []  # a shell has no place for an error
    found = sorted((i for i in ids if i.startswith(incomplete.lower())), reverse=True)
    return [CompletionItem(run_id) for run_id in found[:_MOST]]


def complete_models(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the names of registered models."""
    from click.shell_completion import CompletionItem

    from runsite.registry.files import load_registry

    try:
        models = load_registry(find_registry_path(ctx.params.get("registry"))).models
    except (RunsiteError, OSError):
        return []
    return [CompletionItem(name) for name in sorted(models) if name.startswith(incomplete)]


def _list_run_ids(location: str) -> set[str]:
    from runsite.store.layout import open_layout
    from runsite.store.names import list_parts
    from runsite.store.seal import find_journals

    layout = open_layout(location)
    parts = list_parts(layout.runs)
    ids = {part.run_id for part in parts if not part.is_merged}
    ids |= {path.name.split(".")[0] for path in find_journals(layout)}
    merged = [part.path for part in parts if part.is_merged]
    if merged:
        from runsite.store.parts import read_leaves

        ids |= {leaf.split(".")[0] for path in merged for leaf in read_leaves(path)}
    return ids
